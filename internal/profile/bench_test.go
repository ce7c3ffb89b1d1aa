package profile

import (
	"testing"
)

// BenchmarkValidate: one check, with plans that are made.
func BenchmarkValidate(b *testing.B) {
	for _, name := range []string{"Patient-example", "Observation-blood-pressure", "Observation-serum-potassium", "Condition-condition-SDOH-example", "QuestionnaireResponse-prapare-example"} {
		for _, example := range examples(b, package7) {
			if example.File != "package/example/"+name+".json" {
				continue
			}
			p := claimed(b, example.Node, "7.0.0")[0]
			USCore().Validate(example.Node, p)
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					USCore().Validate(example.Node, p)
				}
			})
		}
	}
}

func BenchmarkPlans(b *testing.B) {
	for b.Loop() {
		s := USCore().Merge(new(Set))
		for _, p := range s.Profiles() {
			s.planOf(p)
		}
	}
}
