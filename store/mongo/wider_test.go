package mongo

import (
	"fmt"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// A composite is found by the keys of the parameter that has what a part has, and is
// decided by its groups: what has the code and the value in different elements is not
// meant.
func TestACompositeIsFoundByAWiderParameter(t *testing.T) {
	t.Parallel()
	s, _ := based(t, mongotest.URI(t), testBase)
	pressure := func(id, patient string, systolic, diastolic int) string {
		part := func(code string, value int) string {
			return fmt.Sprintf(`{"code":{"coding":[{"system":"http://loinc.org","code":%q}]},"valueQuantity":{"value":%d}}`, code, value)
		}
		return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"status":"final","code":{"coding":[{"code":"85354-9"}]},"valueQuantity":{"value":%d},
			"subject":{"reference":"Patient/%s"},"component":[%s,%s]}`, id, systolic, patient, part("8480-6", systolic), part("8462-4", diastolic))
	}
	if err := save(t.Context(), s, pressure("high", "1", 150, 80), pressure("low", "1", 110, 150), pressure("other", "2", 160, 80)); err != nil {
		t.Fatal(err)
	}
	r := &recorder{TB: t}
	r.registry, _ = registryOnce()
	for request, want := range map[string][]string{
		"component-code-value-quantity=http://loinc.org|8480-6$gt140":              {"high", "other"},
		"component-code-value-quantity=8480-6$gt140&patient=Patient/1":             {"high"},
		"component-code-value-quantity=8462-4$gt140,8480-6$gt155":                  {"low", "other"},
		"component-code-value-quantity=http://elsewhere.org|8480-6$gt140":          nil,
		"code-value-quantity=85354-9$lt120":                                        {"low"},
		"combo-code-value-quantity=85354-9$lt120,8462-4$gt140&_id=low,high":        {"low"},
		"_id=high,none,other&component-code=8480-6":                                {"high", "other"},
		"_id:not=high&component-code-value-quantity=http://loinc.org|8480-6$gt140": {"other"},
	} {
		result, err := s.View(store.Unrestricted("test")).Search(t.Context(), r.parse("Observation?"+request))
		if err != nil {
			t.Errorf("%s: %v", request, err)
		}
		var got []string
		for _, found := range result.Matches {
			got = append(got, found.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, not %q", request, got, want)
		}
	}
}
