package views

import (
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func testInValueSet(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(
		observation("a", "1", "a"), observation("b", "1", "b"), observation("c", "1", "c"),
		`{"resourceType":"ValueSet","id":"ab","url":"http://x/ab","compose":{"include":[{"system":"s","concept":[{"code":"a"},{"code":"b"}]}]}}`,
		`{"resourceType":"ValueSet","id":"all","url":"http://x/all","compose":{"include":[{"system":"s"}],"exclude":[{"system":"s","concept":[{"code":"c"}]}]}}`,
		`{"resourceType":"ValueSet","id":"nested","url":"http://x/nested","compose":{"include":[{"system":"s","concept":[{"code":"b"},{"code":"c"}],"valueSet":["http://x/ab"]}]}}`,
		`{"resourceType":"ValueSet","id":"expanded","url":"http://x/expanded","expansion":{"contains":[{"system":"s","abstract":true,"code":"a","contains":[{"system":"s","code":"c"}]}]}}`,
		`{"resourceType":"ValueSet","id":"loop","url":"http://x/loop","compose":{"include":[{"valueSet":["http://x/loop"]}]}}`,
		`{"resourceType":"ValueSet","id":"filter","url":"http://x/filter","compose":{"include":[{"system":"s","filter":[{"property":"p","op":"is-a","value":"v"}]}]}}`)
	for query, want := range map[string]string{
		"code:in=http://x/ab":                                       "Observation/a Observation/b|",
		"code:in=ValueSet/ab":                                       "Observation/a Observation/b|",
		"code:in=http://x/ab|1":                                     "Observation/a Observation/b|",
		"code:not-in=http://x/ab":                                   "Observation/c|",
		"code:in=http://x/all":                                      "Observation/a Observation/b|",
		"code:in=http://x/nested":                                   "Observation/b|",
		"code:in=http://x/expanded":                                 "Observation/c|",
		"code:not-in=http://x/expanded":                             "Observation/a Observation/b|",
		"status:in=http://hl7.org/fhir/ValueSet/observation-status": "Observation/a Observation/b Observation/c|",
	} {
		if got, err := w.find(w.admin(), "Observation", query); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
	for query, want := range map[string]string{
		"code:in=http://x/none":   "search parameter code:in=http://x/none: the value set is not stored here, or cannot be listed; store the ValueSet first",
		"code:in=http://x/loop":   "search parameter code:in=http://x/loop: the value set is built of value sets more than 8 levels deep",
		"code:in=http://x/filter": "search parameter code:in=http://x/filter: the value set selects codes by a filter, which needs a terminology server; list the codes instead",
	} {
		if _, err := w.find(w.admin(), "Observation", query); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", query, err, want)
		}
	}
}

// A client finds only value sets that it may search; a policy's own are sealed,
// and one that cannot be expanded denies without a word.
func testInValueSetUnderPolicy(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("a", "1", "a"), observation("b", "1", "b"),
		`{"resourceType":"ValueSet","id":"a","url":"http://x/a","status":"active","compose":{"include":[{"system":"s","concept":[{"code":"a"}]}]}}`)
	hidden := w.policy(map[string]string{"Observation.s": "", "ValueSet.s": "status=draft"})
	shown := w.policy(map[string]string{"Observation.s": "", "ValueSet.s": "status=active"})
	if got, err := w.find(shown, "Observation", "code:in=http://x/a"); err != nil || got != "Observation/a|" {
		t.Errorf("a value set that is shown: %q, %v", got, err)
	}
	if got, err := w.find(hidden, "Observation", "code:in=http://x/a"); err == nil {
		t.Errorf("a value set that is hidden: %q", got)
	}
	for query, want := range map[string]string{
		"code:in=http://x/a":        "Observation/a|",
		"code:not-in=http://x/a":    "Observation/b|",
		"code:in=http://x/none":     "|",
		"code:not-in=http://x/none": "|",
		// One scope that cannot be expanded takes nothing from another.
		"code:in=http://x/none,http://x/a": "Observation/a|",
	} {
		view := w.store.View(store.NewPolicy(query, map[store.Rule]search.Expr{
			{Letter: store.Search, Type: "Observation"}: w.where("Observation", query)}))
		if got, err := w.find(view, "Observation", ""); err != nil || got != want {
			t.Errorf("a policy of %s: %q, %v; want %q", query, got, err, want)
		}
	}
}
