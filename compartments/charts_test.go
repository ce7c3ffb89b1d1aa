package compartments

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/search"
)

// One resource for each parameter that can refer to a Patient: it is in the
// chart if and only if the definition names the parameter, or the table adds it.
func TestLeak06OnlyParametersOfTheChartConferMembership(t *testing.T) {
	c := newCompartments(t)
	confers := map[string][]string{"Device": {"patient"}, "Task": {"patient"}}
	for _, d := range definitions.Compartments() {
		for _, m := range d.Members {
			if d.Code == "Patient" {
				confers[m.Type] = m.Params
			}
		}
	}
	for _, typ := range []string{"Patient", "Group", "AuditEvent", "Provenance", "Person"} {
		delete(confers, typ)
	}
	asked, members := 0, 0
	for _, typ := range c.registry.Types() {
		for _, param := range c.registry.References(typ) {
			if !slices.Contains(param.Targets, "Patient") {
				continue
			}
			asked++
			e := search.Entries{Terms: []search.TermEntry{{Param: param, Code: "Patient/a"}}}
			var want []string
			if slices.Contains(confers[typ], param.Code) {
				want = append(want, "a")
				members++
			}
			if typ == "Patient" {
				want = append(want, "x")
			}
			if got := c.Charts(typ, "x", e); !slices.Equal(got, want) {
				t.Errorf("%s: Charts = %v, want %v", param.Name(), got, want)
			}
		}
	}
	if asked < 200 || members < 90 {
		t.Errorf("only %d parameters refer to a Patient, %d of them of the chart: is the registry whole?", asked, members)
	}
}

func TestLeak50OnlyLocalLiteralsConferMembership(t *testing.T) {
	c := newCompartments(t)
	subject, ok := c.registry.Param("Observation", "subject")
	if !ok {
		t.Fatal("no Observation.subject")
	}
	for _, entry := range []search.TermEntry{
		{Param: subject, Code: "https://evil.example/Patient/a"},
		{Param: subject, Code: "Patient/a/_history/1"},
		{Param: subject, Code: "Patient/"},
		{Param: subject, Code: "Patient/a b"},
		{Param: subject, Code: "patient/a"},
		{Param: subject, Code: "Group/a"},
		{Param: subject, Code: "Patient/a", System: "1"},
	} {
		if got := c.Charts("Observation", "x", search.Entries{Terms: []search.TermEntry{entry}}); len(got) != 0 {
			t.Errorf("%+v: Charts = %v", entry, got)
		}
	}
}

func TestChartsOfResources(t *testing.T) {
	c := newCompartments(t)
	for name, test := range map[string]struct {
		resource string
		want     []string
	}{
		"subject":           {`{"resourceType":"Observation","id":"x","subject":{"reference":"Patient/a"}}`, []string{"a"}},
		"own absolute URL":  {`{"resourceType":"Observation","id":"x","subject":{"reference":"` + base + `/Patient/a"}}`, []string{"a"}},
		"other server":      {`{"resourceType":"Observation","id":"x","subject":{"reference":"https://evil.example/fhir/Patient/a"}}`, nil},
		"logical reference": {`{"resourceType":"Observation","id":"x","subject":{"type":"Patient","identifier":{"value":"a"}}}`, nil},
		"contained":         {`{"resourceType":"Observation","id":"x","contained":[{"resourceType":"Patient","id":"a"}],"subject":{"reference":"#a"}}`, nil},
		"focus":             {`{"resourceType":"Observation","id":"x","focus":[{"reference":"Patient/a"}]}`, nil},
		"two roles": {`{"resourceType":"Observation","id":"x","subject":{"reference":"Patient/b"},
			"performer":[{"reference":"Patient/a"},{"reference":"Patient/b"},{"reference":"Practitioner/c"}]}`, []string{"a", "b"}},
		"the patient, not the linked one": {`{"resourceType":"Patient","id":"x","link":[{"other":{"reference":"Patient/a"},"type":"seealso"}]}`, []string{"x"}},
		"device":                          {`{"resourceType":"Device","id":"x","patient":{"reference":"Patient/a"}}`, []string{"a"}},
		"task":                            {`{"resourceType":"Task","id":"x","for":{"reference":"Patient/a"},"focus":{"reference":"Patient/b"},"requester":{"reference":"Patient/c"}}`, []string{"a"}},
		"group":                           {`{"resourceType":"Group","id":"x","member":[{"entity":{"reference":"Patient/a"}}]}`, nil},
		"provenance":                      {`{"resourceType":"Provenance","id":"x","target":[{"reference":"Patient/a"}]}`, nil},
		"person":                          {`{"resourceType":"Person","id":"x","link":[{"target":{"reference":"Patient/a"}}]}`, nil},
		"audit event":                     {`{"resourceType":"AuditEvent","id":"x","entity":[{"what":{"reference":"Patient/a"}}]}`, nil},
		"coverage":                        {`{"resourceType":"Coverage","id":"x","beneficiary":{"reference":"Patient/a"},"subscriber":{"reference":"Patient/b"},"payor":[{"reference":"Patient/c"}]}`, []string{"a", "b", "c"}},
	} {
		typ, id, _, e := parse(t, c, test.resource)
		if got := c.Charts(typ, id, e); !slices.Equal(got, test.want) {
			t.Errorf("%s: Charts = %v, want %v", name, got, test.want)
		}
	}
}
