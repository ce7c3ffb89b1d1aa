package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

const (
	usCoreLocation = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-location"
	usCorePatient  = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
)

// claiming is a Location that claims profiles, with more members if they are given.
func claiming(more string, profiles ...string) string {
	return `{"resourceType":"Location"` + more + `,"meta":{"profile":["` + strings.Join(profiles, `","`) + `"]}}`
}

// What is asked for and what a resource claims is checked, and what was is said.
func TestValidateProfiles(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	const (
		well   = "information|informational||all is well: R4's structure was checked, and the profiles "
		noName = "error|required|Location.name|Location.name: is required (us-core-location|"
	)
	name := `,"name":"x"`
	for _, c := range []struct{ query, body, want string }{
		{"?profile=" + usCoreLocation, `{"resourceType":"Location","name":"x"}`, said(well + usCoreLocation + "|7.0.0")},
		{"?profile=" + usCoreLocation + "%7C6.1.0", `{"resourceType":"Location","name":"x"}`, said(well + usCoreLocation + "|6.1.0")},
		{"?profile=" + usCoreLocation, `{"resourceType":"Location"}`, said(noName + "7.0.0)")},
		{"", claiming(name, usCoreLocation), said(well + usCoreLocation + "|7.0.0")},
		{"", claiming("", usCoreLocation+"|6.1.0", usCoreLocation+"|7.0.0"), said(noName+"6.1.0)", noName+"7.0.0)")},
		{"?profile=" + usCoreLocation + "%7C6.1.0", claiming("", usCoreLocation+"|6.1.0"), said(noName + "6.1.0)")},
		{"?profile=" + usCoreLocation + "%7C6.1.0", claiming(name, usCoreLocation), said(well + usCoreLocation + "|6.1.0, " + usCoreLocation + "|7.0.0")},
		{"", claiming(name, usCorePatient), said(`error|structure|Patient.resourceType|Patient.resourceType: is "Location", and us-core-patient|7.0.0 is a profile of Patient`)},
		{"", claiming(name, "http://example.org/us-core-locaton"), said(`warning|not-found|Location.meta.profile|Location.meta.profile: the profile "http://example.org/us-core-locaton" is not known; known are ` + usCoreLocation + "; it was not checked")},
		{"", claiming(`,"nam":"x"`, usCoreLocation), said(`error|structure|Location.nam|Location.nam: Location has no element "nam"; is name meant?`, "information|informational|Location|profiles are checked once the resource is valid R4")},
	} {
		w.is(c.query+" "+c.body, w.send(all, http.MethodPost, "/Location/$validate"+c.query, c.body), 200, c.want)
	}
}

// An invariant is told by its key and what it demands.
func TestValidateInvariants(t *testing.T) {
	w := newWorld(t)
	body := parameters(part("profile", `"valueCanonical":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitionerrole|6.1.0"`),
		part("resource", `"resource":{"resourceType":"PractitionerRole","telecom":[{"system":"phone","value":"1"},{"system":"phone","value":"2"}]}`))
	got := w.send(w.all(), http.MethodPost, "/PractitionerRole/$validate", body)
	want := `us-core-13: SHALL have a practitioner, an organization, a healthcare service, or a location. (us-core-practitionerrole|6.1.0)`
	if got.status != 200 || !strings.Contains(got.body, want) || strings.Contains(got.body, "pd-1") || strings.Contains(got.body, "not checked") {
		t.Error(got)
	}
}

// The stored resource is checked against what is asked for, by mode=profile.
func TestValidateStoredProfile(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Location","id":"l"}`)
	w.is("stored", w.get(w.all(), "/Location/l/$validate?mode=profile&profile="+usCoreLocation), 200, said("error|required|Location.name|Location.name: is required (us-core-location|7.0.0)"))
}

// With ValidateProfile a write meets the profiles that the resource claims, however
// it is written; a claim that is not known is nobody's.
func TestWritesMeetProfiles(t *testing.T) {
	w := worldOf(t, testbackend.New(t), store.ValidateProfile)
	all := w.all()
	bad, good := claiming("", usCoreLocation), claiming(`,"name":"x"`, usCoreLocation)
	refused := oops("required", "Location.name", "Location.name: is required (us-core-location|7.0.0)")
	w.is("create", w.send(all, http.MethodPost, "/Location", bad), 400, refused)
	w.is("update", w.send(all, http.MethodPut, "/Location/l", strings.Replace(bad, `"Location"`, `"Location","id":"l"`, 1)), 400, refused)
	w.is("rehearsal", w.send(all, http.MethodPost, "/Location/$validate?mode=create", bad), 200, said("error|required|Location.name|Location.name: is required (us-core-location|7.0.0)"))
	for _, body := range []string{good, claiming("", "http://example.org/unknown"), `{"resourceType":"Location"}`} {
		if got := w.send(all, http.MethodPost, "/Location", body); got.status != 201 {
			t.Errorf("%s: %v", body, got)
		}
	}
	if got := w.send(all, http.MethodPut, "/Location/l", strings.Replace(good, `"Location"`, `"Location","id":"l"`, 1)); got.status != 201 {
		t.Fatal(got)
	}
	w.is("patch", w.send(all, http.MethodPatch, "/Location/l", `[{"op":"remove","path":"/name"}]`, "Content-Type: application/json-patch+json"), 400, refused)
	entry := `{"resource":` + bad + `,"request":{"method":"POST","url":"Location"}}`
	if got := w.send(all, http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[`+entry+`]}`); got.status != 400 || !strings.Contains(got.body, "Location.name: is required") {
		t.Errorf("transaction: %v", got)
	}
}
