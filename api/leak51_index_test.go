package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// leaks row 51: what a resource is found by changes with it, in one transaction, and a
// SearchParameter that somebody stores changes nothing.

func TestLeak51IndexOfTheWrite(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, measured("o", "vital-signs", "eve"), measured("p", "vital-signs", "eve"))
	vital := w.token("patient/Observation.rs?category="+category+"|vital-signs", "Patient/eve")
	all := w.all()
	check := func(name string, ids ...string) {
		t.Helper()
		w.everyWay(vital, "/Observation", ids...)
		report, err := w.store.Check(context.Background())
		w.must(err)
		if report.Err() != nil {
			t.Errorf("%s: %v", name, report.Err())
		}
	}
	check("at first", "Observation/o", "Observation/p")
	for _, c := range []struct {
		name, body string
		within     bool
	}{
		{"to another category", measured("o", "laboratory", "eve"), false}, {"back", measured("o", "vital-signs", "eve"), true},
		{"to another patient", measured("o", "vital-signs", "adam"), false}, {"and back", measured("o", "vital-signs", "eve"), true},
	} {
		if got := w.send(all, http.MethodPut, "/Observation/o", c.body); got.status != 200 {
			t.Fatal(got)
		}
		if c.within {
			check(c.name, "Observation/o", "Observation/p")
			w.reads(vital, "Observation/o")
		} else {
			check(c.name, "Observation/p")
			w.lacks(vital, "Observation/o")
		}
	}
	// Within a transaction what comes later sees what came before.
	moves := brings("", "PUT", "Observation/o", measured("o", "laboratory", "eve"))
	got := w.send(all, http.MethodPost, "", sent("transaction", moves, asks("GET", "Observation?category=vital-signs&_elements=id")))
	if entries := w.entries(got); len(entries) != 2 || strings.Contains(entries[1], `"Observation","id":"o"`) || !strings.Contains(entries[1], `"id":"p"`) {
		t.Errorf("%s", got.body)
	}
	check("in a transaction", "Observation/p")
}

// A write that fails after it has begun leaves nothing behind, in the index neither.
func TestLeak51FailedWriteLeavesNoIndex(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, measured("o", "laboratory", "eve"), measured("x", "laboratory", "adam"))
	vital := w.token("patient/Observation.cruds?category="+category+"|vital-signs patient/Observation.s", "Patient/eve")
	reader := w.token("patient/Observation.rs?category="+category+"|vital-signs", "Patient/eve")
	in := brings("", "PUT", "Observation/o", measured("o", "vital-signs", "eve"))
	made := brings("", "POST", "Observation", measured("", "vital-signs", "eve"))
	for name, c := range map[string]struct{ token, bundle string }{
		"an entry that is invalid":      {w.all(), sent("transaction", in, made, brings("", "POST", "Observation", `{"resourceType":"Patient"}`))},
		"an entry that is not admitted": {vital, sent("transaction", made, brings("", "POST", "Observation", measured("", "vital-signs", "adam")))},
		"a precondition":                {w.all(), sent("transaction", in, brings("", "PUT", "Observation/x", measured("x", "vital-signs", "eve"), `"ifMatch":"W/\"7\""`))},
		"a read of what is absent":      {w.all(), sent("transaction", in, made, asks("GET", "Observation/none"))},
	} {
		if got := w.send(c.token, http.MethodPost, "", c.bundle); got.status < 400 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		w.everyWay(reader, "/Observation")
		w.lacks(reader, "Observation/o", "Observation/x")
	}
	// The function that writes fails itself, when all is written.
	view := w.store.View(store.Unrestricted("a test"))
	err := view.Transact(t.Context(), func(tx *store.Tx) error {
		w.must(writeIn(tx, measured("o", "vital-signs", "eve")))
		w.must(writeIn(tx, measured("x", "vital-signs", "eve")))
		return context.DeadlineExceeded
	})
	if err == nil {
		t.Error("it was committed")
	}
	w.everyWay(reader, "/Observation")
	report, err := w.store.Check(t.Context())
	w.must(err)
	w.must(report.Err())
	w.everyWay(w.all(), "/Observation?category=laboratory", "Observation/o", "Observation/x")
}

// A SearchParameter that redefines what scopes and charts ask for is a resource, and no
// more: there are no search parameters but those that the server was built with.
func TestLeak51AbsentRedefinition(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, measured("o", "vital-signs", "eve"), measured("a", "laboratory", "adam"))
	token := w.token("patient/Observation.rs?category="+category+"|vital-signs patient/SearchParameter.rs", "Patient/eve")
	all := w.all()
	statement := w.get("", "/metadata").body
	for i, definition := range []string{
		`"url":"http://hl7.org/fhir/SearchParameter/Observation-category","code":"category","base":["Observation"],"type":"token","expression":"Observation.status"`,
		`"url":"http://hl7.org/fhir/SearchParameter/clinical-patient","code":"patient","base":["Observation"],"type":"reference","expression":"Observation.focus"`,
		`"url":"http://x.test/mine","code":"mine","base":["Observation"],"type":"token","expression":"Observation.status"`,
	} {
		body := `{"resourceType":"SearchParameter","id":"s` + string(rune('0'+i)) + `","name":"x","status":"active","description":"x",` + definition + `}`
		if got := w.send(all, http.MethodPut, "/SearchParameter/s"+string(rune('0'+i)), body); got.status != 201 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if got := w.send(token, http.MethodPut, "/SearchParameter/s0", body); got.status != 403 {
			t.Errorf("under patient/: %d", got.status)
		}
	}
	w.Advance(time.Minute)
	w.add(measured("later", "laboratory", "eve"), `{"resourceType":"Observation","id":"focus","status":"vital-signs","focus":[{"reference":"Patient/eve"}],"subject":{"reference":"Patient/adam"}}`)
	w.everyWay(token, "/Observation", "Observation/o")
	w.lacks(token, "Observation/a", "Observation/later", "Observation/focus")
	if got := w.get(all, "/Observation?mine=final"); got.status != 400 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if w.get("", "/metadata").body != statement {
		t.Error("the CapabilityStatement is another")
	}
	for _, rt := range new(server).routes() {
		if strings.Contains(rt.interaction, "reindex") {
			t.Errorf("%s", rt.interaction)
		}
	}
	w.refusesScopes("patient/Observation.rs?mine=final")
}
