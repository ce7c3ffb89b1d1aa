package api

import (
	"context"
	"net/http"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// Conditional interactions are advertised as they are served.
func TestConditionalCapabilities(t *testing.T) {
	for mode, want := range map[ConditionalDelete]string{"": "single", DeleteSingle: "single", DeleteMultiple: "multiple"} {
		w := newWorld(t, func(c *Config) { c.ConditionalDelete = mode })
		for _, resource := range capabilities(w).Rest[0].Resource {
			if isRecord(resource) {
				continue
			}
			if !*resource.ConditionalCreate || !*resource.ConditionalUpdate || resource.ConditionalDelete.Code() != want {
				t.Fatalf("%s: %v, %v, %s; want delete %s", resource.Type.Code(), *resource.ConditionalCreate, *resource.ConditionalUpdate, resource.ConditionalDelete.Code(), want)
			}
		}
	}
	w := newWorld(t)
	if _, err := New(Config{Store: w.store, Tokens: w.tokens, BaseURL: base, ConditionalDelete: "all"}); err == nil ||
		err.Error() != `api: conditional delete is "single" or "multiple", not "all"` {
		t.Errorf("a mode that is none: %v", err)
	}
}

// What a transaction Bundle has decided is what a request means, whatever its
// criteria match by then.
func TestTargetIsObeyed(t *testing.T) {
	w := newWorld(t)
	w.add(numbered("match", "1"), numbered("decided", "2"))
	config := Config{Store: w.store, Tokens: w.tokens, BaseURL: base}
	w.must(config.complete())
	s := newServer(config)
	table := s.routes()
	send := func(method, pattern, query string, header http.Header, body string, decided target) (*response, error) {
		r := &request{context: t.Context(), method: method, typ: "Patient", header: header, target: &decided,
			route: (&dispatcher{routes: table}).find(pattern, method), query: query}
		w.must(r.readQuery())
		if body != "" {
			content, err := fhirjson.Parse([]byte(body))
			w.must(err)
			r.content = content
		}
		act, err := r.route.handle(r)
		w.must(err)
		return act.run(context.Background(), w.store.View(store.Unrestricted("test")))
	}
	decided, fresh := target{store.Key{Type: "Patient", ID: "decided"}, true}, target{key: store.Key{Type: "Patient", ID: "fresh"}}
	ifNone := http.Header{"If-None-Exist": {"identifier=mrn|1"}}
	for _, c := range []struct {
		name, method string
		header       http.Header
		body         string
		target       target
		status       int
		location     string
	}{
		{"create, found", http.MethodPost, ifNone, `{"resourceType":"Patient"}`, decided, 200, "decided/_history/1"},
		{"create, not found", http.MethodPost, ifNone, `{"resourceType":"Patient"}`, fresh, 201, "fresh/_history/1"},
		{"update, found", http.MethodPut, nil, `{"resourceType":"Patient"}`, decided, 200, "decided/_history/2"},
		{"update, not found", http.MethodPut, nil, `{"resourceType":"Patient","id":"other"}`, target{key: store.Key{Type: "Patient", ID: "new"}}, 201, "new/_history/1"},
		{"update, not found, its own id", http.MethodPut, nil, `{"resourceType":"Patient","id":"own"}`, target{key: store.Key{Type: "Patient", ID: "own"}}, 201, "own/_history/1"},
		{"delete, not found", http.MethodDelete, nil, "", target{key: store.Key{Type: "Patient", ID: "nothing"}}, 204, ""},
		{"delete, found", http.MethodDelete, nil, "", decided, 204, ""},
	} {
		query := "identifier=mrn|1"
		if c.method == http.MethodPost {
			query = ""
		}
		got, err := send(c.method, ofType, query, c.header, c.body, c.target)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		location := c.location
		if location != "" {
			location = base + "/Patient/" + location
		}
		if got.status != c.status || got.location != location {
			t.Errorf("%s: %d %s", c.name, got.status, got.location)
		}
	}
	if _, err := send(http.MethodPost, ofType, "", ifNone, `{"resourceType":"Patient"}`, decided); err != errMatchLost {
		t.Errorf("create, found and since deleted: %v", err)
	}
	w.is("the match of the criteria is as it was", w.get(w.all(), "/Patient/match"), 200, numbered("match", "1"))
}
