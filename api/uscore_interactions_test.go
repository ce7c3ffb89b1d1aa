package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/naive"
)

// notServed are the rows of US Core that are not there, none of which is a SHALL;
// docs/us-core.md says why.
var notServed = []string{"ValueSet $expand"}

// testInteractions does what US Core expects of each type, MAY included, to a copy of a
// resource of the data.
func (u *usCore) testInteractions(t *testing.T) {
	copies := map[string]*handled{}
	var lacking, unserved []string
	for _, e := range definitions.USCoreServer() {
		switch e.Kind {
		case definitions.ExpectInteraction:
			if copies[e.Resource] == nil {
				copies[e.Resource] = u.handle(t, e.Resource)
			}
			switch done := copies[e.Resource].done; {
			case done == nil:
				if !slices.Contains(lacking, e.Resource) {
					lacking = append(lacking, e.Resource)
				}
			case !done[e.Name]:
				t.Errorf("%s of %s, which US Core says a server %s have, does not work", e.Name, e.Resource, e.Strength)
			}
		case definitions.ExpectOperation:
			if e.Name != "$docref" {
				unserved = append(unserved, e.Resource+" "+e.Name)
				if e.Strength == "SHALL" {
					t.Errorf("%s %s is a SHALL", e.Resource, e.Name)
				}
			}
		}
	}
	if len(lacking) > 0 {
		t.Errorf("there are no resources of %v", lacking)
	}
	if !slices.Equal(unserved, notServed) {
		t.Errorf("not served: %v, want %v", unserved, notServed)
	}
}

// handled is a copy of a resource, and which interactions did to it what they should.
type handled struct {
	u    *usCore
	path string
	done map[string]bool
}

// handle does all interactions to a copy of the first resource of a type; there is
// nothing done where there is none.
func (u *usCore) handle(t *testing.T, typ string) *handled {
	h := &handled{u: u}
	having := u.having(typ)
	if len(having) == 0 {
		return h
	}
	h.done = map[string]bool{"search-type": true} // which TestUSCoreSearches is about
	body := string(encode(t, having[0].JSON))
	created := u.do(http.MethodPost, "/"+typ, body)
	h.done["create"] = created.Code == http.StatusCreated
	h.path, _, _ = strings.Cut(strings.TrimPrefix(created.Header().Get("Location"), benchBase), "/_history/")
	own := strings.Replace(body, `"id":"`+having[0].ID+`"`, `"id":"`+h.path[strings.LastIndexByte(h.path, '/')+1:]+`"`, 1)

	h.done["read"] = h.version("1", u.do(http.MethodGet, h.path, ""))
	h.done["vread"] = h.version("1", u.do(http.MethodGet, h.path+"/_history/1", ""))
	h.done["update"] = h.version("2", u.do(http.MethodPut, h.path, strings.Replace(own, `"resourceType"`, `"language":"en-US","resourceType"`, 1)))
	h.done["patch"] = h.version("3", u.do(http.MethodPatch, h.path, `[{"op":"add","path":"/language","value":"en"}]`))
	h.done["history-instance"] = h.versions(h.path+"/_history") == 3
	h.done["history-type"] = h.versions("/"+typ+"/_history?_count=1000") == 3
	deleted := u.do(http.MethodDelete, h.path, "")
	h.done["delete"] = deleted.Code == http.StatusNoContent && u.do(http.MethodGet, h.path, "").Code == http.StatusGone
	return h
}

// version tells whether an answer is a version of the copy.
func (h *handled) version(id string, got *httptest.ResponseRecorder) bool {
	var resource struct {
		ResourceType, ID string
		Meta             struct{ VersionID string }
	}
	return got.Code == http.StatusOK && json.Unmarshal(got.Body.Bytes(), &resource) == nil &&
		"/"+resource.ResourceType+"/"+resource.ID == h.path && resource.Meta.VersionID == id
}

// versions are how many of the copy's are in a history.
func (h *handled) versions(path string) int {
	n := 0
	for _, p := range h.u.ask(h.u.anybody(), path, nil, nil).pages {
		for _, e := range p.Entry {
			if e.FullURL == benchBase+h.path {
				n++
			}
		}
	}
	return n
}

func (u *usCore) do(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, benchBase+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/fhir+json")
	}
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/json-patch+json")
	}
	w := httptest.NewRecorder()
	u.open.ServeHTTP(w, r)
	return w
}

// testDocref asks for the documents of each patient who has some: the current ones of
// each type, and those about care in a time.
func (u *usCore) testDocref(t *testing.T) {
	asked := 0
	for _, r := range u.having("DocumentReference", "patient", "type", "date") {
		patient, typ := u.values(r, "patient")[1], u.values(r, "type")[0]
		for _, params := range [][]naive.Pair{
			{{Name: "patient", Value: patient}, {Name: "type", Value: typ}},
			{{Name: "patient", Value: patient}, {Name: "start", Value: "1900-01-01"}, {Name: "end", Value: "2100-01-01"}},
		} {
			query := url.Values{}
			for _, p := range params {
				query.Add(p.Name, p.Value)
			}
			var found []string
			for _, p := range u.ask(u.anybody(), "/DocumentReference/$docref", query, nil).pages {
				found = append(found, p.keys("match")...)
			}
			documents, ok := naive.ReadDocuments(benchBase, params)
			if !ok {
				t.Fatalf("%v is refused", params)
			}
			shown := map[string]bool{}
			for _, key := range found {
				shown[key] = true
			}
			want, err := u.oracle.Documents(documents, shown)
			if err != nil {
				t.Fatal(err)
			}
			same := len(found) == len(want) && len(found) > 0
			for _, key := range found {
				same = same && want[key] != nil
			}
			if !same {
				t.Errorf("%v: found %v, want %v", params, found, want)
			}
			asked++
		}
	}
	if asked == 0 {
		t.Error("no patient has documents")
	}
}
