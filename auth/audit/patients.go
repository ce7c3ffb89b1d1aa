package audit

import (
	"bytes"

	"github.com/granary-fhir/granary/store"
)

var patientPath = []byte("Patient/")

// PatientsIn adds the ids of literal references, such as "Patient/1", relative or
// below the base. The same one may be there twice. They are read from the text of what
// was shown: to ask the index for each resource would cost more than the answer did.
func PatientsIn(found []string, text []byte, base string) []string {
	for from := 0; ; {
		at := bytes.Index(text[from:], patientPath)
		if at < 0 {
			return found
		}
		at += from
		from = at + len(patientPath)
		if !begins(text[:at], base) {
			continue
		}
		end := from
		for end < len(text) && text[end] != '"' && text[end] != '/' && end-from <= maxID {
			end++
		}
		id := string(text[from:end])
		if store.ValidID(id) && (len(found) == 0 || found[len(found)-1] != id) {
			found = append(found, id)
		}
		from = end
	}
}

// maxID is how long an id can be (datatypes.html#id).
const maxID = 64

// begins tells whether a relative reference can begin behind a text, or an absolute
// one goes on behind the base.
func begins(before []byte, base string) bool {
	last := len(before) - 1
	return last >= 0 && (before[last] == '"' || before[last] == '/' && bytes.HasSuffix(before[:last], []byte(base)))
}
