package api

import (
	"slices"
	"testing"
)

// A scope may be about any search parameter, with what search supports of it: what it
// shows is what the same parameters find, and what is refused grants nothing (leaks rows
// 38 to 41 and 44).
func TestLeak38AnyParameterOverHTTP(t *testing.T) {
	w := newWorld(t)
	observation := func(id, patient, visit, date, tag, label string) string {
		return `{"resourceType":"Observation","id":"` + id + `","meta":{"tag":[{"system":"t","code":"` + tag + `"}],"security":[{"system":"l","code":"` + label + `"}]},` +
			`"status":"final","code":{"text":"x","coding":[{"system":"c","code":"` + id + `"}]},"subject":{"reference":"Patient/` + patient + `"},` +
			`"encounter":{"reference":"Encounter/` + visit + `"},"effectiveDateTime":"` + date + `"}`
	}
	w.add(`{"resourceType":"Patient","id":"old","birthDate":"1950-01-01"}`, `{"resourceType":"Patient","id":"new","birthDate":"1990-01-01"}`,
		`{"resourceType":"Encounter","id":"amb","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/old"}}`,
		`{"resourceType":"Encounter","id":"imp","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/old"}}`,
		observation("o1", "old", "amb", "2020-01-01", "a", "R"), observation("o2", "old", "imp", "2021-01-01", "b", "N"), observation("n1", "new", "none", "2022-01-01", "a", "N"))
	for scopes, want := range map[string][]string{
		"patient/Observation.rs?encounter.class=AMB":                                                        {"o1"},
		"patient/Observation.rs?encounter.class=AMB,IMP":                                                    {"o1", "o2"},
		"patient/Observation.rs?encounter.class=AMB patient/Observation.rs?encounter.class=IMP":             {"o1", "o2"},
		"user/Observation.rs?patient.birthdate=lt1960":                                                      {"o1", "o2"},
		"user/Observation.rs?patient.birthdate=ge1960":                                                      {"n1"},
		"user/Observation.rs?patient._has:Encounter:subject:class=IMP":                                      {"o1", "o2"},
		"user/Observation.rs?_tag=t|a":                                                                      {"n1", "o1"},
		"patient/Observation.rs?_security=l|N":                                                              {"o2"},
		"user/Observation.rs?_security:not=l|N":                                                             {"o1"},
		"user/Observation.rs?date=ge2020-06&date=lt2021-06":                                                 {"o2"},
		"user/Observation.rs?date=lt2020-06,ge2021-06":                                                      {"n1", "o1"},
		"user/Observation.rs?code=o1,n1&_tag=t|a&date=ge2021":                                               {"n1"},
		"user/Observation.rs?encounter:missing=true":                                                        {},
		"patient/Observation.read?_tag=t|b user/Observation.rs?code=n1 patient/Observation.s?_security=l|R": {"n1", "o1", "o2"},
	} {
		token := w.token(scopes, "Patient/old", "Practitioner/x")
		var got []string
		for _, key := range w.bundle(w.get(token, "/Observation")).ids() {
			got = append(got, key[len("Observation/"):])
		}
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: %v, want %v", scopes, got, want)
		}
	}
	// Letters are united each for itself.
	mixed := w.token("patient/Observation.read?_tag=t|b patient/Observation.s?_security=l|R", "Patient/old")
	w.finds(mixed, "/Observation", "Observation/o1", "Observation/o2")
	if a, b := w.get(mixed, "/Observation/o1").status, w.get(mixed, "/Observation/o2").status; a != 404 || b != 200 {
		t.Errorf("reads: %d and %d", a, b)
	}
}
