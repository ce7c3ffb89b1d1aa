package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What patient/*.cruds gives of each R4 type, said once more: of those that are in no
// list nothing at all. Whole are those that are the same for everybody.
var (
	directories  = strings.Fields("Endpoint HealthcareService Location Organization Practitioner PractitionerRole")
	definitional = strings.Fields(`ActivityDefinition CapabilityStatement ChargeItemDefinition CodeSystem CompartmentDefinition ConceptMap DeviceDefinition EffectEvidenceSynthesis
		EventDefinition Evidence EvidenceVariable ExampleScenario GraphDefinition ImplementationGuide Library Measure MessageDefinition NamingSystem ObservationDefinition
		OperationDefinition PlanDefinition Questionnaire ResearchDefinition ResearchElementDefinition RiskEvidenceSynthesis SearchParameter SpecimenDefinition
		StructureDefinition StructureMap TerminologyCapabilities TestScript ValueSet`)
	byTheirPatient = strings.Fields("Device Task")
	linkedTypes    = strings.Fields("Medication Substance")
)

// lettersOf is what patient/*.cruds can give of a type at most, and whether of all of it.
func lettersOfType(typ string) (letters string, whole bool) {
	switch {
	case slices.Contains(directories, typ), slices.Contains(definitional, typ):
		return "rs", true
	case slices.Contains(byTheirPatient, typ), slices.Contains(linkedTypes, typ), typ == "Provenance":
		return "rs", false
	case typ == "Binary":
		return "r", false
	case typ == "Patient":
		return "ruds", false
	case conferring()[typ] != nil:
		return "cruds", false
	}
	return "", false
}

// All R4 types under patient/*.cruds: each letter is there or refused as the table of
// verdicts says; what is of the patient is reached, and what is of another or of
// nobody is as if it were not there, unless the type is whole.
func TestLeak29AllTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry, confers := w.store.Registry(), conferring()
	var bodies []string
	for _, typ := range registry.Types() {
		own, other := `{"resourceType":"`+typ+`","id":"own"}`, `{"resourceType":"`+typ+`","id":"other"}`
		for _, code := range confers[typ] {
			param, _ := registry.Param(typ, code)
			if body, ok := referring(param, "own", "Patient/own"); ok {
				own = body
				other, _ = referring(param, "other", "Patient/other")
				break
			}
		}
		bodies = append(bodies, own, other)
	}
	w.add(bodies...)
	own, all := w.token("patient/*.cruds", "Patient/own"), w.all()
	named, other := w.token("patient/"+strings.Join(registry.Types(), ".cruds patient/")+".cruds patient/Flag.r", "Patient/own"), w.token("patient/*.cruds", "Patient/stranger")
	for _, typ := range registry.Types() {
		letters, whole := lettersOfType(typ)
		mine := confers[typ] != nil || typ == "Patient"
		path := "/" + typ
		for name, token := range map[string]string{"*": own, "all named": named, "of a stranger": other} {
			reaches := whole || mine && name != "of a stranger"
			status := func(letter string, reached int, absent int) int {
				switch {
				case !strings.Contains(letters, letter):
					return http.StatusForbidden
				case reaches:
					return reached
				}
				return absent
			}
			for _, c := range []struct {
				method, path string
				want         int
			}{
				{"GET", path + "/own", status("r", 200, 404)},
				{"HEAD", path + "/own", status("r", 200, 404)},
				{"GET", path + "/own/_history/1", status("r", 200, 404)},
				{"GET", path + "/own/_history", status("r", 200, 404)},
				{"GET", path + "?_id=own", status("s", 200, 200)},
				{"GET", path + "/_history?_count=1", status("s", 200, 200)},
			} {
				if got := w.send(token, c.method, c.path, ""); got.status != c.want {
					t.Errorf("%s: %s %s: %d, want %d", name, c.method, c.path, got.status, c.want)
				}
			}
			if strings.Contains(letters, "s") {
				want := []string{}
				if reaches {
					want = append(want, typ+"/own")
				}
				if whole {
					want = []string{typ + "/other", typ + "/own"}
				}
				found := w.bundle(w.get(token, path+"?_id=own,other"))
				if !slices.Equal(found.ids(), want) || *found.Total != len(want) {
					t.Errorf("%s: %s finds %v, want %v", name, path, found.ids(), want)
				}
			}
			if name == "*" && !whole && strings.Contains(letters, "r") {
				w.same(path, w.get(token, path+"/other"), w.get(token, path+"/never"))
			}
		}
		for _, c := range []struct {
			letter, method, path, body string
			absent                     int
		}{
			{"c", "POST", path, `{"resourceType":"` + typ + `"}`, 403},
			{"u", "PUT", path + "/other", `{"resourceType":"` + typ + `","id":"other"}`, 405},
			{"u", "PATCH", path + "/other", `[]`, 404},
			{"d", "DELETE", path + "/other", "", 204},
			{"u", "PUT", path + "?_id=own", `{"resourceType":"` + typ + `"}`, 0},
			{"d", "DELETE", path + "?_id=other", "", 204},
		} {
			header := ""
			if c.method == "PATCH" {
				header = patchMedia
			}
			want := c.absent
			if !strings.Contains(letters, c.letter) {
				want = http.StatusForbidden
			}
			if got := w.send(own, c.method, c.path, c.body, header); want != 0 && got.status != want {
				t.Errorf("%s %s: %d %s, want %d", c.method, c.path, got.status, got.body, want)
			}
		}
		if got := w.get(all, path+"/other"); got.status != http.StatusOK || got.header.Get("ETag") != `W/"1"` {
			t.Errorf("%s/other is not as it was: %d", path, got.status)
		}
	}
}
