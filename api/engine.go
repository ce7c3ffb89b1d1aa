package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// knownMethods are those that get a 405 with Allow where they do not fit;
// others get a 501.
var knownMethods = [...]string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodOptions, http.MethodTrace,
}

// engine is the router made of the table.
func (d *dispatcher) engine() http.Handler {
	gin.SetMode(gin.ReleaseMode) // or gin writes about itself to standard output
	engine := gin.New()
	engine.RedirectTrailingSlash = false
	engine.NoRoute(d.serve(nil))
	seen := make(map[string]bool)
	for _, rt := range d.routes {
		if !seen[rt.pattern] && !rt.ofOneType() {
			seen[rt.pattern] = true
			d.mount(engine, rt.pattern)
		}
	}
	return normalized(engine)
}

// mount declares every known method of a pattern: those in the table, OPTIONS,
// and a 405 for the rest.
func (d *dispatcher) mount(engine *gin.Engine, pattern string) {
	for _, method := range knownMethods {
		engine.Handle(method, BasePath+pattern, d.serve(d.line(pattern, method)))
	}
}

// line is what a pattern has for a method.
func (d *dispatcher) line(pattern, method string) *route {
	rt := d.find(pattern, method)
	switch {
	case rt != nil:
		return rt
	case method == http.MethodOptions && len(methods(d.routes, pattern)) > 0:
		return &route{interaction: "options", method: method, pattern: pattern, public: d.options}
	}
	return notPossible(pattern, method)
}

// named is the line of a request whose path names an operation, which may be of one
// type alone. The router does not know these: with /Patient/:id/$x beside /:type/:id
// gin finds no way back to the latter for Patient/1. It has taken the name of the
// operation for an id or a type.
func (d *dispatcher) named(c *gin.Context, rt *route) *route {
	if !strings.HasPrefix(c.Param("id"), "$") && !strings.HasPrefix(c.Param("member"), "$") {
		return rt
	}
	rt, params := d.match(c.Request.Method, strings.TrimPrefix(c.Request.URL.Path, BasePath))
	c.Params = nil
	for name, value := range params {
		c.Params = append(c.Params, gin.Param{Key: name, Value: value})
	}
	return rt
}

// notPossible refuses a method. To HEAD it says what it says to GET, so that
// their headers are the same.
func notPossible(pattern, method string) *route {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return &route{interaction: "none", method: method, pattern: pattern, refusal: method + " is not possible here"}
}

func (d *dispatcher) find(pattern, method string) *route {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	i := slices.IndexFunc(d.routes, func(rt route) bool { return rt.pattern == pattern && rt.method == method })
	if i < 0 {
		return nil
	}
	return &d.routes[i]
}

// normalized makes `[base]/` the same as `[base]`, and so on, and keeps what is
// one segment of a path in one piece.
func normalized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, err := decodedPath(r.URL.EscapedPath())
		if err != nil { // cannot be: net/url has escaped it, or accepted it
			path = r.URL.Path
		}
		if len(path) > 1 && strings.HasSuffix(path, "/") && !strings.HasSuffix(path, "//") {
			path = strings.TrimSuffix(path, "/")
		}
		if path != r.URL.Path {
			target := *r.URL
			target.Path, target.RawPath = path, ""
			r = r.Clone(r.Context())
			r.URL = &target
		}
		next.ServeHTTP(w, r)
	})
}

// decodedPath decodes the escapes of a path, but for slashes: an escaped one is
// part of a segment (RFC 3986, section 2.2), and `Patient%2F1` is no path of two.
// Since no type, id or version has a percent sign, what keeps one leads nowhere.
func decodedPath(escaped string) (string, error) {
	return url.PathUnescape(escapedSlash.Replace(escaped))
}

var escapedSlash = strings.NewReplacer("%2F", "%252F", "%2f", "%252F")
