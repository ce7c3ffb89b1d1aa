package scope

import (
	"fmt"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// The category scopes that HTI-1 requires of certified servers, as SMART's own
// tests ask for them.
var granular = []string{
	"Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis",
	"Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item",
	"Condition.rs?category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern",
	"Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|procedure",
	"Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
	"Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|social-history",
	"Observation.rs?category=http://hl7.org/fhir/us/core/CodeSystem/us-core-category|sdoh",
	"Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|survey",
	"Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs",
}

func TestGranularScopes(t *testing.T) {
	w := newWorld(t)
	for _, suffix := range granular {
		for _, level := range []string{"patient/", "user/", "system/"} {
			p := w.grant(t, level+suffix, Context{Patient: "a", User: "Practitioner/1", Panel: PanelAll})
			typ, _, _ := strings.Cut(suffix, ".")
			for _, other := range w.registry.Types() {
				want := other == typ
				if p.Allows(store.Read, other) != want || p.Allows(store.Search, other) != want || p.Unbounded(store.Search, other) {
					t.Errorf("%s%s on %s: %v, want %v and bounded", level, suffix, other, !want, want)
				}
			}
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	r, c := testbackend.Definitions(b)
	compiler := NewCompiler(r, c, base)
	many := ""
	for i := range 500 {
		many += fmt.Sprintf(" patient/Observation.rs?code=http://loinc.org|%d-%d", i, i%10)
	}
	for name, scopes := range map[string]string{
		"wildcard": "patient/*.cruds", "granular": "patient/" + strings.Join(granular, " patient/"),
		"v1": "patient/*.read", "500": many, "parameter": "patient/*.rs?_security:not=R",
	} {
		parsed, _ := ParseList(scopes)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				compiler.Compile(parsed, Context{Patient: "a"})
			}
		})
	}
}
