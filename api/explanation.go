package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/auth/handle"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// explainHeader asks that an answer be explained: by which scopes, under which
// predicates and with which native queries it came about.
const explainHeader = "X-Granary-Explain"

// explanation is what there is to be said of one answer. It does not change the
// answer, but for a link to it.
type explanation struct {
	id    string
	owner string // whose it is: the digest of a token, "" where there are none
	// all says that native queries are shown whatever the answer is, see showsQueries.
	all     bool
	start   time.Time
	took    time.Duration // 0 while the answer is being sent
	trace   *store.Trace
	entries []int // of a Bundle, in the order in which they were answered
	parts   map[int]*explained
}

// explained is what became of a request: the one that came, or an entry of it.
type explained struct {
	request *request
	status  int
	cause   error // nil of what succeeded
}

// mayHaveExplained is the one place where it is decided to whom answers are explained:
// to everyone in a sandbox, and where no tokens are asked for; else to administrators.
func (d *dispatcher) mayHaveExplained(r *request) bool {
	return d.explanations.toEveryone || d.gate.off || r.caller.Grant.Administrator
}

// wantsExplained tells whether the answer to a request is to be explained. To who may
// not have that the header means nothing.
func (d *dispatcher) wantsExplained(r *request) (bool, error) {
	values := r.header[explainHeader]
	if len(values) == 0 || !d.mayHaveExplained(r) || r.route.pattern == explanationURL {
		return false, nil
	}
	switch strings.ToLower(values[0]) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, explainHeader+" is true or false").at("http." + explainHeader)
}

// explain begins the explanation of a request once its caller is known, if that is
// wanted. An entry of a Bundle belongs to the Bundle's.
func (d *dispatcher) explain(view *store.View, r *request) (*store.View, error) {
	if r.explanation != nil {
		r.explanation.trace.At(r.entry)
		return view, nil
	}
	wanted, err := d.wantsExplained(r)
	if err != nil || !wanted {
		return view, err
	}
	r.explanation = &explanation{
		id:    handle.Text(16),
		owner: r.caller.Token,
		all:   d.gate.off || r.caller.Grant.Administrator,
		start: time.Now(),
		trace: store.NewTrace(),
		parts: map[int]*explained{},
	}
	return view.Traced(r.explanation.trace), nil
}

// at makes what follows belong to a request.
func (e *explanation) at(entry int) {
	if e != nil {
		e.trace.At(entry)
	}
}

// answered keeps what became of a request, and of the entries that failed it.
func (e *explanation) answered(r *request, status int, cause error) {
	if e == nil {
		return
	}
	if e.parts[r.entry] == nil && r.entry != store.Whole {
		e.entries = append(e.entries, r.entry)
	}
	e.parts[r.entry] = &explained{r, status, cause}
	e.trace.At(store.Whole)
	var failed failedEntries
	if r.entry != store.Whole || !errors.As(cause, &failed) {
		return
	}
	for _, f := range failed {
		p, _ := f.request.explain(f.cause)
		e.answered(f.request, p.status, f.cause)
	}
}

// linkTo says in the headers of an answer where its explanation is.
func (d *dispatcher) linkTo(e *explanation, answer http.Header) {
	if e != nil {
		answer.Add("Link", "<"+d.base+"/"+explanationPath+"/"+e.id+`>; rel="describedby"; type="`+fhirJSON+`"`)
		d.explanations.put(e)
	}
}

// sent ends the explanation of an answer that is sent.
func (d *dispatcher) sent(e *explanation) {
	if e != nil {
		e.took = time.Since(e.start)
		d.explanations.put(e)
	}
}

// showsQueries tells whether native queries are shown of a request. Of what is not
// there, and of what does nothing where there is nothing, others than an administrator
// are not told them: they would tell hidden from absent (leaks.md R5).
func (e *explanation) showsQueries(of *explained) bool {
	if e.all {
		return true
	}
	if of.status >= http.StatusBadRequest || of.request.method == http.MethodDelete {
		return false
	}
	rt := of.request.route
	return rt != nil && rt.operation != scope.Validate // whose answer is 200 for what would be refused
}
