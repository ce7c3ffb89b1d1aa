package compartments

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
)

func TestEveryTypeHasOneVerdict(t *testing.T) {
	count := map[string]int{}
	for _, r := range table {
		for _, typ := range strings.Fields(r.types) {
			count[typ]++
		}
	}
	for _, typ := range definitions.ResourceTypes() {
		if count[typ] != 1 {
			t.Errorf("%s stands %d times in the table", typ, count[typ])
		}
		delete(count, typ)
	}
	for typ := range count {
		t.Errorf("%s is in the table and no resource type", typ)
	}
}

func TestVerdictOfNoTypeIsNever(t *testing.T) {
	c := newCompartments(t)
	for _, typ := range []string{"", "Nonsense", "patient", "DomainResource", "*"} {
		if got := c.Verdict(typ); got != Never {
			t.Errorf("Verdict(%q) = %v", typ, got)
		}
	}
}

// The table against R4's definition: by chart is what the Patient compartment
// has, but for four types, and two more.
func TestLeak29ByChartIsTheCompartment(t *testing.T) {
	c := newCompartments(t)
	var got []string
	for _, typ := range definitions.ResourceTypes() {
		if c.Verdict(typ) == ByChart {
			got = append(got, typ)
		}
	}
	want := slices.DeleteFunc(c.Members("Patient"), func(typ string) bool {
		return slices.Contains([]string{"AuditEvent", "Group", "Person", "Provenance"}, typ)
	})
	want = append(want, "Device", "Task")
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("by chart:\n got %v\nwant %v", got, want)
	}
}

func TestVerdicts(t *testing.T) {
	c := newCompartments(t)
	for typ, want := range map[string]Verdict{
		"Patient": ByChart, "Observation": ByChart, "RelatedPerson": ByChart, "List": ByChart,
		"Device": ByChart, "Task": ByChart,
		"Practitioner": ReadOnly, "Endpoint": ReadOnly, "ValueSet": ReadOnly, "Questionnaire": ReadOnly,
		"Medication": Linked, "Substance": Linked, "Binary": Linked,
		"Provenance": AllTargets,
		"Group":      Never, "AuditEvent": Records, "Subscription": Never, "Person": Never,
		"Contract": Never, "Bundle": Never, "GuidanceResponse": Never, "MedicationKnowledge": Never,
		"OrganizationAffiliation": Never, "Slot": Never,
	} {
		if got := c.Verdict(typ); got != want {
			t.Errorf("Verdict(%s) = %v, want %v", typ, got, want)
		}
	}
}
