package audit

import (
	"fmt"
	"strings"
	"testing"
)

func TestPatientsIn(t *testing.T) {
	t.Parallel()
	const base = "http://granary.test/fhir"
	for text, want := range map[string]string{
		`{"reference":"Patient/1"}`:                                  "[1]",
		`{"reference" : "Patient/1"},"x":"Patient/2"`:                "[1 2]",
		`"http://granary.test/fhir/Patient/1"`:                       "[1]",
		`"http://granary.test/fhir/Patient/1/_history/2"`:            "[1]",
		`"http://elsewhere.test/fhir/Patient/1"`:                     "[]",
		`"http://elsewhere.test/http://granary.test/fhir/Patient/1"`: "[1]",
		`"Patient/"`: "[]", `"Patient/a b"`: "[]", `Patient/1`: "[]", `"Patient/1`: "[1]", `"Patient/` + strings.Repeat("1", 65) + `"`: "[]",
		`"?subject=Patient/1"`: "[]", `"OtherPatient/1"`: "[]", `"Patient/1"}{"Patient/1"`: "[1]",
	} {
		if got := fmt.Sprint(PatientsIn(nil, []byte(text), base)); got != want {
			t.Errorf("%s names %s, want %s", text, got, want)
		}
	}
}
