package naive

import (
	"maps"
	"slices"
	"strings"
)

// compartments has, for each compartment and type, the parameters by which a
// resource is a member, as the CompartmentDefinitions of R4 list them.
var compartments = map[string]map[string]string{
	"Patient": {
		"AllergyIntolerance": "patient recorder asserter", "CarePlan": "patient performer", "Claim": "patient payee",
		"Condition": "patient asserter", "DiagnosticReport": "subject", "Encounter": "patient",
		"ExplanationOfBenefit": "patient payee", "Goal": "patient", "ImagingStudy": "patient", "Immunization": "patient",
		"List": "subject source", "MedicationRequest": "subject", "Observation": "subject performer", "Patient": "link",
		"Procedure": "patient performer", "RiskAssessment": "subject",
		"AuditEvent": "patient", "CareTeam": "patient participant", "DocumentReference": "subject author", "Group": "member",
		"Media": "subject", "Provenance": "patient", "RelatedPerson": "patient",
	},
	"Encounter": {
		"CarePlan": "encounter", "Claim": "encounter", "Condition": "encounter", "DiagnosticReport": "encounter",
		"Encounter": "{def}", "ExplanationOfBenefit": "encounter", "MedicationRequest": "encounter", "Observation": "encounter",
		"Procedure": "encounter", "CareTeam": "encounter", "DocumentReference": "encounter", "Media": "encounter",
	},
	"Practitioner": {
		"AllergyIntolerance": "recorder asserter", "CarePlan": "performer", "Claim": "enterer provider payee care-team",
		"Condition": "asserter", "DiagnosticReport": "performer", "Encounter": "practitioner participant",
		"ExplanationOfBenefit": "enterer provider payee care-team", "Immunization": "performer", "List": "source",
		"MedicationRequest": "requester", "Observation": "performer", "Patient": "general-practitioner",
		"Practitioner": "{def}", "Procedure": "performer", "RiskAssessment": "performer",
		"AuditEvent": "agent", "CareTeam": "participant", "DocumentReference": "subject author authenticator", "Group": "member",
		"Media": "subject operator", "PractitionerRole": "practitioner", "Provenance": "agent",
	},
}

// Members are the types of a compartment that the oracle knows, sorted.
func Members(compartment string) []string {
	return slices.Sorted(maps.Keys(compartments[compartment]))
}

// in tells whether a resource is in a compartment: what refers to the
// compartment's resource by one of the parameters, and itself where the
// definition says so.
func (w *World) in(r *Resource, compartment, id string) bool {
	codes, ok := compartments[compartment][r.Type]
	if !ok {
		return false
	}
	if codes == "{def}" {
		return r.ID == id
	}
	for _, code := range strings.Fields(codes) {
		if w.refersTo(r, code, compartment, id) {
			return true
		}
	}
	return false
}

func (w *World) refersTo(r *Resource, code, typ, id string) bool {
	p, err := lookup(r.Type, code)
	if err != nil {
		return false
	}
	for _, v := range w.find(r, p) {
		if v.ref.typ == typ && v.ref.id == id {
			return true
		}
	}
	return false
}
