package api

import (
	"net/http"
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
		if !seen[rt.pattern] {
			seen[rt.pattern] = true
			d.mount(engine, rt.pattern)
		}
	}
	return withoutTrailingSlash(engine)
}

// mount declares every known method of a pattern: those in the table, and a 405
// for the rest.
func (d *dispatcher) mount(engine *gin.Engine, pattern string) {
	for _, method := range knownMethods {
		rt := d.find(pattern, method)
		if rt == nil {
			rt = &route{interaction: "none", method: method, pattern: pattern, refusal: method + " is not possible here"}
		}
		engine.Handle(method, BasePath+pattern, d.serve(rt))
	}
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

// withoutTrailingSlash makes `[base]/` the same as `[base]`, and so on.
func withoutTrailingSlash(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; len(path) > 1 && strings.HasSuffix(path, "/") && !strings.HasSuffix(path, "//") {
			url := *r.URL
			url.Path, url.RawPath = strings.TrimSuffix(path, "/"), ""
			r = r.Clone(r.Context())
			r.URL = &url
		}
		next.ServeHTTP(w, r)
	})
}
