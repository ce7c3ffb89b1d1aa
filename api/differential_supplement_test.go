package api_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// supplement is what Synthea's data lacks: dates of every precision, periods
// open at either end, comparators and convertible units, values of several
// codings, references of every spelling, second patients, tags, profiles,
// hierarchies of URLs. Some of the resources are about patients that are in the
// world already.
type supplement struct {
	rng       *rand.Rand
	base      string
	patients  []string
	resources []naive.Object
}

type object = naive.Object

func newSupplement(w *naive.World, base string) []naive.Object {
	s := &supplement{rng: rand.New(rand.NewPCG(7, 7)), base: base}
	for _, p := range w.Of("Patient") {
		s.patients = append(s.patients, p.ID)
	}
	s.directory()
	s.somePatients()
	for i := range 120 {
		s.observation(i)
	}
	for i := range 40 {
		s.riskAssessment(i)
		s.condition(i)
	}
	for i := range 20 {
		s.carePlan(i)
		s.encounter(i)
	}
	s.lists()
	return s.resources
}

func (s *supplement) put(typ, id string, body object) {
	body["resourceType"], body["id"] = typ, id
	s.meta(body)
	s.resources = append(s.resources, body)
}

// meta gives some of the resources tags, a profile, a security label, a source.
func (s *supplement) meta(body object) {
	meta := object{}
	if s.chance(30) {
		meta["tag"] = []any{coding("http://example.org/tags", pick(s, "red", "green"), "")}
	}
	if s.chance(30) {
		meta["profile"] = []any{pick(s, "http://example.org/fhir/StructureDefinition/a", "http://example.org/fhir/StructureDefinition/a/b",
			"http://example.org/fhir/StructureDefinition/ab", "http://example.org/other")}
	}
	if s.chance(20) {
		meta["security"] = []any{coding("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", pick(s, "R", "N"), "")}
	}
	if s.chance(20) {
		meta["source"] = pick(s, "http://example.org/feeds/1", "http://example.org/feeds/2", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0")
	}
	if len(meta) > 0 {
		body["meta"] = meta
	}
}

func (s *supplement) directory() {
	s.put("Organization", "sup-org", object{"name": "Étienne  Clinic, North|South", "alias": []any{"Clinique du Nord"}, "active": false})
	s.put("Organization", "sup-ward", object{"name": "ward $5", "partOf": s.ref("Organization/sup-org")})
	s.put("Practitioner", "sup-doc", object{"name": []any{object{"family": "Müller", "given": []any{"Åsa", "Zoë"}}}, "gender": "other"})
	for i := range 4 {
		body := object{"name": fmt.Sprintf("Room %d", i), "status": pick(s, "active", "suspended"), "managingOrganization": s.ref("Organization/sup-org"),
			"address": object{"city": pick(s, "Zürich", "Genève"), "line": []any{"1 Long Road", "Back door"}}}
		if i > 0 {
			body["partOf"] = s.ref(fmt.Sprintf("Location/sup-loc-%d", i-1))
		}
		s.put("Location", fmt.Sprintf("sup-loc-%d", i), body)
	}
	for i, url := range []string{"http://example.org/fhir/ValueSet/x", "http://example.org/fhir/ValueSet/x/y", "http://example.org/fhir", "urn:oid:1.2.3"} {
		s.put("ValueSet", fmt.Sprintf("sup-vs-%d", i), object{"url": url, "status": pick(s, "active", "draft"), "date": s.date(), "name": "Set" + url[len(url)-1:], "version": "1.0"})
	}
}

func (s *supplement) somePatients() {
	s.put("Patient", "sup-pat-1", object{"active": true, "gender": "unknown", "birthDate": "1970", "deceasedBoolean": false,
		"name":                 []any{object{"use": "official", "family": "Ångström", "given": []any{"Zoë", "Mary Ann"}, "suffix": []any{"Jr, PhD"}}, object{"text": "the  Second"}},
		"telecom":              []any{object{"system": "email", "value": "z@example.org"}, object{"system": "phone", "value": "+1 (555) 0100"}},
		"address":              []any{object{"use": "home", "city": "São Paulo", "line": []any{"Rua 1"}}},
		"link":                 []any{object{"other": s.ref("Patient/sup-pat-2"), "type": "seealso"}},
		"generalPractitioner":  []any{s.ref("Practitioner/sup-doc"), s.ref("Organization/sup-org")},
		"managingOrganization": s.ref("Organization/sup-org")})
	s.put("Patient", "sup-pat-2", object{"gender": "female", "birthDate": "1970-02", "deceasedBoolean": true,
		"name": []any{object{"family": "Angstrom", "given": []any{"Zoe"}}}, "generalPractitioner": []any{s.ref("Practitioner/sup-doc")}})
	s.patients = append(s.patients, "sup-pat-1", "sup-pat-2", "sup-pat-1")
}

func (s *supplement) observation(i int) {
	body := object{"status": pick(s, "final", "amended", "preliminary"), "code": s.concept(), "subject": s.subject()}
	if s.chance(70) {
		body["category"] = []any{object{"coding": []any{coding("http://terminology.hl7.org/CodeSystem/observation-category", pick(s, "laboratory", "vital-signs", "exam"), "")}}}
	}
	s.when(body, "effective")
	switch s.rng.IntN(5) {
	case 0, 1:
		body["valueQuantity"] = s.quantity()
	case 2:
		body["valueString"] = pick(s, "Positive, weakly", "négatif", "NEGATIVE  result", "50% | mixed")
	case 3:
		body["valueCodeableConcept"] = s.concept()
	}
	if s.chance(40) {
		body["performer"] = []any{s.ref("Practitioner/sup-doc"), s.ref("Patient/" + pick(s, s.patients...))}
	}
	if s.chance(20) {
		body["focus"] = []any{s.ref("Patient/" + pick(s, s.patients...))}
	}
	if s.chance(30) {
		body["component"] = []any{object{"code": s.concept(), "valueQuantity": s.quantity()}, object{"code": s.concept(), "valueCodeableConcept": s.concept()}}
	}
	if i > 0 && s.chance(30) {
		body["hasMember"] = []any{s.ref(fmt.Sprintf("Observation/sup-obs-%d", s.rng.IntN(i)))}
	}
	if i > 0 && s.chance(20) {
		body["derivedFrom"] = []any{s.ref(fmt.Sprintf("Observation/sup-obs-%d", s.rng.IntN(i)))}
	}
	if s.chance(30) {
		body["identifier"] = []any{object{"system": "http://example.org/obs", "value": fmt.Sprint(i % 7), "type": object{"text": "Filler number",
			"coding": []any{coding("http://terminology.hl7.org/CodeSystem/v2-0203", pick(s, "FILL", "PLAC"), "")}}}}
	}
	if s.chance(15) {
		body["dataAbsentReason"] = object{"text": "not done"}
	}
	s.put("Observation", fmt.Sprintf("sup-obs-%d", i), body)
}

func (s *supplement) riskAssessment(i int) {
	body := object{"status": "final", "subject": s.subject(), "performer": s.ref("Practitioner/sup-doc")}
	s.when(body, "occurrence")
	var predictions []any
	for range s.rng.IntN(3) {
		predictions = append(predictions, object{"probabilityDecimal": json.Number(pick(s, "0.5", "0.50", "0.499", "0.505", "1", "12.25", "0.000021")),
			"qualitativeRisk": s.concept()})
	}
	if predictions != nil {
		body["prediction"] = predictions
	}
	s.put("RiskAssessment", fmt.Sprintf("sup-risk-%d", i), body)
}

func (s *supplement) condition(i int) {
	body := object{"subject": s.subject(), "code": s.concept(),
		"clinicalStatus": object{"coding": []any{coding("http://terminology.hl7.org/CodeSystem/condition-clinical", pick(s, "active", "remission"), "")}}}
	switch s.rng.IntN(3) {
	case 0:
		body["onsetAge"] = object{"value": json.Number(pick(s, "3", "3.5", "40")), "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}
	case 1:
		body["onsetString"] = pick(s, "in Childhood", "after the accident")
	default:
		s.when(body, "onset")
	}
	if s.chance(50) {
		s.when(body, "abatement")
	}
	if s.chance(30) {
		body["asserter"] = s.ref("Patient/" + pick(s, s.patients...))
	}
	s.put("Condition", fmt.Sprintf("sup-cond-%d", i), body)
}

func (s *supplement) carePlan(i int) {
	body := object{"status": pick(s, "active", "revoked", "draft"), "intent": pick(s, "plan", "order"), "subject": s.subject(), "period": s.period(),
		"addresses": []any{s.ref(fmt.Sprintf("Condition/sup-cond-%d", i))}}
	if s.chance(70) {
		body["instantiatesUri"] = []any{pick(s, "http://example.org/guides", "http://example.org/guides/1", "http://example.org/guides/1/2", "urn:x:1")}
	}
	if i > 0 {
		body["partOf"] = []any{s.ref(fmt.Sprintf("CarePlan/sup-plan-%d", i/2))}
	}
	s.put("CarePlan", fmt.Sprintf("sup-plan-%d", i), body)
}

func (s *supplement) encounter(i int) {
	body := object{"status": pick(s, "planned", "finished", "in-progress"), "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", pick(s, "AMB", "VR"), "virtual"),
		"subject": s.subject(), "participant": []any{object{"individual": s.ref("Practitioner/sup-doc")}}, "period": s.period(),
		"location": []any{object{"location": s.ref(fmt.Sprintf("Location/sup-loc-%d", i%4)), "period": s.period()}}}
	if s.chance(50) {
		body["length"] = object{"value": json.Number(pick(s, "30", "45.0", "1.5")), "unit": "minutes", "system": "http://unitsofmeasure.org", "code": pick(s, "min", "h")}
	}
	s.put("Encounter", fmt.Sprintf("sup-enc-%d", i), body)
}

func (s *supplement) lists() {
	for i := range 3 {
		var entries []any
		for range 12 {
			entries = append(entries, object{"item": s.ref(fmt.Sprintf("Observation/sup-obs-%d", s.rng.IntN(120)))})
		}
		entries = append(entries, object{"item": s.ref("Patient/" + pick(s, s.patients...))}, object{"item": s.ref("Practitioner/sup-doc")})
		s.put("List", fmt.Sprintf("sup-list-%d", i), object{"status": "current", "mode": "working", "title": fmt.Sprintf("List %d", i),
			"subject": s.ref("Patient/" + pick(s, s.patients...)), "entry": entries, "date": s.date()})
	}
}

// subject is a reference to a patient, in one of the ways in which one is made.
func (s *supplement) subject() object {
	patient := pick(s, s.patients...)
	switch s.rng.IntN(12) {
	case 0:
		return object{"reference": s.base + "/Patient/" + patient}
	case 1:
		return object{"reference": "Patient/" + patient + "/_history/1"}
	case 2:
		return object{"reference": "https://elsewhere.example/fhir/Patient/" + patient}
	case 3:
		return object{"type": "Patient", "identifier": object{"system": "http://example.org/mrn", "value": pick(s, "m1", "m2")}}
	case 4:
		return object{"reference": "Patient/" + patient, "identifier": object{"value": "m3"}, "display": "somebody"}
	case 5:
		return object{"reference": "Patient/nobody"}
	}
	return s.ref("Patient/" + patient)
}

// when sets one of the types of a choice of dateTime and Period.
func (s *supplement) when(body object, name string) {
	switch s.rng.IntN(5) {
	case 0, 1:
		body[name+"Period"] = s.period()
	case 2, 3:
		body[name+"DateTime"] = s.date()
	}
}

func (s *supplement) period() object {
	year := 1990 + s.rng.IntN(30)
	p := object{}
	if s.chance(85) {
		p["start"] = s.dateIn(year)
	}
	if s.chance(70) || len(p) == 0 {
		p["end"] = s.dateIn(year + 1 + s.rng.IntN(3))
	}
	return p
}

func (s *supplement) date() string { return s.dateIn(1990 + s.rng.IntN(30)) }

func (s *supplement) dateIn(year int) string {
	month, day := 1+s.rng.IntN(12), 1+s.rng.IntN(28)
	texts := []string{
		fmt.Sprintf("%d", year),
		fmt.Sprintf("%d-%02d", year, month),
		fmt.Sprintf("%d-%02d-%02d", year, month, day),
		fmt.Sprintf("%d-%02d-%02dT%02d:30:00+05:30", year, month, day, s.rng.IntN(24)),
		fmt.Sprintf("%d-%02d-%02dT%02d:59:59.123-08:00", year, month, day, s.rng.IntN(24)),
		fmt.Sprintf("%d-%02d-%02dT23:00:00Z", year, month, day),
	}
	return pick(s, texts...)
}

// concept has codings of several systems, one without a system, or only a text.
func (s *supplement) concept() object {
	switch s.rng.IntN(6) {
	case 0:
		return object{"text": "Free Text, only"}
	case 1:
		return object{"coding": []any{coding("", pick(s, "local-1", "local-2"), "Local code")}}
	case 2:
		return object{"coding": []any{coding("http://loinc.org", "8302-2", "Body Height"), coding("http://example.org/codes", "a|b", "Pipe in code")}, "text": "Körpergröße"}
	}
	return object{"coding": []any{coding(pick(s, "http://loinc.org", "http://example.org/codes"), pick(s, "8302-2", "29463-7", "x,y", "A", "a"), pick(s, "Body Weight", "Été", ""))}}
}

func coding(system, code, display string) object {
	c := object{"code": code}
	if system != "" {
		c["system"] = system
	}
	if display != "" {
		c["display"] = display
	}
	return c
}

func (s *supplement) quantity() object {
	q := object{"value": json.Number(pick(s, "1.80", "180", "180.5", "1799", "0.0018", "-5", "70", "70.0", "70000", "5.4", "5.45", "1e3"))}
	switch s.rng.IntN(6) {
	case 0:
		q["unit"] = pick(s, "cm", "furlong")
	case 1:
		q["unit"], q["system"], q["code"] = "big", "http://example.org/units", pick(s, "cm", "b|g")
	default:
		unit := pick(s, "m", "cm", "mm", "kg", "g", "mg", "mg/dL", "g/L")
		q["unit"], q["system"], q["code"] = strings.Replace(unit, "mg", "milligram", 1), "http://unitsofmeasure.org", unit
	}
	if s.chance(15) {
		q["comparator"] = pick(s, "<", "<=", ">", ">=")
	}
	return q
}

func (s *supplement) ref(literal string) object { return object{"reference": literal} }

func (s *supplement) chance(percent int) bool { return s.rng.IntN(100) < percent }

func pick[T any](s *supplement, from ...T) T { return from[s.rng.IntN(len(from))] }
