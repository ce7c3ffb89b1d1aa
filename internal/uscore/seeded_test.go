package uscore_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/uscore"
	"github.com/granary-fhir/granary/seed/synthetic"
)

var update = flag.Bool("update", false, "write the table of what is held into docs/us-core.md")

// notHeld are profiles of which there are no instances, and why.
var notHeld = map[string]string{
	"uscdi-requirement": "it is for the authors of StructureDefinitions, who mark elements by it",
}

// seeded is what the resources hold that a server starts with on some day.
func seeded(t *testing.T, seed uint64, on time.Time) *uscore.Coverage {
	t.Helper()
	var all []*fhirjson.Node
	c := uscore.NewCoverage(profile.USCore())
	for r := range (synthetic.Population{Patients: 20, Seed: seed, AsOf: on}).Resources() {
		n, err := fhirjson.Parse(r.JSON)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
		c.Know(n)
	}
	for _, n := range all {
		c.Add(n)
	}
	return c
}

// Of each profile of US Core there are instances, in which each element that must be
// supported and each slice occurs. What is missing is named.
func TestEverythingIsHeld(t *testing.T) {
	t.Parallel()
	c := seeded(t, 1, time.Date(2025, time.June, 1, 0, 0, 0, 0, time.UTC))
	for _, missing := range notThere(c) {
		t.Error(missing)
	}
	if err := uscore.Section("../../docs/us-core.md", "profiles", inTable(c), *update); err != nil {
		t.Error(err)
	}
}

// So it is on any other day, and with other people: in the long form on days of five
// years.
func TestEverythingIsHeldOnAnyDay(t *testing.T) {
	t.Parallel()
	days := 3
	if os.Getenv("GRANARY_LONG") != "" {
		days = 120
	}
	for i := range days {
		seed, on := uint64(i), time.Date(2024, time.February, 29, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 17*i)
		for _, missing := range notThere(seeded(t, seed, on)) {
			t.Errorf("on %s, with the seed %d: %s", on.Format(time.DateOnly), seed, missing)
		}
	}
}

// notThere says what is missing.
func notThere(c *uscore.Coverage) []string {
	var all []string
	for _, h := range c.Profiles() {
		reason := notHeld[name(h)]
		switch {
		case reason != "" && h.Instances > 0:
			all = append(all, fmt.Sprintf("there are instances of %s, and %s", name(h), reason))
		case reason == "" && h.Instances == 0:
			all = append(all, fmt.Sprintf("there is no instance of %s|%s", name(h), h.Profile.Version))
		case reason == "" && len(h.Missing()) > 0:
			_, missing := held(h)
			all = append(all, fmt.Sprintf("no instance of %s|%s holds %s", name(h), h.Profile.Version, strings.Join(missing, ", ")))
		}
	}
	return all
}

// name is that of a profile in its URL.
func name(h *uscore.Held) string { return strings.TrimPrefix(h.Profile.URL, usCore) }

// inTable is what is held as docs/us-core.md has it.
func inTable(c *uscore.Coverage) string {
	cells := map[string]map[string]string{}
	var names []string
	for _, h := range c.Profiles() {
		if cells[name(h)] == nil {
			cells[name(h)] = map[string]string{}
			names = append(names, name(h))
		}
		_, missing := held(h)
		cells[name(h)][h.Profile.Version] = fmt.Sprintf("%d | %d of %d", h.Instances, len(h.Wanted)-len(missing), len(h.Wanted))
		if len(h.Wanted) == 0 {
			cells[name(h)][h.Profile.Version] = fmt.Sprintf("%d | ", h.Instances)
		}
		if reason := notHeld[name(h)]; reason != "" {
			cells[name(h)][h.Profile.Version] = "none: " + reason + " | "
		}
	}
	text := "| profile or extension | 6.1.0: instances | elements | 7.0.0: instances | elements |\n|---|---|---|---|---|\n"
	for _, n := range names {
		text += "| " + n
		for _, version := range []string{"6.1.0", "7.0.0"} {
			cell := cells[n][version]
			if cell == "" {
				cell = "| "
			}
			text += " | " + cell
		}
		text += " |\n"
	}
	return text
}
