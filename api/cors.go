package api

import (
	"net/http"
	"slices"

	"github.com/granary-fhir/granary/internal/cors"
)

// The headers of FHIR's REST API that a page may send (http.html#custom and the
// preconditions), and those of answers that it may read.
const (
	corsHeaders = "Authorization, Accept, Content-Type, Prefer, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, If-None-Exist, Cache-Control, Pragma, X-Requested-With, X-Request-Id, X-Granary-Explain"
	corsExposed = "ETag, Last-Modified, Location, WWW-Authenticate, Retry-After, Allow, Accept-Patch, Link, X-Request-Id"
)

func newCORS(config Config) *cors.Policy {
	return &cors.Policy{Origins: config.Origins, Log: config.Logger, Headers: corsHeaders, Exposed: corsExposed}
}

// preflight answers a browser that asks whether a page may send a request: the same for
// every path, also one that leads nowhere, or the page would never read the answer that
// says so. It is nil for all other requests.
func (d *dispatcher) preflight(r *request) *response {
	if !cors.IsPreflight(r.method, r.header) {
		return nil
	}
	allowed := knownMethods[:]
	if r.route != nil {
		allowed = methods(d.routes, r.route.pattern)
	}
	answer := &response{status: http.StatusNoContent, header: http.Header{}}
	d.cors.Preflight(r.context, r.header, answer.header, d.corsMode(r), allowed)
	return answer
}

// share says in the headers of an answer whether the page that asked may read it: what
// is public each, and else those of the token's client.
func (d *dispatcher) share(answer http.Header, r *request) {
	if !cors.IsPreflight(r.method, r.header) {
		d.cors.Answer(r.context, r.header, answer, d.corsMode(r), r.caller.Grant.Client)
	}
}

// corsMode is whose pages may read what is at the path of a request.
func (d *dispatcher) corsMode(r *request) cors.Mode {
	public := func(rt route) bool { return rt.pattern == r.route.pattern && rt.public != nil }
	if r.route != nil && slices.ContainsFunc(d.routes, public) {
		return cors.Anyone
	}
	return cors.Registered
}
