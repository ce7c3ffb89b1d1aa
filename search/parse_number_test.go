package search

import (
	"strings"
	"testing"
)

// The examples of search.html#number.
func TestNumber(t *testing.T) {
	checkParsed(t, []parsed{
		{"RiskAssessment", "probability=100", "probability eq [99.5 100.5)"},
		{"RiskAssessment", "probability=100.00", "probability eq [99.995 100.005)"},
		{"RiskAssessment", "probability=1e2", "probability eq [95 105)"},
		{"RiskAssessment", "probability=1.00e2", "probability eq [99.5 100.5)"},
		{"RiskAssessment", "probability=lt100", "probability lt [100 100)"},
		{"RiskAssessment", "probability=le100", "probability le [100 100)"},
		{"RiskAssessment", "probability=gt100", "probability gt [100 100)"},
		{"RiskAssessment", "probability=ge100", "probability ge [100 100)"},
		{"RiskAssessment", "probability=ne100", "probability ne [99.5 100.5)"},
		{"RiskAssessment", "probability=gt0.8", "probability gt [0.8 0.8)"},
		{"RiskAssessment", "probability=gt8e-1", "probability gt [0.8 0.8)"},
		{"RiskAssessment", "probability=sa0.8", "probability sa [0.8 0.8)"},
		{"RiskAssessment", "probability=eb0.8", "probability eb [0.8 0.8)"},
		{"RiskAssessment", "probability=ap100", "probability ap [90 110)"},
		{"RiskAssessment", "probability=ap0", "probability ap [-0.5 0.5)"},
		{"RiskAssessment", "probability=-2.0", "probability eq [-2.05 -1.95)"},
		{"RiskAssessment", "probability=ap-100", "probability ap [-110 -90)"},
		{"RiskAssessment", "probability=0.1", "probability eq [0.05 0.15)"},
		{"RiskAssessment", "probability=1E-300", "probability eq [9.5e-301 1.05e-300)"},
		{"RiskAssessment", "probability:missing=true", "no probability"},
	})
	for _, wrong := range []string{"abc", "1.", ".5", "1e", "1e+", "--1", "0x10", "1_000", "1e-", "NaN", "Inf", "1.5.2", "+1", " 1", "1,5", "ne", "zz5",
		"1e400", "1e99999999999", strings.Repeat("9", 101)} {
		if e, err := where(t, "RiskAssessment", "probability="+wrong); err == nil && wrong != "1,5" {
			t.Errorf("%s: accepted as %s", wrong, show(e))
		}
	}
}

// The examples of search.html#quantity.
func TestQuantity(t *testing.T) {
	const ucum = "http://unitsofmeasure.org|"
	checkParsed(t, []parsed{
		{"Observation", "value-quantity=5.4|http://unitsofmeasure.org|mg",
			"(value-quantity eq [5.35 5.45) " + ucum + "mg | value-quantity:canonical eq [0.00535 0.00545) urn:granary:ucum-canonical|g)"},
		{"Observation", "value-quantity=5.40e-3|http://unitsofmeasure.org|g",
			"(value-quantity eq [0.005395 0.005405) " + ucum + "g | value-quantity:canonical eq [0.005395 0.005405) urn:granary:ucum-canonical|g)"},
		{"Observation", "value-quantity=5.4||mg", "value-quantity eq [5.35 5.45) mg"},
		{"Observation", "value-quantity=5.4", "value-quantity eq [5.35 5.45)"},
		{"Observation", "value-quantity=le5.4|http://unitsofmeasure.org|g",
			"(value-quantity le [5.4 5.4) " + ucum + "g | value-quantity:canonical le [5.4 5.4) urn:granary:ucum-canonical|g)"},
		{"Observation", "value-quantity=ap5|http://unitsofmeasure.org|[no-such-unit]",
			"value-quantity ap [4.5 5.5) " + ucum + "[no-such-unit]"},
		{"Observation", "value-quantity=gt1|http://a.org|x", "value-quantity gt [1 1) http://a.org|x"},
		{"Observation", "value-quantity=gt1|http://a.org|", "value-quantity gt [1 1) http://a.org|"},
		{"Observation", "value-quantity=1,2", "(value-quantity eq [0.5 1.5) | value-quantity eq [1.5 2.5))"},
	})
	checkRejected(t, []rejected{
		{"Observation", "value-quantity=5.4|mg", "is no quantity"},
		{"Observation", "value-quantity=5.4||", "is no quantity"},
		{"Observation", "value-quantity=|http://unitsofmeasure.org|mg", "is no number"},
		{"Observation", "value-quantity=5.4 mg", "is no number"},
		{"Observation", "value-quantity=5.4|a|b|c", "is no quantity"},
	})
}
