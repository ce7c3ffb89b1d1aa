package synthetic

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// claiming are the resources of a sandbox that claim a profile of US Core, which is what
// testing tools look at.
func claiming(t *testing.T) []*fhirjson.Node {
	t.Helper()
	var all []*fhirjson.Node
	for r := range sample(20).Resources() {
		if !strings.Contains(string(r.JSON), usCore) {
			continue
		}
		resource, err := fhirjson.Parse(r.JSON)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, resource)
	}
	return all
}

// coded are the codes of concepts, as system|code.
func coded(concepts []*fhirjson.Node) []string {
	var all []string
	for _, concept := range concepts {
		for _, coding := range concept.Get("coding").Items() {
			all = append(all, coding.Get("system").Text()+"|"+coding.Get("code").Text())
		}
	}
	return all
}

// US Core wants it said why a required element has no value: by data-absent-reason as an
// extension, or as a code in an element that has codes (general-guidance.html, missing
// data).
func TestMissingDataIsSaid(t *testing.T) {
	extensions, codes := 0, 0
	for _, r := range claiming(t) {
		extensions += strings.Count(string(r.Raw()), `"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"`)
		codes += strings.Count(string(r.Raw()), `"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"`)
	}
	if extensions == 0 || codes == 0 {
		t.Errorf("the extension is there %d times, the code %d times", extensions, codes)
	}
}

// US Core wants each of the common notes and reports (clinical-notes.html), and the
// categories of its screenings (screening-and-assessments.html).
func TestGuidanceIsFollowed(t *testing.T) {
	const coreCategory = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
	missing := map[string]bool{}
	for _, code := range []string{"11488-4", "18842-5", "34117-2", "28570-0", "11506-3", "18748-4", "11502-2", "11526-1"} {
		missing["DocumentReference http://loinc.org|"+code] = true
	}
	missing["DocumentReference http://loinc.org|34133-9"] = true // what $docref is asked for
	for _, category := range []string{"LP29708-2", "LP7839-6", "LP29684-5"} {
		missing["DiagnosticReport http://loinc.org|"+category] = true
	}
	missing["Condition "+coreCategory+"|sdoh"] = true
	for _, category := range []string{
		coreCategory + "|sdoh", coreCategory + "|functional-status", coreCategory + "|disability-status", coreCategory + "|cognitive-status",
		terminology + "observation-category|activity", terminology + "observation-category|social-history",
	} {
		missing["survey "+category] = true
	}
	for _, r := range claiming(t) {
		typ, categories := r.Get("resourceType").Text(), coded(r.Get("category").Items())
		found := categories
		switch typ {
		case "DocumentReference":
			found = coded([]*fhirjson.Node{r.Get("type")})
		case "Observation":
			typ = "survey"
			if !slices.Contains(categories, terminology+"observation-category|survey") {
				continue
			}
		}
		for _, code := range found {
			delete(missing, typ+" "+code)
		}
	}
	for _, want := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("there is no %s", want)
	}
}

// What a report presents by an URL is found as a note of the same patient too
// (clinical-notes.html).
func TestReportsAreNotesToo(t *testing.T) {
	notes, reports := map[string]bool{}, 0
	all := claiming(t)
	for _, r := range all {
		for _, content := range r.Get("content").Items() {
			notes[r.At("subject", "reference").Text()+" "+content.At("attachment", "url").Text()] = true
		}
	}
	for _, r := range all {
		for _, form := range r.Get("presentedForm").Items() {
			if url := form.Get("url"); url != nil {
				reports++
				if !notes[r.At("subject", "reference").Text()+" "+url.Text()] {
					t.Errorf("%s of DiagnosticReport/%s is in no DocumentReference", url.Text(), r.Get("id").Text())
				}
			}
		}
	}
	if reports < 2 {
		t.Errorf("%d reports have an URL", reports)
	}
}
