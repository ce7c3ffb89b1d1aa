package api

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
)

// leaks row 33: a relationship counts while it lasts, by the clock at the time of the
// request, whatever the caller saw a moment ago; and of however many patients.

// noon is when relationships of these tests end.
var noon = start.AddDate(0, 0, 1)

const untilNoon = `"period":{"start":"2026-03-01","end":"2026-03-02T11:59:59.999Z"}`

func team(id, status, patient, more string) string {
	return `{"resourceType":"CareTeam","id":"` + id + `","status":"` + status + `","subject":{"reference":"Patient/` + patient + `"},"participant":[{"member":{"reference":"Practitioner/1"}` + more + `}]`
}

func TestLeak33ClockJumpsPastThePeriod(t *testing.T) {
	relative := func(patient, more string) string {
		return `{"resourceType":"RelatedPerson","id":"rel","patient":{"reference":"Patient/` + patient + `"}` + more + `}`
	}
	for name, c := range map[string]struct {
		user, source, ended string // ended is the same without an end, but of another status
	}{
		"the team's period":        {"Practitioner/1", team("s", "active", "eve", "") + "," + untilNoon + "}", team("s", "inactive", "eve", "") + "}"},
		"the participant's period": {"Practitioner/1", team("s", "active", "eve", ","+untilNoon) + "}", team("s", "suspended", "eve", "") + "}"},
		"a relative's":             {"RelatedPerson/rel", relative("eve", ","+untilNoon), relative("eve", `,"active":false`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := caring(t)
			w.add(eve, adam, tagged("e", "eve", "x"), about("Observation", "f", "eve", ""), tagged("a", "adam", "x"), c.source)
			user := w.issue(auth.Grant{Scopes: "user/Patient.rs user/Observation.rs", User: c.user})
			launched := w.issue(auth.Grant{Scopes: "patient/Patient.rs patient/Observation.rs", User: c.user, Patient: "eve"})
			w.Set(noon.Add(-time.Millisecond)) // the last instant
			var next string
			for _, token := range []string{user, launched} {
				w.everyWay(token, "/Patient?_revinclude=Observation:subject", "Patient/eve", "include Observation/e", "include Observation/f")
				w.everyWay(token, "/Observation", "Observation/e", "Observation/f")
				w.reads(token, "Patient/eve", "Observation/e")
				w.lacks(token, "Patient/adam", "Observation/a")
				next = w.bundle(w.get(token, "/Observation?_count=1")).link("next")
			}
			w.Set(noon)
			for _, token := range []string{user, launched} {
				w.everyWay(token, "/Patient?_revinclude=Observation:subject")
				w.everyWay(token, "/Observation?subject:Patient.family=Everywoman")
				w.lacks(token, "Patient/eve", "Observation/e")
				w.shows(token, "/_history", "")
			}
			if page := w.bundle(w.get(launched, next)); len(page.Entry) > 0 { // of the page before noon
				t.Errorf("the next page shows %v", page.ids())
			}
			w.everyWay(w.token("patient/Patient.rs", "Patient/eve"), "/Patient", "Patient/eve") // which no relationship bounds

			// It counts again when it begins anew, and not with another status.
			if got := w.send(w.all(), http.MethodDelete, "/CareTeam/s", ""); got.status != 204 {
				t.Fatal(got)
			}
			w.add(c.ended)
			w.everyWay(user, "/Patient")
		})
	}
}

// Ten thousand patients, of whom one leaves at noon, and none is left out or kept for
// their number.
func TestLeak33TenThousandPatients(t *testing.T) {
	patients := 2_000
	if long() {
		patients = 10_000
	}
	size := patients / 10
	w := caring(t)
	all := make([]string, 0, patients+4)
	for i := range patients - 1 {
		all = append(all, fmt.Sprintf(`{"resourceType":"Patient","id":"p%05d","generalPractitioner":[{"reference":"Practitioner/1"}]}`, i))
	}
	all = append(all, `{"resourceType":"Patient","id":"leaves"}`, team("s", "active", "leaves", "")+","+untilNoon+"}",
		about("Observation", "o", "leaves", ""), about("Observation", "stays", "p00007", ""), adam)
	w.add(all...)
	token := w.issue(auth.Grant{Scopes: "user/Patient.rs user/Observation.rs", User: "Practitioner/1"})
	total := func(path string) int {
		page := w.bundle(w.get(token, path))
		if page.Total == nil {
			t.Fatalf("%s has no total", path)
		}
		return *page.Total
	}
	last := fmt.Sprintf("Patient/p%05d", patients-2)
	w.Set(noon.Add(-time.Millisecond))
	counts := []string{"/Patient?_summary=count", "/Patient?_total=accurate&_count=1", "/Patient?_count=0"}
	for _, path := range counts {
		if got := total(path); got != patients {
			t.Errorf("%s before noon: %d, want %d", path, got, patients)
		}
	}
	w.finds(token, "/Observation", "Observation/o", "Observation/stays")
	w.reads(token, "Patient/leaves", "Patient/p00000", last)
	// A walk over all pages that noon falls into.
	seen, pages := map[string]int{}, 0
	for next := fmt.Sprint("/Patient?_count=", size); next != ""; pages++ {
		page := w.bundle(w.get(token, next))
		for _, id := range page.ids() {
			seen[id]++
		}
		if next = page.link("next"); pages == 4 {
			w.Set(noon)
		}
	}
	delete(seen, "Patient/leaves") // was on a page before noon, or on none
	if len(seen) != patients-1 || pages != 10 {
		t.Errorf("%d pages show %d patients, want 10 and %d", pages, len(seen), patients-1)
	}
	for _, path := range counts {
		if got := total(path); got != patients-1 {
			t.Errorf("%s after noon: %d, want %d", path, got, patients-1)
		}
	}
	w.finds(token, "/Observation", "Observation/stays")
	w.lacks(token, "Patient/leaves", "Observation/o", "Patient/adam")
	w.reads(token, "Patient/p00000", last)
}
