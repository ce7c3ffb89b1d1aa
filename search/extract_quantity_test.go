package search

import "testing"

func TestExtractQuantity(t *testing.T) {
	of := func(value string) string { return `{"resourceType":"Observation","value` + value + `}` }
	const codes = "value-quantity value-quantity:canonical"
	runExtract(t, []extractCase{
		{"coded unit", of(`Quantity":{"value":5.40,"unit":"milligrams","system":"http://unitsofmeasure.org","code":"mg"}`), codes,
			[]string{"value-quantity 5.4..5.4 http://unitsofmeasure.org|mg", "value-quantity 5.4..5.4 |milligrams",
				"value-quantity:canonical 0.0054..0.0054 urn:granary:ucum-canonical|g"}},
		{"unit text as the code", of(`Quantity":{"value":5.4,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}`), codes,
			[]string{"value-quantity 5.4..5.4 http://unitsofmeasure.org|mg", "value-quantity:canonical 0.0054..0.0054 urn:granary:ucum-canonical|g"}},
		{"another system", of(`Quantity":{"value":2,"unit":"tablets","system":"http://snomed.info/sct","code":"385055001"}`), codes,
			[]string{"value-quantity 2..2 http://snomed.info/sct|385055001", "value-quantity 2..2 |tablets"}},
		{"text alone", of(`Quantity":{"value":2,"unit":"mg"}`), codes, []string{"value-quantity 2..2 |mg"}},
		{"code without system", of(`Quantity":{"value":2,"code":"mg"}`), codes, []string{"value-quantity 2..2 |mg"}},
		{"no unit", of(`Quantity":{"value":2}`), codes, []string{"value-quantity 2..2 |"}},
		{"no value", of(`Quantity":{"unit":"mg"}`), codes, nil},
		{"less than", of(`Quantity":{"value":5,"comparator":"<","system":"http://unitsofmeasure.org","code":"mg"}`), codes,
			[]string{"value-quantity -Inf..5 http://unitsofmeasure.org|mg", "value-quantity:canonical -Inf..0.005 urn:granary:ucum-canonical|g"}},
		{"at most", of(`Quantity":{"value":5,"comparator":"<="}`), codes, []string{"value-quantity -Inf..5 |"}},
		{"more than", of(`Quantity":{"value":5,"comparator":">"}`), codes, []string{"value-quantity 5..+Inf |"}},
		{"at least", of(`Quantity":{"value":5,"comparator":">="}`), codes, []string{"value-quantity 5..+Inf |"}},
		{"a comparator that is none", of(`Quantity":{"value":5,"comparator":"~"}`), codes, nil},
		{"SampledData", of(`SampledData":{"origin":{"value":1},"period":1,"dimensions":1,"data":"1 2"}`), codes, nil},
		{"Range", `{"resourceType":"Condition","onsetRange":{"low":{"value":20,"unit":"y","system":"http://unitsofmeasure.org","code":"a"},
			"high":{"value":30,"unit":"y","system":"http://unitsofmeasure.org","code":"a"}}}`, "onset-age",
			[]string{"onset-age 20..30 http://unitsofmeasure.org|a", "onset-age 20..30 |y"}},
		{"Range with an open side", `{"resourceType":"Condition","onsetRange":{"high":{"value":30,"code":"a"}}}`, "onset-age",
			[]string{"onset-age -Inf..30 |a"}},
		{"Range in two units", `{"resourceType":"Condition","onsetRange":{"low":{"value":2,"code":"mo"},"high":{"value":3,"code":"a"}}}`, "onset-age", nil},
		{"Age", `{"resourceType":"Condition","onsetAge":{"value":52,"unit":"years","system":"http://unitsofmeasure.org","code":"a"}}`,
			"onset-age onset-age:canonical",
			[]string{"onset-age 52..52 http://unitsofmeasure.org|a", "onset-age 52..52 |years",
				"onset-age:canonical 1.6409952e+09..1.6409952e+09 urn:granary:ucum-canonical|s"}},
		{"Money", `{"resourceType":"Invoice","totalGross":{"value":12.50,"currency":"EUR"}}`, "totalgross",
			[]string{"totalgross 12.5..12.5 urn:iso:std:iso:4217|EUR"}},
	})
}
