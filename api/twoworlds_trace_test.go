package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/patch"
)

// traced is what a client sends at once: one request, or a Bundle of several.
type traced struct {
	scopes   string
	pause    bool // a minute passes before
	bundle   string
	requests []single
	prefer   string
}

// kind is "alone", "batch" or "transaction".
func (s traced) kind() string {
	if s.bundle == "" {
		return "alone"
	}
	return s.bundle
}

// kindOf is the method of a request, or the format of a patch.
func kindOf(s single) string {
	switch {
	case s.method != http.MethodPatch:
		return s.method
	case isJSONPatch(s.resource):
		return "JSON Patch"
	}
	return "FHIRPath Patch"
}

func isJSONPatch(body string) bool { return strings.HasPrefix(body, "[") }

func (s traced) send(w *world, token string) reply {
	w.Helper()
	var headers []string
	if s.prefer != "" {
		headers = append(headers, "Prefer: return="+s.prefer)
	}
	if s.bundle != "" {
		return w.send(token, http.MethodPost, "", s.body(w), headers...)
	}
	r := s.requests[0]
	if r.condition != "" {
		headers = append(headers, conditionHeaders[r.condition]+": "+r.value)
	}
	if isJSONPatch(r.resource) {
		headers = append(headers, "Content-Type: "+patch.JSONType)
	}
	return w.send(token, r.method, "/"+r.url, r.resource, headers...)
}

// body is the Bundle.
func (s traced) body(t testing.TB) string {
	t.Helper()
	var entries []string
	for _, r := range s.requests {
		if isJSONPatch(r.resource) {
			r.resource = jsonPatch(r.resource)
		}
		entries = append(entries, r.entry(t))
	}
	return sent(s.bundle, entries...)
}

// text is the step for who reads that it failed.
func (s traced) text(t testing.TB) string {
	t.Helper()
	if s.bundle != "" {
		return s.body(t) + " " + s.prefer
	}
	return fmt.Sprintf("%+v %s", s.requests[0], s.prefer)
}

// tracer makes random traces.
type tracer struct{ chooser }

// trace is some thirty steps. The token is another now and then: all of a setup
// reach the same.
func (r tracer) trace(s setup) []traced {
	var steps []traced
	var scopes string
	for i := range 30 {
		if i%6 == 0 {
			scopes = s.scopes(r)
		}
		step := traced{scopes: scopes, pause: r.IntN(3) == 0, bundle: r.of("", "batch", "transaction"), prefer: r.of("", "minimal", "OperationOutcome", "representation")}
		step.requests = []single{r.request(s)}
		if step.bundle == "" && r.IntN(3) == 0 {
			step.requests[0] = validating(step.requests[0])
		} else if step.bundle != "" {
			for range r.IntN(3) {
				step.requests = append(step.requests, r.request(s))
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// validating asks what would become of a create or an update.
func validating(s single) single {
	mode := map[string]string{http.MethodPost: "create", http.MethodPut: "update"}[s.method]
	if mode == "" || strings.Contains(s.url, "?") {
		return s
	}
	return single{method: http.MethodPost, url: s.url + "/$validate?mode=" + mode, resource: s.resource}
}

// letters are some of those of a scope, often all.
func (r tracer) letters() string {
	if r.IntN(2) == 0 {
		return "cruds"
	}
	letters := ""
	for _, letter := range "cruds" {
		if r.IntN(4) > 0 {
			letters += string(letter)
		}
	}
	return letters
}

// scope is a scope of random letters, "" without any.
func (r tracer) scope(of, suffix string) string {
	letters := r.letters()
	if letters == "" {
		return ""
	}
	return " " + of + "." + letters + suffix
}
