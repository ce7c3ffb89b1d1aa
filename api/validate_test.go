package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
)

// checkNames finds that a Patient's family name "Wrong" is wrong, and that
// "Odd" is odd.
func checkNames(c *Config) {
	c.check = func(typ string, resource *fhirjson.Node) (found []validation.Issue) {
		for _, name := range resource.Get("name").Items() {
			switch name.Get("family").Text() {
			case "Wrong":
				found = append(found, validation.Issue{Severity: validation.Error, Code: "value", Expression: typ + ".name[0].family", Text: "is wrong"})
			case "Odd":
				found = append(found, validation.Issue{Severity: validation.Warning, Code: "business-rule", Expression: typ + ".name[0].family", Text: "is odd"})
			}
		}
		return found
	}
}

// said is an OperationOutcome with issues, each of them
// "severity|code|expression|text".
func said(issues ...string) string {
	for i, text := range issues {
		p := strings.SplitN(text, "|", 4)
		issues[i] = `{"severity":"` + p[0] + `","code":"` + p[1] + `","diagnostics":` + string(fhirjson.Quote(p[3]))
		if p[2] != "" {
			issues[i] += `,"expression":["` + p[2] + `"]`
		}
		issues[i] += "}"
	}
	return `{"resourceType":"OperationOutcome","issue":[` + strings.Join(issues, ",") + `]}`
}

const (
	fine    = "information|informational||all is well: R4's structure was checked; its invariants and profiles were not"
	isWrong = "error|value|Patient.name[0].family|Patient.name[0].family: is wrong"
	isOdd   = "warning|business-rule|Patient.name[0].family|Patient.name[0].family: is odd"
)

// accepted is what is said of a write with content.
func accepted(mode string) string {
	return strings.Replace(fine, "R4's", "the "+mode+" would be accepted; R4's", 1)
}

// parameters is a Parameters of parts.
func parameters(parts ...string) string {
	return `{"resourceType":"Parameters","parameter":[` + strings.Join(parts, ",") + `]}`
}

func part(name, value string) string { return `{"name":"` + name + `",` + value + `}` }

func TestValidate(t *testing.T) {
	w := newWorld(t, checkNames)
	w.add(eve, `{"resourceType":"Patient","id":"wrong","name":[{"family":"Wrong"}]}`)
	all := w.all()
	const (
		good    = `{"resourceType":"Patient"}`
		wrong   = `{"resourceType":"Patient","id":"eve","name":[{"family":"Wrong"},{"family":"Odd"}]}`
		odd     = `{"resourceType":"Patient","name":[{"family":"Odd"}]}`
		own     = `{"resourceType":"Patient","id":"eve"}`
		base    = `{"resourceType":"Patient","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Patient|4.0.1"]}}`
		url     = "http://hl7.org/fhir/StructureDefinition/Patient"
		noID    = "error|required|Patient.id|the body has no id; an update must repeat the id of the path"
		otherID = "error|invalid|Patient.id|the id in the body is not that in the path"
	)
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "/Patient/$validate", good, said(fine)},
		{"POST", "/Patient/$validate", wrong, said(isWrong, isOdd)},
		{"POST", "/Patient/$validate", odd, said(isOdd)},
		{"POST", "/Patient/$validate", base, said(fine)},
		{"POST", "/Patient/$validate?profile=" + url, good, said(fine)},
		{"POST", "/Patient/$validate?mode=create", good, said(accepted("create"))},
		{"POST", "/Patient/$validate?mode=create", wrong, said(isWrong, isOdd)},
		{"POST", "/Patient/$validate", parameters(part("resource", `"resource":`+wrong)), said(isWrong, isOdd)},
		{"POST", "/Patient/$validate?mode=create", parameters(part("mode", `"valueCode":"create"`), part("resource", `"resource":`+good), part("profile", `"valueUri":"`+url+`"`)), said(accepted("create"))},
		{"POST", "/Patient/$validate", parameters(part("profile", `"valueCanonical":"`+url+`|4.0.1"`), part("resource", `"resource":`+good)), said(fine)},
		{"POST", "/Parameters/$validate", parameters(part("resource", `"resource":`+parameters())), said(fine)},

		{"POST", "/Patient/eve/$validate", good, said(fine)},
		{"POST", "/Patient/eve/$validate", wrong, said(isWrong, isOdd)},
		{"POST", "/Patient/adam/$validate", own, said(otherID)},
		{"GET", "/Patient/eve/$validate", "", said(fine)},
		{"GET", "/Patient/wrong/$validate", "", said(isWrong)},
		{"GET", "/Patient/wrong/$validate?mode=profile&profile=" + url, "", said(isWrong)},
		{"POST", "/Patient/wrong/$validate", "", said(isWrong)},
		{"POST", "/Patient/wrong/$validate", parameters(), said(isWrong)},
		{"POST", "/Patient/wrong/$validate", parameters(part("mode", `"valueCode":"profile"`), part("profile", `"valueUri":"`+url+`"`)), said(isWrong)},
		{"POST", "/Patient/eve/$validate?mode=update", own, said(accepted("update"))},
		{"POST", "/Patient/eve/$validate?mode=update", wrong, said(isWrong, isOdd)},
		{"POST", "/Patient/eve/$validate?mode=update", good, said(noID)},
		{"POST", "/Patient/adam/$validate?mode=update", own, said(otherID)},
		{"POST", "/Patient/adam/$validate?mode=update", wrong, said(isWrong, isOdd, otherID)},
		{"POST", "/Patient/eve/$validate?mode=delete", "", said("information|informational||all is well: the delete would be accepted")},
		{"GET", "/Patient/eve/$validate?mode=delete", "", said("information|informational||all is well: the delete would be accepted")},
		{"POST", "/Patient/eve/$validate?mode=delete", wrong, said("information|informational||all is well: the delete would be accepted")},
	} {
		w.is(c.method+" "+c.path+" "+c.body, w.send(all, c.method, c.path, c.body), 200, c.want, "ETag:", "Location:", "Last-Modified:")
	}
	// What the write is refused for, $validate says in the same words.
	for mode, method := range map[string]string{"update": http.MethodPut, "delete": http.MethodDelete} {
		refused := w.send(all, method, "/Patient/eve", own, `If-Match: W/"2"`)
		if refused.status != 412 {
			t.Errorf("%s: %v", mode, refused)
		}
		w.is("If-Match, "+mode, w.send(all, http.MethodPost, "/Patient/eve/$validate?mode="+mode, own, `If-Match: W/"2"`), 200, refused.body)
	}
	// Nothing was written.
	w.is("eve", w.get(all, "/Patient/eve"), 200, eve, `ETag: W/"1"`)
	if n := *w.bundle(w.get(all, "/Patient?_summary=count")).Total; n != 2 {
		t.Errorf("%d patients, want 2", n)
	}
}

// What is wrong with the question is refused: it has no answer.
func TestValidateRefuses(t *testing.T) {
	w := newWorld(t, checkNames)
	w.add(eve)
	all := w.all()
	const (
		good    = `{"resourceType":"Patient","id":"eve"}`
		missing = "there is no resource to validate: send a Patient, or Parameters with one as the parameter resource"
		usCore  = "http://hl7.org/fhir/us/core/StructureDefinition/"
	)
	resource := part("resource", `"resource":`+good)
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/Patient/$validate", `{"resourceType":"Patient",}`, 400, oops("structure", "Patient", "the body is not JSON as FHIR writes it: invalid character '}' at start of string (expecting '\"')")},
		{"/Patient/$validate", `[]`, 400, oops("structure", "", "the body is a JSON array; it must be an object, a Patient")},
		{"/Patient/$validate", `{}`, 400, oops("required", "resourceType", `the body has no "resourceType"; it must be "Patient"`)},
		{"/Patient/$validate", `{"resourceType":"Observation"}`, 400, oops("invalid", "resourceType", `the body is a "Observation" and the path is for a Patient`)},
		{"/Patient/$validate", "", 415, oops("not-supported", "http.Content-Type", "the Content-Type must be application/fhir+json, in UTF-8")},
		{"/Patient/$validate", " ", 400, oops("required", "", "the body is empty; it must be a Patient")},
		{"/Patient/$validate", parameters(), 400, oops("required", "", missing)},
		{"/Patient/eve/$validate?mode=update", "", 400, oops("required", "", missing)},
		{"/Patient/$validate?mode=update", good, 400, oops("invalid", "http.mode", "mode=update is for Patient/[id]/$validate, since it is about a stored resource")},
		{"/Patient/$validate?mode=delete", good, 400, oops("invalid", "http.mode", "mode=delete is for Patient/[id]/$validate, since it is about a stored resource")},
		{"/Patient/$validate?mode=profile", good, 400, oops("invalid", "http.mode", "mode=profile is for Patient/[id]/$validate, since it is about a stored resource")},
		{"/Patient/eve/$validate?mode=create", good, 400, oops("invalid", "http.mode", "mode=create is for Patient/$validate, since it names no id")},
		{"/Patient/$validate?mode=patch", good, 400, oops("code-invalid", "http.mode", "mode is create, update, delete or profile")},
		{"/Patient/eve/$validate?mode=profile", "", 400, oops("required", "http.profile", "mode=profile needs a profile")},
		{"/Patient/eve/$validate?mode=profile&profile=http://hl7.org/fhir/StructureDefinition/Patient", good, 400, oops("invalid", "", "mode=profile is about the stored resource; send none")},
		{"/Patient/$validate?profile=" + usCore + "us-core-patientt", good, 400, oops("not-found", "http.profile", `the profile "`+usCore+`us-core-patientt" is not known; known are `+usCore+"us-core-patient")},
		{"/Patient/$validate?profile=" + usCore + "us-core-patient%7C3.1.1", good, 400, oops("not-found", "http.profile", `the profile "`+usCore+`us-core-patient|3.1.1" is not known; known are `+usCore+"us-core-patient|7.0.0, "+usCore+"us-core-patient|6.1.0")},
		{"/Patient/$validate?profile=http://example.org/x", good, 400, oops("not-found", "http.profile", `the profile "http://example.org/x" is not known`)},
		{"/Patient/$validate?profile=http://hl7.org/fhir/StructureDefinition/Observation", good, 400, oops("not-found", "http.profile", `the profile "http://hl7.org/fhir/StructureDefinition/Observation" is not known`)},
		{"/Patient/$validate?profile=" + usCore + "us-core-location", good, 400, oops("invalid", "http.profile", "the profile "+usCore+"us-core-location|7.0.0 is for Location, not for Patient")},
		{"/Patient/$validate", parameters(part("profile", `"valueCanonical":"http://example.org/x"`), resource), 400, oops("not-found", "http.profile", `the profile "http://example.org/x" is not known`)},
		{"/Patient/$validate?mode=create", parameters(part("mode", `"valueCode":"update"`), resource), 400, oops("invalid", "Parameters.parameter[0]", "the parameter mode is given twice, and differently")},
		{"/Patient/$validate", parameters(resource, resource), 400, oops("invalid", "Parameters.parameter[1]", "the parameter resource stands twice; it is one")},
		{"/Patient/$validate", parameters(part("mode", `"valueBoolean":true`)), 400, oops("structure", "Parameters.parameter[0]", "the parameter mode has a valueCode")},
		{"/Patient/$validate", parameters(part("profile", `"valueString":"x"`)), 400, oops("structure", "Parameters.parameter[0]", "the parameter profile has a valueUri")},
		{"/Patient/$validate", parameters(part("resource", `"valueString":"x"`)), 400, oops("structure", "Parameters.parameter[0]", "the parameter resource has a resource, which is an object")},
		{"/Patient/$validate", parameters(resource, part("usageContext", `"valueString":"x"`)), 400, oops("not-supported", "Parameters.parameter[1]", "$validate has no parameter of this name; it has resource, mode and profile")},
		{"/Patient/$validate", parameters("7"), 400, oops("not-supported", "Parameters.parameter[0]", "$validate has no parameter of this name; it has resource, mode and profile")},
		{"/Patient/$validate?identifier=1", good, 400, oops("invalid", "http.identifier", "search parameter identifier is no parameter of this interaction")},
		{"/Patience/$validate", good, 404, oops("not-supported", "", "the path names a resource type that R4 does not have; types are written as in Patient")},
		{"/Patient/nobody/$validate", "", 404, oops("not-found", "", noSee)},
	} {
		w.is(c.path+" "+c.body, w.send(all, http.MethodPost, c.path, c.body), c.status, c.want)
	}
	w.is("the type of GET", w.get(all, "/Patient/$validate"), 405, oops("not-supported", "", "GET is not possible here; these are: OPTIONS, POST"), "Allow: OPTIONS, POST")
}

// It is checked whatever is checked on writing, and told whole where writing is
// checked too.
func TestValidateWithoutValidation(t *testing.T) {
	w := newWorld(t) // stores with store.ValidateOff
	const broken = `{"resourceType":"Patient","meta":[]}`
	got := w.send(w.all(), http.MethodPost, "/Patient/$validate?mode=create", broken)
	if got.status != 200 || !strings.Contains(got.body, `"severity":"error"`) || !strings.Contains(got.body, `"Patient.meta"`) {
		t.Error(got)
	}
}
