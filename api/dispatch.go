package api

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// dispatcher takes every request through the same steps, so that no interaction
// can skip one.
type dispatcher struct {
	gate   *gate
	types  *search.Registry
	log    *slog.Logger
	limit  int64
	routes []route
}

// serve answers a request that matched the route, or none if it is nil.
func (d *dispatcher) serve(rt *route) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		r := newRequest(c, rt, d.limit)
		answer := d.answer(r, d.run)
		answer.write(c.Writer, r)
		d.access(r, answer, time.Since(start))
	}
}

// answer is the response that run makes of a request, or the OperationOutcome of
// what went wrong on the way to it.
func (d *dispatcher) answer(r *request, run func(*request) (*response, error)) (answer *response) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler { // net/http's own way to end a request
			panic(cause)
		}
		d.log.Error("panic", "request", r.id, "cause", cause, "stack", string(debug.Stack()))
		answer = internalError(r)
	}()
	answer, err := run(r)
	if err != nil {
		return d.outcome(r, err)
	}
	return answer
}

// run takes a request through all steps, for the caller that its token names.
func (d *dispatcher) run(r *request) (*response, error) {
	act, view, err := d.enter(r, d.gate.admit)
	if err != nil {
		return nil, err
	}
	return act.run(r.context, view)
}

// enter takes a request through the steps before it acts. Admit says as whom; it
// is not asked where everyone may come in. An entry of a Bundle goes the same way
// as a request of its own.
func (d *dispatcher) enter(r *request, admit func(*request) (*store.View, error)) (action, *store.View, error) {
	if err := d.routed(r); err != nil {
		return action{}, nil, err
	}
	if r.method == http.MethodOptions { // about the path alone
		answer, err := r.route.public(r)
		return action{known: answer}, nil, err
	}
	if err := r.readQuery(); err != nil {
		return action{}, nil, err
	}
	if r.route.public != nil {
		act, err := published(r)
		return act, nil, err
	}
	view, err := admit(r)
	if err != nil {
		return action{}, nil, err
	}
	act, err := d.prepare(view, r)
	return act, view, err
}

// published is the action of what everyone may see: its answer is there already.
func published(r *request) (action, error) {
	if err := r.negotiate(); err != nil {
		return action{}, err
	}
	answer, err := r.route.public(r)
	return action{known: answer}, err
}

// prepare takes a request from its caller's policy to the action of its
// interaction.
func (d *dispatcher) prepare(view *store.View, r *request) (action, error) {
	if err := d.permitted(view, r); err != nil {
		return action{}, err
	}
	if err := r.onlyCreates(); err != nil {
		return action{}, err
	}
	if err := r.readForm(); err != nil {
		return action{}, err
	}
	if err := r.negotiate(); err != nil {
		return action{}, err
	}
	return r.route.handle(r)
}

// routed refuses what is not in the table, or is there to be refused.
func (d *dispatcher) routed(r *request) error {
	switch {
	case r.route == nil && !slices.Contains(knownMethods[:], r.method):
		return refuse(http.StatusNotImplemented, fhir.IssueTypeNotSupported, "the method is not known to this server")
	case r.route == nil:
		return refuse(http.StatusNotFound, fhir.IssueTypeNotFound, "there is nothing at this path; the FHIR base of this server is %s", BasePath)
	}
	for _, part := range []string{r.typ, r.key, r.member} {
		if strings.HasPrefix(part, "$") { // an operation that has a route of its own is no part
			return refuse(http.StatusNotFound, fhir.IssueTypeNotSupported, "this server has no operation of this name")
		}
	}
	if r.route.served() {
		return nil
	}
	status := http.StatusMethodNotAllowed
	if len(methods(d.routes, r.route.pattern)) == 0 {
		status = http.StatusNotFound
	}
	return refuse(status, fhir.IssueTypeNotSupported, "%s", r.route.refusal)
}

// allow is the Allow header of a 405: the methods that the path serves, without
// that of the request.
func (d *dispatcher) allow(r *request) http.Header {
	allowed := methods(d.routes, r.route.pattern)
	allowed = slices.DeleteFunc(allowed, func(method string) bool { return method == r.method })
	return http.Header{"Allow": {strings.Join(allowed, ", ")}}
}

// knownType refuses types that are none of R4's.
func (d *dispatcher) knownType(r *request) error {
	if !strings.Contains(r.route.pattern, ofType) || d.types.HasType(r.typ) { // "" for a path with "//"
		return nil
	}
	return refuse(http.StatusNotFound, fhir.IssueTypeNotSupported, "the path names a resource type that R4 does not have; types are written as in Patient")
}

// permitted refuses unknown types, and what the token alone rules out, before
// anything else of the request is looked at.
func (d *dispatcher) permitted(view *store.View, r *request) error {
	if err := d.knownType(r); err != nil {
		return err
	}
	for _, letter := range r.letters() {
		if !view.Allows(letter, r.typ) {
			return &store.Forbidden{Letter: letter, Type: r.typ}
		}
	}
	if r.route.level == operation {
		return allowsAny(view, r.route.anyOf, r.typ)
	}
	return nil
}

// allower is a View, a Reader or a Tx.
type allower interface {
	Allows(letter store.Letter, typ string) bool
}

// allowsAny refuses a caller who has none of the letters for the type. No letters
// are what nobody has.
func allowsAny(caller allower, letters []store.Letter, typ string) error {
	if len(letters) == 0 {
		return refuse(http.StatusForbidden, fhir.IssueTypeForbidden, "nobody may do this")
	}
	for _, letter := range letters {
		if caller.Allows(letter, typ) {
			return nil
		}
	}
	return &store.Forbidden{Letter: letters[0], Type: typ}
}
