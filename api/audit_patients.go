package api

import (
	"strings"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/store"
)

// patients are the logical ids of those who are among the resources of an answer, or
// to whom these refer. They are read from the text: to ask the index for each
// resource would cost more than the answer did. A reference stands in it as it was
// stored, and what a Bundle has below the base in its full URL.
func (a *response) patients(base string) []string {
	var found []string
	if a.key.Type == "Patient" {
		found = append(found, a.key.ID)
	}
	found = audit.PatientsIn(found, a.body, base)
	found = audit.PatientsIn(found, a.about, base)
	for _, piece := range a.parts {
		found = audit.PatientsIn(found, piece, base)
	}
	return found
}

// asksOf are the logical ids of the patients whom the parameters of a request name: a
// search tells of them even if it finds nothing.
func (r *request) asksOf(base string) []string {
	var found []string
	for _, p := range r.params {
		name, modifier, _ := strings.Cut(p.Name, ":")
		for value := range strings.SplitSeq(p.Value, ",") {
			id, literal := strings.CutPrefix(strings.TrimPrefix(value, base+"/"), "Patient/")
			named := literal || name == "patient" || modifier == "Patient" || name == "_id" && r.typ == "Patient"
			if named && store.ValidID(id) {
				found = append(found, id)
			}
		}
	}
	return found
}
