package synthetic

import (
	"strings"
	"testing"
)

// US Core wants it said why a required element has no value: by data-absent-reason as an
// extension, or as a code in an element that has codes. Testing tools look for one of
// each in what claims its profiles.
func TestMissingDataIsSaid(t *testing.T) {
	var extensions, codes []string
	for r := range sample(20).Resources() {
		text := string(r.JSON)
		if !strings.Contains(text, usCore) {
			continue
		}
		if strings.Contains(text, `"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"`) {
			extensions = append(extensions, r.Type+"/"+r.ID)
		}
		if strings.Contains(text, `"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"`) {
			codes = append(codes, r.Type+"/"+r.ID)
		}
	}
	if len(extensions) == 0 || len(codes) == 0 {
		t.Errorf("the extension is in %v, the code in %v; both should be somewhere", extensions, codes)
	}
}
