package api

import (
	"testing"

	"github.com/granary-fhir/granary/auth"
)

// leaks rows 42 and 43: how a scope may be written, and what is none.

// Row 42: a value is decoded once, spaces separate scopes before that, a repeated
// parameter is AND and a comma is OR.
func TestLeak42Encoding(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	for id, text := range map[string]string{"plain": "x y", "comma": "x,y", "bar": "x|y", "percent": "x%20y", "ampersand": "x&y", "plus": "x+y", "quote": `x"y`, "unicode": "xéy", "twice": "x%2Cy", "x": "x", "y": "y"} {
		w.add(about("Observation", id, "eve", `"status":"unknown","identifier":[{"system":"s","value":`+quoted(text)+`}]`))
	}
	for value, want := range map[string]string{
		"x%20y": "plain", "x%5C%2Cy": "comma", "x%5C%7Cy": "bar", "x%2520y": "percent", "x%26y": "ampersand", "x%2By": "plus", "x%22y": "quote", "x%C3%A9y": "unicode", "x%c3%a9y": "unicode",
		"x%252Cy": "twice", "x,y": "x y", "x%2Cy": "x y", "s|x": "x", "s%7Cx": "x", "%78": "x", "s%7Cx,s|y": "x y", "x&identifier=y": "", "x&identifier=x,y": "x", "x&identifier=y&identifier=x": "",
	} {
		ids := []string{}
		for _, id := range split(want) {
			ids = append(ids, "Observation/"+id)
		}
		scope := "patient/Observation.rs?identifier=" + value
		for _, token := range []string{w.token(scope, "Patient/eve"), w.planted(auth.Grant{Scopes: scope, Patient: "eve"})} {
			w.finds(token, "/Observation?_count=100", ids...)
			for _, other := range []string{"plain", "comma", "x", "y", "plus", "percent"} {
				got := w.get(token, "/Observation/"+other).status == 200
				if visible := len(ids) > 0 && contains(ids, "Observation/"+other); got != visible {
					t.Errorf("%s: %s is read: %v", scope, other, got)
				}
			}
		}
	}
	// An encoded space, ampersand or question mark begins nothing new.
	for _, scope := range []string{
		"patient/Observation.rs?identifier=x%20patient/Observation.rs", "patient/Observation.rs?identifier=none%26status=final", "patient/Observation.rs?identifier=none%3Fcode=a",
		"patient/Observation.rs?identifier=none%2520patient/*.rs", "patient/Observation.rs?identifier=none%0Apatient/*.rs",
	} {
		w.finds(w.planted(auth.Grant{Scopes: scope + " patient/Observation.rs?identifier=x", Patient: "eve"}), "/Observation?_count=100", "Observation/x")
	}
	w.everyWay(w.token("patient/Observation.rs?category=vital-signs,laboratory&category=vital-signs&code=a&code:not=b&status=final", "Patient/eve"), "/Observation", "Observation/eve.vital-signs.a.final")
}

func contains(ids []string, id string) bool {
	for _, other := range ids {
		if other == id {
			return true
		}
	}
	return false
}

// Row 43: what is not written like a scope gives nothing, and where none is one there is
// no data.
func TestLeak43Malformed(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	malformed := []string{
		"patient/Observation.dus", "patient/Observation.read-only", "patient/Observation.sr", "patient/Observation.rr", "patient/Observation.RS", "patient/Observation.",
		"patient/Observation", "patient/Observation.rs.", "patient/Observation.rs,c", "patient/observation.rs", "patient/Nonsense.rs", "patient/**.rs", "patient/Obs*.rs", "patient/.rs",
		"Patient/Observation.rs", "patients/Observation.rs", "patient.Observation.rs", "Observation.rs", "*.rs", "*/*.rs", "patient/*", "patient", "/", "", "*", "rs", "system",
		"patient/Observation.rs?", "patient/Observation.rs?category", "patient/Observation.rs?category=", "patient/Observation.rs?&category=laboratory", "patient/Observation.rs?category=%zz",
		"patient/Observation.rs#category=laboratory", "patient/Observation.rs;system/*.cruds", "patient/Observation.rs,system/*.cruds", "patient/Observation.rs\tsystem/*.cruds", "patient/Observation.rs\x00",
		"launch/system", "fhirUser/*.rs", "user\\*.rs", "urn:system/*.cruds", "https://granary.test/system/*.cruds",
	}
	for _, scopes := range append(malformed, "openid", "openid fhirUser profile", "launch", "launch/patient", "offline_access") {
		token := w.planted(auth.Grant{Scopes: scopes, Patient: "eve", User: "Practitioner/1"})
		w.nothing(token, scopes)
	}
	for _, scope := range malformed {
		if scope != "" {
			w.refusesScopes(scope)
		}
		token := w.planted(auth.Grant{Scopes: scope + " patient/Observation.rs?code=b&status=final&category=laboratory", Patient: "eve"})
		w.finds(token, "/Observation?_count=100", "Observation/eve.laboratory.b.final")
		if got := w.get(token, "/Condition"); got.status != 403 {
			t.Errorf("beside %q: %d", scope, got.status)
		}
	}
}

// nothing wants a token to give no data at all, by whatever letter.
func (w *world) nothing(token, scopes string) {
	w.Helper()
	for _, send := range [][3]string{
		{"GET", "/Observation", ""}, {"GET", "/Observation/eve..a.final", ""}, {"GET", "/Patient/eve", ""}, {"GET", "", ""}, {"GET", "/_history", ""}, {"GET", "/Patient/eve/Observation", ""},
		{"POST", "/Observation", crossings[0].body()}, {"PUT", "/" + crossings[0].key(), crossings[0].body()}, {"DELETE", "/" + crossings[0].key(), ""}, {"PUT", "/Practitioner/1", `{"resourceType":"Practitioner","id":"1"}`},
	} {
		if got := w.send(token, send[0], send[1], send[2]); got.status != 403 {
			w.Errorf("%q: %s %s: %d %s", scopes, send[0], send[1], got.status, got.body)
		}
	}
}
