package compartments

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
)

// The table in docs/enforcement.md names every type once, under its verdict.
func TestVerdictsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/enforcement.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "| verdict | letters | types |\n|---|---|---|\n")
	if !ok {
		t.Fatal("docs/enforcement.md has no table of verdicts")
	}
	table, _, _ := strings.Cut(after, "\n\n")
	beginnings := map[string]Verdict{
		"in the chart": ByChart, "the patient": ByChart, "a directory": ReadOnly, "a definition": ReadOnly,
		"where a readable resource": Linked, "where a readable DocumentReference": Linked,
		"where all its targets": AllTargets, "a record": Records, "never": Never,
	}
	documented := map[string]Verdict{}
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		for beginning, verdict := range beginnings {
			if strings.HasPrefix(cells[0], beginning) {
				for _, typ := range regexp.MustCompile(`[A-Z]\w+`).FindAllString(cells[2], -1) {
					documented[typ] = verdict
				}
			}
		}
	}
	c := newCompartments(t)
	for _, typ := range definitions.ResourceTypes() {
		if got, ok := documented[typ]; !ok || got != c.Verdict(typ) {
			t.Errorf("%s: documented as %v (%v), is %v", typ, got, ok, c.Verdict(typ))
		}
	}
}
