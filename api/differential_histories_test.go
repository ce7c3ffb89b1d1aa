package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/naive"
)

// historyTrials is how many callers are tried.
const historyTrials = 40

// manyResources is more than a type may have so that each is asked for its history.
const manyResources = 150

// testHistories holds the histories of types to the law: under scopes with both r
// and s such a history is the union of those of the type's resources. It writes
// first, and so comes last.
func (s suite) testHistories(t *testing.T, b *bench) {
	generator := naive.NewGenerator(b.world, s.seed+3)
	var types []string
	for _, typ := range b.world.Types() {
		if n := len(b.world.Of(typ)); typ != "AuditEvent" && n > 0 && n <= manyResources { // nobody changes a record
			types = append(types, typ)
			b.change(t, typ)
		}
	}
	shown, withheld := 0, 0
	for i := range historyTrials {
		q := generator.Query()
		q.Types = []string{types[i%len(types)]}
		about := map[string]*naive.Resource{}
		for _, r := range b.world.Of(q.Types[0]) {
			about[r.Key()] = r
		}
		caller := generator.Caller(q, about)
		for i := range caller.Scopes {
			caller.Scopes[i].Letters = "rs"
		}
		who := b.holder(caller, spelled(caller))
		for _, typ := range q.Types {
			var each []string
			for _, key := range slices.Sorted(maps.Keys(about)) {
				each = append(each, b.versions(who, "/"+key+"/_history")...)
			}
			together := b.versions(who, "/"+typ+"/_history?_count=7")
			slices.Sort(each)
			slices.Sort(together)
			if !slices.Equal(each, together) {
				t.Errorf("%s under %s (%s): the history of the type has\n%q\nthose of its resources\n%q", typ, spelled(caller), caller.Patient, together, each)
			}
			shown += len(together)
			withheld += len(b.versions(b.anybody(), "/"+typ+"/_history?_count=1000")) - len(together)
		}
	}
	t.Logf("%d versions shown, %d withheld", shown, withheld)
	if shown < 50 || withheld < 50 {
		t.Error("too little was tried")
	}
}

// change makes resources of a type take each other's content, in turn, and deletes
// some of them; some of those come back.
func (b *bench) change(t *testing.T, typ string) {
	t.Helper()
	all := b.world.Of(typ)
	for i, r := range all {
		key := r.Key()
		if i%3 == 0 {
			b.put(t, key, all[(i+1)%len(all)])
		}
		if i%4 == 1 {
			b.send(t, http.MethodDelete, key, "")
		}
		if i%8 == 1 {
			b.put(t, key, all[(i+2)%len(all)])
		}
	}
}

func (b *bench) put(t *testing.T, key string, content *naive.Resource) {
	t.Helper()
	body := maps.Clone(content.JSON)
	_, body["id"], _ = strings.Cut(key, "/")
	b.send(t, http.MethodPut, key, string(encode(t, body)))
}

func (b *bench) send(t *testing.T, method, key, body string) {
	t.Helper()
	r := httptest.NewRequest(method, benchBase[len("http://granary.test"):]+"/"+key, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/fhir+json")
	w := httptest.NewRecorder()
	b.open.ServeHTTP(w, r)
	if w.Code > 299 {
		t.Fatalf("%s %s: %d %s", method, key, w.Code, w.Body)
	}
}

// versions are the entries of a history on all its pages, in their order; none
// where it is not to be seen.
func (b *bench) versions(who access, address string) []string {
	b.Helper()
	var list []string
	for pages := 0; address != "" && !who.refused; pages++ {
		r := httptest.NewRequest(http.MethodGet, benchBase[len("http://granary.test"):]+strings.TrimPrefix(address, benchBase), nil)
		if who.token != "" {
			r.Header.Set("Authorization", "Bearer "+who.token)
		}
		w := httptest.NewRecorder()
		who.handler.ServeHTTP(w, r)
		if w.Code == http.StatusForbidden || w.Code == http.StatusNotFound {
			return nil
		}
		var p struct {
			page
			Total int `json:"total"`
			Entry []struct {
				FullURL, Resource, Request, Response json.RawMessage
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusOK || pages > maxPages {
			b.Fatalf("%s: %d %v, page %d", address, w.Code, err, pages)
		}
		for _, e := range p.Entry {
			list = append(list, strings.Join([]string{string(e.FullURL), string(e.Request), string(e.Response), string(e.Resource)}, " "))
		}
		if address = p.next(); address == "" && p.Total != len(list) {
			b.Errorf("%d versions with total %d", len(list), p.Total)
		}
	}
	return list
}
