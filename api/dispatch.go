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
		answer := d.answer(r)
		answer.write(c.Writer, r)
		d.access(r, answer, time.Since(start))
	}
}

// answer is the response of the route, or the OperationOutcome of what went
// wrong on the way to it.
func (d *dispatcher) answer(r *request) (answer *response) {
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
	answer, err := d.run(r)
	if err != nil {
		return d.outcome(r, err)
	}
	return answer
}

// run takes a request through the steps before its handler.
func (d *dispatcher) run(r *request) (*response, error) {
	if err := d.routed(r); err != nil {
		return nil, err
	}
	if err := r.readQuery(); err != nil {
		return nil, err
	}
	if r.route.public != nil {
		if err := r.negotiate(); err != nil {
			return nil, err
		}
		return r.route.public(r)
	}
	view, err := d.gate.admit(r)
	if err != nil {
		return nil, err
	}
	act, err := d.prepare(view, r)
	if err != nil {
		return nil, err
	}
	return act.run(r.context, view)
}

// prepare takes a request from its caller's policy to the action of its
// interaction.
func (d *dispatcher) prepare(view *store.View, r *request) (action, error) {
	if err := d.permitted(view, r); err != nil {
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

// permitted refuses unknown types, and what the token alone rules out, before
// anything else of the request is looked at.
func (d *dispatcher) permitted(view *store.View, r *request) error {
	if r.typ != "" && !d.types.HasType(r.typ) {
		return refuse(http.StatusNotFound, fhir.IssueTypeNotSupported, "the path names a resource type that R4 does not have; types are written as in Patient")
	}
	if letter := r.route.letter; letter != 0 && !view.Allows(letter, r.typ) {
		return &store.Forbidden{Letter: letter, Type: r.typ}
	}
	return nil
}
