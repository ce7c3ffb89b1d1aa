package api

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// A store may run a transaction more than once, on other data each time: nothing
// of an earlier run is left in the plan.
func TestTransactionRunsAgain(t *testing.T) {
	w := newWorld(t)
	config := Config{Store: w.store, Tokens: w.tokens, BaseURL: base, Clock: w.Now}
	w.must(config.complete())
	s := newServer(config)
	s.dispatcher = &dispatcher{types: w.store.Registry(), routes: s.routes()}
	bundle, err := fhirjson.Parse([]byte(sent("transaction",
		brings("urn:uuid:p", "POST", "Practitioner", `{"resourceType":"Practitioner","identifier":[{"value":"p"}]}`, `"ifNoneExist":"identifier=p"`),
		brings("urn:uuid:o", "PUT", "Organization?identifier=o", `{"resourceType":"Organization","identifier":[{"value":"o"}]}`),
		brings("", "POST", "Encounter", `{"resourceType":"Encounter","subject":{"reference":"Patient?identifier=x"},"participant":[{"individual":{"reference":"urn:uuid:p"}}],"serviceProvider":{"reference":"urn:uuid:o"}}`),
	)))
	w.must(err)
	entries, err := s.readEntries(bundle)
	w.must(err)
	view := w.store.View(store.Unrestricted("test"))
	plan := newPlan(s, caller{view, &request{context: w.Context()}}, entries)
	w.must(plan.prepare())
	again := errors.New("again")
	run := func(outcome error) (body string) {
		err := view.Transact(w.Context(), func(tx *store.Tx) error {
			running := plan.begin(tx.Reader, tx)
			if err := running.run(context.Background()); err != nil {
				return err
			}
			answer, err := running.response()
			w.must(err)
			body = renamed{}.in(string(answer.text()))
			return outcome
		})
		if !errors.Is(err, outcome) {
			t.Fatalf("%v, want %v", err, outcome)
		}
		return body
	}
	w.add(`{"resourceType":"Patient","id":"first","identifier":[{"value":"x"}]}`)
	first := run(again)
	if !strings.Contains(first, `"reference":"Patient/first"`) || strings.Count(first, `"201 Created"`) != 3 {
		t.Errorf("first: %s", first)
	}
	w.add(`{"resourceType":"Patient","id":"first"}`, `{"resourceType":"Patient","id":"second","identifier":[{"value":"x"}]}`,
		`{"resourceType":"Practitioner","id":"there","identifier":[{"value":"p"}]}`, `{"resourceType":"Organization","id":"there","identifier":[{"value":"o"}]}`)
	second := run(nil)
	for _, want := range []string{`"reference":"Patient/second"`, `"reference":"Practitioner/there"`, `"reference":"Organization/there"`} {
		if !strings.Contains(second, want) {
			t.Errorf("second: no %s in %s", want, second)
		}
	}
}
