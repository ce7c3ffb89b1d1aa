package api

import (
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth"
)

// These are hand-made data for every verdict of compartments/verdict.go: two
// patients with the same in their charts and around them, and what is of nobody.

// held is a resource that stands around a patient: what a scope for everything of
// that patient gives of it, and the other types that the same grant must be able to
// read for that.
type held struct {
	key, letters string
	needs        string
	body         string // without type and id; P is the patient, Q the other one
}

var around = []held{
	{"Patient/P", "rs", "", `"photo":[{"url":"Binary/P-photo"}],"gender":"female","name":[{"family":"NameOfP"}]`},
	{"Observation/P-vital", "rs", "", `"status":"final","category":[{"coding":[{"system":"` + category + `","code":"vital-signs"}]}],"code":{"text":"P"},"subject":{"reference":"Patient/P"},"performer":[{"reference":"Practitioner/doc"}],"device":{"reference":"Device/P-device"},"encounter":{"reference":"Encounter/P-visit"}`},
	{"Observation/P-lab", "rs", "", `"status":"final","category":[{"coding":[{"system":"` + category + `","code":"laboratory"}]}],"code":{"text":"P"},"subject":{"reference":"Patient/P"},"hasMember":[{"reference":"Observation/P-vital"},{"reference":"Observation/Q-vital"}],"focus":[{"reference":"Patient/Q"}]`},
	{"Encounter/P-visit", "rs", "", `"status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/P"},"serviceProvider":{"reference":"Organization/org"}`},
	{"MedicationRequest/P-order", "rs", "", `"status":"active","intent":"order","medicationReference":{"reference":"Medication/P-drug"},"subject":{"reference":"Patient/P"}`},
	{"Medication/P-drug", "rs", "MedicationRequest", `"ingredient":[{"itemReference":{"reference":"Substance/P-agent"}}]`},
	{"Substance/P-agent", "rs", "MedicationRequest Medication", `"code":{"text":"P"}`},
	{"DocumentReference/P-document", "rs", "", `"status":"current","subject":{"reference":"Patient/P"},"content":[{"attachment":{"url":"Binary/P-attached"}}]`},
	{"Binary/P-attached", "r", "DocumentReference", `"contentType":"text/plain","data":"UA=="`},
	{"Binary/P-photo", "r", "Patient", `"contentType":"text/plain","data":"UA=="`},
	{"Binary/P-secured", "r", "Observation", `"contentType":"text/plain","data":"UA==","securityContext":{"reference":"Observation/P-vital"}`},
	{"CareTeam/P-team", "rs", "", `"status":"active","subject":{"reference":"Patient/P"},"participant":[{"member":{"reference":"Practitioner/doc"}}]`},
	{"Device/P-device", "rs", "", `"patient":{"reference":"Patient/P"}`},
	{"Task/P-task", "rs", "", `"status":"draft","intent":"order","for":{"reference":"Patient/P"},"focus":{"reference":"Observation/Q-vital"}`},
	{"List/P-list", "rs", "", `"status":"current","mode":"working","subject":{"reference":"Patient/P"},"entry":[{"item":{"reference":"Observation/P-vital"}},{"item":{"reference":"Observation/Q-vital"}}]`},
	{"RelatedPerson/P-mother", "rs", "", `"patient":{"reference":"Patient/P"}`},
	{"Provenance/P-own", "rs", "Observation", `"target":[{"reference":"Observation/P-vital"},{"reference":"Observation/P-lab"}],"agent":[{"who":{"reference":"Practitioner/doc"}}]`},
	{"Provenance/P-mixed", "", "", `"target":[{"reference":"Observation/P-vital"},{"reference":"Observation/Q-vital"}],"agent":[{"who":{"reference":"Patient/P"}}]`},
	{"Group/P-group", "", "", `"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/P"}},{"entity":{"reference":"Patient/Q"}}]`},
	{"Person/P-person", "", "", `"link":[{"target":{"reference":"Patient/P"}}]`},
	{"AuditEvent/P-record", "", "", `"type":{"code":"rest"},"recorded":"2026-03-01T12:00:00Z","agent":[{"requestor":true,"who":{"reference":"Patient/P"}}],"entity":[{"what":{"reference":"Patient/P"}}]`},
	{"Subscription/P-feed", "", "", `"status":"off","criteria":"Observation?patient=P","channel":{"type":"rest-hook"}`},
	{"ResearchStudy/P-study", "", "", `"status":"active"`},
	{"Bundle/P-bundle", "", "", `"type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"P"}}]`},
}

// ofNobody is what belongs to no patient.
var ofNobody = []held{
	{"Practitioner/doc", "rs", "", `"name":[{"family":"Doctor"}]`},
	{"PractitionerRole/role", "rs", "", `"practitioner":{"reference":"Practitioner/doc"},"organization":{"reference":"Organization/org"}`},
	{"Organization/org", "rs", "", `"name":"Hospital"`},
	{"Location/ward", "rs", "", `"name":"Ward"`},
	{"Questionnaire/form", "rs", "", `"status":"active"`},
	{"Medication/stock", "", "", `"code":{"text":"stock"}`},
	{"Substance/stock", "", "", `"code":{"text":"stock"}`},
	{"Binary/loose", "", "", `"contentType":"text/plain","data":"UA=="`},
	{"Device/spare", "", "", `"status":"active"`},
	{"Task/open", "", "", `"status":"draft","intent":"order"`},
	{"Observation/nobodys", "", "", `"status":"final","code":{"text":"nobody"}`},
}

// of is what stands around one patient, beside another.
func of(patient, other string) []held {
	named := strings.NewReplacer("/P", "/"+patient, "NameOfP", "NameOf"+patient, `"P"`, `"`+patient+`"`, "=P", "="+patient, "/Q", "/"+other)
	var all []held
	for _, h := range around {
		h.key, h.body = named.Replace(h.key), named.Replace(h.body)
		all = append(all, h)
	}
	return all
}

// resource is it as it is written.
func (h held) resource() string {
	typ, id, _ := strings.Cut(h.key, "/")
	return `{"resourceType":"` + typ + `","id":"` + id + `",` + h.body + `}`
}

// typ is its type.
func (h held) typ() string {
	typ, _, _ := strings.Cut(h.key, "/")
	return typ
}

// gives tells whether scopes for these types give a letter on it.
func (h held) gives(letter string, types func(typ string) bool) bool {
	for _, typ := range append(strings.Fields(h.needs), h.typ()) {
		if !types(typ) {
			return false
		}
	}
	return strings.Contains(h.letters, letter)
}

func anyType(string) bool { return true }

// fullOf adds what stands around patients a and b, and what is of nobody.
func (w *world) fullOf() *world {
	w.Helper()
	var bodies []string
	for _, h := range slices.Concat(of("a", "b"), of("b", "a"), ofNobody) {
		bodies = append(bodies, h.resource())
	}
	w.add(bodies...)
	return w
}

// reached are the keys on which a scope for everything of a patient gives a letter,
// of some types.
func reached(patient, letter string, types func(typ string) bool) []string {
	other := "b"
	if patient == "b" {
		other = "a"
	}
	var keys []string
	for _, h := range slices.Concat(of(patient, other), ofNobody) {
		if h.gives(letter, types) {
			keys = append(keys, h.key)
		}
	}
	slices.Sort(keys)
	return keys
}

// asUser is a token of a user, who may be a Patient.
func (w *world) asUser(scopes, user string) string {
	w.Helper()
	token, err := w.tokens.Issue(w.Context(), auth.Grant{Scopes: scopes, Client: "test", User: user}, time.Hour)
	w.must(err)
	return token
}
