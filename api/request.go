package api

import (
	"context"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// request is what a handler sees of an HTTP request.
type request struct {
	context context.Context
	id      string // see requestID
	route   *route // nil where none matched
	method  string
	header  http.Header
	query   string // the raw query string
	body    io.Reader
	limit   int64          // of the body, in bytes
	streams bool           // a long answer may be sent in chunks
	seat    *seat          // nil for an entry of a Bundle
	caller  auth.Principal // zero without authentication
	remote  string         // the address that it came from, as net/http has it

	// The parts of the path, "" where the pattern has none.
	typ, key, version, member string

	// content is the body where it has been read already: the resource of a
	// Bundle's entry. Nil for a body that is still to be read.
	content *fhirjson.Node
	// target is what the request means if a transaction Bundle has decided it.
	target *target

	// params are all parameters, from the URL and then from the body, but
	// those in format.
	params []search.Pair
	taken  []string // the names of those that take has removed from params
	format format

	// What the record of the request depends on, see audit.go.
	admitted bool           // its caller was let in
	recorded bool           // its transaction has written the record
	bundle   string         // batch or transaction
	noted    []audit.Entity // what the entries of a transaction have shown

	explanation *explanation // nil where none is wanted; the Bundle's, of its entries
	entry       int          // of the Bundle; store.Whole for what is none
}

func newRequest(c *gin.Context, rt *route, limit int64) *request {
	return &request{
		context: c.Request.Context(),
		id:      requestID(c.Request.Header),
		route:   rt,
		method:  c.Request.Method,
		header:  c.Request.Header,
		query:   c.Request.URL.RawQuery,
		body:    http.MaxBytesReader(c.Writer, c.Request.Body, limit),
		limit:   limit,
		remote:  c.Request.RemoteAddr,
		streams: true,
		typ:     rt.on(c.Param("type")),
		key:     c.Param("id"),
		version: c.Param("version"),
		member:  c.Param("member"),
		format:  format{mime: fhirJSON},
		entry:   store.Whole,
	}
}

// resource is the key of the resource in the path.
func (r *request) resource() store.Key { return store.Key{Type: r.typ, ID: r.key} }

// operation is the one that the request asks for, on the type in its path.
func (r *request) operation() store.Operation { return r.route.operation.On(r.typ) }

// path is the path below the base of a GET that asks the same, for links: that
// of a POST to `_search` is without the `_search`, and of a compartment with no
// type in it has `*` for all.
func (r *request) path() string {
	path := ""
	for _, part := range []string{r.typ, r.key, r.member} {
		if part != "" {
			path += "/" + part
		}
	}
	switch r.route.pattern {
	case versions, ofType + history, history:
		path += history
	case instance + searchURL:
		path += "/*"
	case explanationURL: // whatever its id
		path = "/" + explanationPath
	}
	if r.route.level == operation {
		path += "/" + r.route.operation.Name
	}
	return path
}
