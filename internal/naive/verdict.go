package naive

import "strings"

// The verdicts of docs/scopes.md on the types that the oracle knows, by the letters
// that a scope can give in the context of a patient.
var (
	// byElement are in the chart by an element that R4's compartment does not name.
	byElement = map[string]string{"Device": "patient", "Task": "patient"}
	// directory types are read-only and whole under a patient's scope.
	directory = []string{"Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Endpoint",
		"Questionnaire", "ValueSet", "CodeSystem", "StructureDefinition", "SearchParameter"}
	// outside are in R4's compartment, and in no chart.
	outside = []string{"Group", "Provenance", "AuditEvent"}
)

// inCharts tells whether a type is one whose resources are in charts.
func inCharts(typ string) bool {
	_, member := compartments["Patient"][typ]
	return typ == "Patient" || byElement[typ] != "" || member && !contains(outside, typ)
}

// admits tells whether a scope in the context of a patient can give a letter on a
// type at all.
func admits(letter byte, typ string) bool {
	letters := ""
	switch {
	case typ == "Patient":
		letters = "ruds" // before it exists it is in nobody's chart
	case byElement[typ] != "":
		letters = "rs"
	case inCharts(typ):
		letters = "cruds"
	case contains(directory, typ), typ == "Medication", typ == "Substance", typ == "Provenance":
		letters = "rs"
	case typ == "Binary":
		letters = "r"
	}
	return strings.IndexByte(letters, letter) >= 0
}

// Charts are the ids of the patients in whose charts a resource is: its own, or
// those to whom it refers by a parameter of the compartment, Patient.link apart.
func (w *World) Charts(r *Resource) []string {
	codes := compartments["Patient"][r.Type]
	switch {
	case r.Type == "Patient":
		return []string{r.ID}
	case byElement[r.Type] != "":
		codes = byElement[r.Type]
	case !inCharts(r.Type):
		return nil
	}
	var ids []string
	for _, code := range strings.Fields(codes) {
		ids = append(ids, w.patients(r, code)...)
	}
	return ids
}

// patients are those to whom a parameter refers.
func (w *World) patients(r *Resource, code string) []string {
	p, err := lookup(r.Type, code)
	if err != nil {
		return nil
	}
	var ids []string
	for _, v := range w.find(r, p) {
		if v.ref.typ == "Patient" {
			ids = append(ids, v.ref.id)
		}
	}
	return ids
}

// InChart tells whether a resource is in the chart of a patient.
func (w *World) InChart(r *Resource, patient string) bool { return contains(w.Charts(r), patient) }

// linking are the parameters of types in charts that may refer to a Medication or
// Substance, as R4 types them.
var linking = map[string][]string{
	"Medication": {"Condition.evidence-detail", "List.item", "MedicationRequest.medication", "Observation.focus", "DocumentReference.related",
		"Task.based-on", "Task.focus", "Task.subject"},
	"Substance": {"Condition.evidence-detail", "List.item", "Observation.focus", "DocumentReference.related",
		"Task.based-on", "Task.focus", "Task.subject"},
}

// containing are the parameters that refer to an ingredient.
var containing = map[string][]string{"Medication": {"Medication.ingredient"}, "Substance": {"Medication.ingredient", "Substance.substance-reference"}}

// attaching are the elements whose url may be that of a Binary.
var attaching = map[string]string{"DiagnosticReport": "presentedForm", "DocumentReference": "content.attachment", "Media": "content", "Patient": "photo"}
