package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// moody has a parameter of an IG package, the mood of an Observation or a List.
var moody = sync.OnceValues(func() (*search.Registry, error) {
	r, _, err := search.NewRegistryWith([]definitions.SearchParameter{{
		URL: "http://example.org/mood", Code: "mood", Type: "token", Base: []string{"Observation", "List"}, Source: "example#1",
		Expression: "Observation.extension.where(url = 'mood').value.ofType(code) | List.extension.where(url = 'mood').value.ofType(code)",
	}})
	return r, err
})

// moodyWorld is a world over resources that were written before there was the mood, so
// that their entries under it are not made yet.
func moodyWorld(t *testing.T, resources ...string) *world {
	t.Helper()
	database := testbackend.New(t)
	before := worldAt(t, database)
	before.outdated = true // once the mood is indexed
	before.add(resources...)
	w := &world{TB: t, Clock: testclock.At(start)}
	registry, err := moody()
	w.must(err)
	charts, err := compartments.New(registry)
	w.must(err)
	opened, err := store.New(database.Open(testbackend.Options{Clock: w.Now, Registry: registry}), registry, charts, base, store.ValidateOff)
	w.must(err)
	w.serve(opened)
	return w
}

// Until a scope by a parameter of a package counts, what is refused for that does not
// depend on what is hidden: an include leads to the same answer whether there is what a
// visible resource refers to or not.
func TestLeak51IncludesWhileIndexing(t *testing.T) {
	report := func(id string) string {
		return `{"resourceType":"DiagnosticReport","id":"` + id + `","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"},
			"result":[{"reference":"Observation/` + id + `"}]}`
	}
	w := moodyWorld(t, eve, adam, report("there"), report("nowhere"),
		`{"resourceType":"Observation","id":"there","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/adam"},"extension":[{"url":"mood","valueCode":"glad"}]}`)
	token := w.token("patient/DiagnosticReport.rs patient/Observation.rs?mood=glad", "Patient/eve")
	for _, include := range []string{"DiagnosticReport:result", "DiagnosticReport:result:Observation", "DiagnosticReport:*", "*"} {
		ask := func(id string) reply {
			got := w.get(token, "/DiagnosticReport?_id="+id+"&_include="+include)
			got.body = strings.ReplaceAll(got.body, id, "ID")
			return got
		}
		there, nowhere := ask("there"), ask("nowhere")
		w.same(include, there, nowhere)
		if there.status != http.StatusServiceUnavailable || there.header.Get("Retry-After") != "10" {
			t.Errorf("%s: %v", include, there)
		}
	}
	// Where nothing is asked by the parameter, nothing is refused.
	w.finds(token, "/DiagnosticReport?_id=there", "DiagnosticReport/there")
	w.finds(w.token("patient/DiagnosticReport.rs patient/Observation.rs", "Patient/adam"), "/DiagnosticReport?_include=*")
	_, err := w.store.Reindex(t.Context(), false, func(store.Reindexed) {})
	w.must(err)
	w.finds(token, "/DiagnosticReport?_include=*", "DiagnosticReport/nowhere", "DiagnosticReport/there")
}

// A write of which it cannot be told whether the grant admits it makes other things
// visible until the transaction ends, and of these nothing is told either.
func TestLeak51TransactionsWhileIndexing(t *testing.T) {
	const adams = `{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/adam"},"code":{"text":"secret"}}`
	const scopes = "system/List.c?mood=glad system/Observation.rus?_has:List:item:status=current"
	with, without := moodyWorld(t, adam, adams), moodyWorld(t, adam)
	lists := brings("", "POST", "List", `{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"Observation/1"}}]}`)
	for name, entry := range map[string]string{
		"read":  asks("GET", "Observation/1"),
		"patch": brings("", "PATCH", "Observation/1", jsonPatch(`[{"op":"test","path":"/code/text","value":"public"}]`)),
		"none":  asks("GET", "Patient/adam"),
	} {
		a := with.post(with.token(scopes), sent("transaction", lists, entry))
		b := without.post(without.token(scopes), sent("transaction", lists, entry))
		with.same(name, a, b)
	}
}
