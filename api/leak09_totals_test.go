package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// hasty is a backend whose counts give up soon, as others do in a large store.
type hasty struct {
	store.Backend
	store.Checker // of the same: the store is checked at the end
}

func (b hasty) Read(ctx context.Context, fn func(store.Snapshot) error) error {
	return b.Backend.Read(ctx, func(s store.Snapshot) error { return fn(hastySnapshot{s}) })
}

type hastySnapshot struct{ store.Snapshot }

func (s hastySnapshot) Within(bytes int) store.Snapshot {
	return hastySnapshot{s.Snapshot.Within(bytes)}
}

func (s hastySnapshot) Count(ctx context.Context, selects []search.Select, limit store.CountLimit) (int, bool, error) {
	return s.Snapshot.Count(ctx, selects, soon(limit))
}

func (s hastySnapshot) CountHistory(ctx context.Context, of []store.Portion, page store.HistoryPage, limit store.CountLimit) (int, bool, error) {
	return s.Snapshot.CountHistory(ctx, of, page, soon(limit))
}

// soon is a limit of 5.
func soon(limit store.CountLimit) store.CountLimit {
	return store.CountLimit{Found: limit.Found / 2000, Touched: limit.Touched / 2000}
}

// crowd is 3 Observations that the scopes below show as final, and many that they
// do not show, or not as that. What is hidden is as the world has it.
func crowd(t *testing.T, hiddenStatus, hiddenBirth string) *world {
	w := worldOn(t, testbackend.New(t), store.ValidateOff, func(b store.Backend) store.Backend { return hasty{b, b.(store.Checker)} })
	add := func(id, patient, category, status, gender, birth string) {
		w.add(strings.Replace(measured(id, category, patient), "final", status, 1),
			`{"resourceType":"Patient","id":"`+patient+`","gender":"`+gender+`","birthDate":"`+birth+`"}`)
	}
	for i := range 3 {
		add(fmt.Sprint("a", i), fmt.Sprint("a", i), "vital-signs", "final", "male", "1970-01-01")
	}
	for i := range 20 {
		add(fmt.Sprint("b", i), fmt.Sprint("b", i), "vital-signs", "amended", "male", "1980-01-01")
		add(fmt.Sprint("h", i), fmt.Sprint("h", i), "laboratory", hiddenStatus, "female", hiddenBirth)
	}
	return w
}

// That a total is missing tells how much is shown, and nothing of what is hidden:
// neither among the matches nor behind a hop.
func TestLeak09GivingUp(t *testing.T) {
	worlds := []*world{crowd(t, "cancelled", "1950-01-01"), crowd(t, "final", "1970-01-01")}
	vital := "Observation.rs?category=" + category + "|vital-signs"
	males := " system/Patient.rs?gender=male"
	for _, c := range []struct {
		scopes, path string
		total        int // -1 for none: more than 5 are shown
	}{
		{"system/" + vital, "/Observation?status=final&_count=1", 3},
		{"system/" + vital, "/Observation?status=final&_count=1&_total=estimate", 3},
		{"system/" + vital, "/Observation?status=final&_count=1&_sort=_id", 3},
		{"system/" + vital, "/?_type=Observation,DiagnosticReport&status=final&_count=2", 3},
		{"system/" + vital, "/Observation?status=amended&_count=2", -1},
		{"system/" + vital, "/Observation?status=amended&_count=2&_total=accurate", 20},
		{"system/" + vital, "/Observation?status=amended&_summary=count", 20},
		{"system/" + vital + "&status=final", "/Observation/_history?_count=1", 3},
		{"system/" + vital + "&status=final", "/_history?_count=1", 3},
		{"system/" + vital + "&status=final", "/Observation/_history?_count=1&_since=2026-03-01", 3},
		{"system/" + vital + "&status=final", "/_history?_count=1&_since=2026-03-01", 3},
		{"system/" + vital, "/_history?_count=1", -1},
		{"system/" + vital, "/_history?_count=0", 23},
		// All Observations are shown, and some Patients; and the other way round.
		{"system/Observation.rs" + males, "/Observation?patient.birthdate=1970-01-01&_count=1", 3},
		{"system/Observation.rs" + males, "/Observation?patient.birthdate=1980-01-01&_count=1", -1},
		{"system/Patient.rs system/" + vital, "/Patient?_has:Observation:patient:status=final&_count=1", 3},
		{"system/Patient.rs system/" + vital, "/Patient?_has:Observation:patient:status=amended&_count=1", -1},
	} {
		for i, w := range worlds {
			if total := w.bundle(w.get(w.token(c.scopes), c.path)).Total; total == nil && c.total >= 0 || total != nil && *total != c.total {
				t.Errorf("world %d: %s with %s: total %s, want %d", i, c.path, c.scopes, show(total), c.total)
			}
		}
	}
	// For who sees all it is what is looked at that counts.
	for i, want := range []string{"3", "none"} {
		for _, path := range []string{"/Observation?status=final&_count=1", "/Observation?patient.birthdate=1970-01-01&patient.gender=male&_count=1"} {
			if testbackend.IsMongoDB() && strings.Contains(path, "patient.") {
				continue // it has found beforehand to which patients the hop leads, and looks at no others
			}
			if got := show(worlds[i].bundle(worlds[i].get(worlds[i].all(), path)).Total); got != want {
				t.Errorf("world %d: %s: total %s, want %s", i, path, got, want)
			}
		}
	}
}

// A total is the number of what the scopes show, whatever else the store holds, with
// any way to ask for it.
func TestLeak09TotalsOfSearches(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	for name, c := range map[string]struct {
		token, patient string
		types          func(string) bool
	}{
		"a":             {w.token("patient/*.rs", "Patient/a"), "a", anyType},
		"b":             {w.token("patient/*.rs", "Patient/b"), "b", anyType},
		"without the r": {w.token("patient/*.s", "Patient/a"), "a", func(typ string) bool { return !slices.Contains([]string{"Medication", "Substance", "Provenance"}, typ) }},
		"of a relative": {w.token("user/*.rs", "RelatedPerson/a-mother"), "a", anyType},
		"of some types": {w.token("patient/Observation.rs patient/Medication.rs patient/Practitioner.rs", "Patient/a"), "a", func(typ string) bool { return typ == "Observation" || typ == "Practitioner" }},
		"with what it needs": {w.token("patient/MedicationRequest.rs patient/Medication.rs", "Patient/a"), "a",
			func(typ string) bool { return typ == "MedicationRequest" || typ == "Medication" }},
	} {
		byType := map[string]int{}
		for _, key := range reached(c.patient, "s", c.types) {
			typ, _, _ := strings.Cut(key, "/")
			byType[typ]++
			byType[""]++
		}
		for typ, want := range byType {
			path := "/" + typ
			for _, query := range []string{"_summary=count", "_count=0", "_count=1&_total=accurate", "_count=1&_total=estimate", "_count=1", "_count=1000&_total=none", "_summary=count&_sort=-_id"} {
				forms := formsOfSearch[:1]
				if typ == "Observation" || typ == "" && name == "a" {
					forms = formsOfSearch
				}
				for _, form := range forms {
					got := show(w.bundle(form.send(w, c.token, path, query+"&_lastUpdated=gt2020")).Total)
					expected := fmt.Sprint(want)
					if strings.Contains(query, "none") {
						expected = "none"
					}
					if got != expected {
						t.Errorf("%s: %s %s?%s: total %s, want %s", name, form.name, path, query, got, expected)
					}
				}
			}
		}
	}
	if got := w.bundle(w.get(w.all(), "/?_summary=count")).Total; got == nil || *got != 2*len(around)+len(ofNobody) {
		t.Errorf("who sees all counts %s", show(got))
	}
}

func show(total *int) string {
	if total == nil {
		return "none"
	}
	return fmt.Sprint(*total)
}
