package uscore_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/uscore"
)

const usCore = "http://hl7.org/fhir/us/core/StructureDefinition/"

// cover adds resources.
func cover(t *testing.T, resources ...string) *uscore.Coverage {
	t.Helper()
	c := uscore.NewCoverage(profile.USCore())
	var nodes []*fhirjson.Node
	for _, text := range resources {
		n, err := fhirjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		c.Know(n)
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		c.Add(n)
	}
	return c
}

// of is what is held of a profile: "us-core-goal|7.0.0".
func of(t *testing.T, c *uscore.Coverage, name string) *uscore.Held {
	t.Helper()
	for _, h := range c.Profiles() {
		if h.Profile.Canonical() == usCore+name {
			return h
		}
	}
	t.Fatalf("there is no profile %s", name)
	return nil
}

// held and missing are the names of what is wanted, without the type before them.
func held(h *uscore.Held) (held, missing []string) {
	for _, w := range h.Wanted {
		_, name, _ := strings.Cut(w.Name(), ".")
		if w.Held {
			held = append(held, name)
		} else {
			missing = append(missing, name)
		}
	}
	return held, missing
}

func claiming(name string) string { return `"meta":{"profile":["` + usCore + name + `"]}` }

// What one resource holds of a profile, by the kinds of slices and wants that there are.
func TestHeld(t *testing.T) {
	patient := `{"resourceType":"Patient","id":"p",` + claiming("us-core-patient") + `}`
	for name, c := range map[string]struct {
		profile   string
		resources []string
		held      []string // of the profile
		missing   []string // all that is not held; nil where it is not looked at
	}{
		"nobody": {
			"us-core-goal|7.0.0", nil, nil,
			[]string{"lifecycleStatus", "description", "subject", "subject to us-core-patient", "start[x]", "start[x] as date", "target", "target.due[x]", "target.due[x] as date"},
		},
		"a choice, and where a reference leads": {
			"us-core-goal|7.0.0",
			[]string{patient, `{"resourceType":"Goal","id":"g",` + claiming("us-core-goal") + `,"subject":{"reference":"Patient/p"},"startCodeableConcept":{"text":"now"},"target":[{"dueDate":"2025-01-01"}]}`},
			[]string{"subject", "subject to us-core-patient", "start[x]", "target", "target.due[x]", "target.due[x] as date"},
			[]string{"lifecycleStatus", "description", "start[x] as date"},
		},
		"a reference to one who does not claim the profile": {
			"us-core-goal|7.0.0",
			[]string{`{"resourceType":"Patient","id":"p"}`, `{"resourceType":"Goal","id":"g",` + claiming("us-core-goal") + `,"subject":{"reference":"Patient/p"}}`},
			[]string{"subject"}, nil,
		},
		"another version's": {
			"us-core-goal|7.0.0",
			[]string{`{"resourceType":"Goal","id":"g",` + claiming("us-core-goal|6.1.0") + `,"lifecycleStatus":"active"}`}, nil, nil,
		},
		"slices by a pattern": {
			"us-core-provenance|7.0.0",
			[]string{`{"resourceType":"Provenance","id":"v",` + claiming("us-core-provenance|7.0.0") + `,"agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"author","display":"Author"}]}}]}`},
			[]string{"agent", "agent.type", "agent:ProvenanceAuthor", "agent:ProvenanceAuthor.type"},
			[]string{"target", "target.reference", "recorded", "agent.who", "agent.who to us-core-organization", "agent.onBehalfOf", "agent:ProvenanceTransmitter", "agent:ProvenanceTransmitter.type"},
		},
		"slices by a value set": {
			"us-core-condition-problems-health-concerns|7.0.0",
			[]string{`{"resourceType":"Condition","id":"c",` + claiming("us-core-condition-problems-health-concerns") + `,"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}]}`},
			[]string{"meta", "category", "category:us-core"}, nil,
		},
		"slices by two values": {
			"us-core-heart-rate|7.0.0",
			[]string{`{"resourceType":"Observation","id":"o",` + claiming("us-core-heart-rate") + `,"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}]}`},
			[]string{"category", "category:VSCat", "category:VSCat.coding", "category:VSCat.coding.system", "category:VSCat.coding.code"}, nil,
		},
		"and by another": {
			"us-core-heart-rate|7.0.0",
			[]string{`{"resourceType":"Observation","id":"o",` + claiming("us-core-heart-rate") + `,"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"exam"}]}]}`},
			[]string{"category"}, nil,
		},
		"slices by type, and several types": {
			"us-core-smokingstatus|7.0.0",
			[]string{`{"resourceType":"Observation","id":"o",` + claiming("us-core-smokingstatus") + `,"valueQuantity":{"value":20}}`},
			[]string{"value[x]", "value[x]:valueQuantity"}, nil,
		},
		"extensions of a resource": {
			"us-core-race|6.1.0",
			[]string{`{"resourceType":"Patient","id":"p","extension":[{"url":"` + usCore + `us-core-race","extension":[{"url":"ombCategory","valueCoding":{"code":"x"}},{"url":"text","valueString":"x"}]}]}`},
			[]string{"extension:ombCategory", "extension:text"}, []string{"extension:detailed"},
		},
		"extensions of a primitive": {
			"us-core-questionnaireresponse|7.0.0",
			[]string{`{"resourceType":"QuestionnaireResponse","id":"q",` + claiming("us-core-questionnaireresponse") + `,"questionnaire":"http://q","_questionnaire":{"extension":[{"url":"` + usCore + `us-core-extension-questionnaire-uri","valueUri":"http://q"}]}}`},
			[]string{"questionnaire", "questionnaire.extension:url"}, nil,
		},
	} {
		got, missing := held(of(t, cover(t, c.resources...), c.profile))
		if !slices.Equal(got, c.held) {
			t.Errorf("%s: holds %q, want %q", name, got, c.held)
		}
		if c.missing != nil && !slices.Equal(missing, c.missing) {
			t.Errorf("%s: %q is missing, want %q", name, missing, c.missing)
		}
	}
}

func TestInstances(t *testing.T) {
	c := cover(t,
		`{"resourceType":"Goal","id":"a",`+claiming("us-core-goal")+`}`,
		`{"resourceType":"Goal","id":"b",`+claiming("us-core-goal|6.1.0")+`}`,
		`{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Patient","extension":[{"url":"`+usCore+`us-core-birthsex","valueCode":"F"}]}]}`)
	for name, want := range map[string]int{"us-core-goal|6.1.0": 2, "us-core-goal|7.0.0": 1, "us-core-birthsex|7.0.0": 1, "us-core-patient|7.0.0": 0} {
		if got := of(t, c, name).Instances; got != want {
			t.Errorf("%d instances of %s, want %d", got, name, want)
		}
	}
}

func TestSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc.md")
	whole := "a\n<!-- x: made by y -->\nold\n<!-- end of x -->\nb\n"
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := uscore.Section(path, "x", "old\n", false); err != nil {
		t.Error(err)
	}
	if uscore.Section(path, "x", "new\n", false) == nil || uscore.Section(path, "x", "old |\n", false) == nil || uscore.Section(path, "z", "new\n", true) == nil {
		t.Error("what is not so is not told")
	}
	if err := uscore.Section(path, "x", "new\n", true); err != nil {
		t.Error(err)
	}
	if err := uscore.Section(path, "x", "| 7 | 1 of 1 |\n", true); err != nil {
		t.Error(err)
	}
	if uscore.Section(path, "x", "| 99 | 1 of 1 |\n", false) != nil || uscore.Section(path, "x", "| 7 | 0 of 1 |\n", false) == nil {
		t.Error("a count is compared, or what is held is not")
	}
	if err := uscore.Section(path, "x", "new\n", true); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(path); string(got) != strings.Replace(whole, "old", "new", 1) {
		t.Errorf("written: %s", got)
	}
}
