package api

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/internal/cors"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// dispatcher takes every request through the same steps, so that no interaction
// can skip one.
type dispatcher struct {
	gate   *gate
	types  *search.Registry
	log    *slog.Logger
	cors   *cors.Policy
	limit  int64
	routes []route
	audit  *audit.Log // nil if nothing is recorded
	base   string     // the FHIR base URL

	explanations *explanations

	observe   func(Observation) // nil if nobody asks
	admission *Admission        // nil if there is room for all
	timeout   time.Duration     // 0 for none
}

// serve answers a request that matched the route, or none if it is nil.
func (d *dispatcher) serve(rt *route) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		r := newRequest(c, d.named(c, rt), d.limit)
		r.seat = d.seat(r)
		defer r.pause() // a panic that ends the connection passes here
		answer := d.answer(r, d.run)
		r.pause()
		d.share(c.Writer.Header(), r)
		d.linkTo(r.explanation, c.Writer.Header())
		answer.write(c.Writer, r)
		err := d.follow(c.Writer, r, answer)
		d.sent(r.explanation)
		d.answered(r, answer, time.Since(start))
		if err != nil { // what was sent is not all, and must not look like it
			panic(http.ErrAbortHandler)
		}
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
		r.explanation.answered(r, answer.status, nil)
	}()
	answer, err := run(r)
	if err != nil {
		answer = d.outcome(r, err)
	}
	answer = d.recorded(r, answer)
	r.explanation.answered(r, answer.status, err)
	return answer
}

// run takes a request through all steps, for the caller that its token names.
func (d *dispatcher) run(r *request) (*response, error) {
	if answer := d.preflight(r); answer != nil {
		return answer, nil
	}
	if known := d.gate.recall(r); known != nil {
		if err := r.begin(); err != nil {
			return nil, err
		}
		untouched := *r
		if answer, err := d.runAs(r, known.admit); known.stands {
			return answer, err
		}
		*r = untouched // and then as if nothing had been known of the token
	}
	return d.runAs(r, d.admit)
}

func (d *dispatcher) runAs(r *request, admit func(*request) (*store.View, error)) (*response, error) {
	act, view, err := d.enter(r, admit)
	if err != nil {
		return nil, err
	}
	return act.run(r.context, view)
}

// seat is what a request needs in order to be worked on.
func (d *dispatcher) seat(r *request) *seat {
	s := &seat{timeout: d.timeout, base: r.context}
	if d.admission != nil && r.route != nil {
		s.line = d.admission.of(r.route)
	}
	return s
}

// admit lets a request in once there is a place for it.
func (d *dispatcher) admit(r *request) (*store.View, error) {
	if err := r.begin(); err != nil {
		return nil, err
	}
	return d.gate.admit(r)
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
	r.admitted = true
	if view, err = d.explain(d.audited(view, r), r); err != nil {
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
	act, err := r.route.handle(r)
	if r.route.level == operation {
		act = act.within(r.operation())
	}
	return act, err
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
	allowed := strings.Join(methods(d.routes, r.route.pattern), ", ")
	if allowed == "" {
		return refuse(http.StatusNotFound, fhir.IssueTypeNotSupported, "%s", r.route.refusal)
	}
	// In words too: an entry of a batch has no Allow header.
	return refuse(http.StatusMethodNotAllowed, fhir.IssueTypeNotSupported, "%s; these are: %s", r.route.refusal, allowed)
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
	if r.route.level != operation {
		return nil
	}
	if _, entitled := view.Within(r.operation()); entitled {
		return nil
	}
	err := allowsAny(view, r.route.anyOf, r.typ)
	if forbidden := (*store.Forbidden)(nil); errors.As(err, &forbidden) {
		return &notEntitled{letters: r.route.anyOf, operation: r.route.operation, typ: r.typ}
	}
	return err
}

// notEntitled says that nothing that the caller was granted lets them ask for an
// operation: neither a letter for the type nor a scope on the operation.
type notEntitled struct {
	letters   []store.Letter
	operation scope.Operation
	typ       string // "" for an operation on the whole server
}

func (e *notEntitled) Error() string {
	var verbs []string
	for _, letter := range e.letters {
		if verb := letter.Interaction(); !slices.Contains(verbs, verb) {
			verbs = append(verbs, verb)
		}
	}
	return fmt.Sprintf("no granted scope allows %s on %s, nor %s", strings.Join(verbs, " or "), cmp.Or(e.typ, "any type"), e.operation.Name)
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
