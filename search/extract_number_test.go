package search

import "testing"

func TestExtractNumber(t *testing.T) {
	runExtract(t, []extractCase{
		{"decimal", `{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":0.50},{"probabilityDecimal":-1E-2}]}`, "probability",
			[]string{"probability 0.5..0.5 |", "probability -0.01..-0.01 |"}},
		{"Range", `{"resourceType":"RiskAssessment","prediction":[{"probabilityRange":{"low":{"value":0.1},"high":{"value":0.2}}}]}`, "probability",
			[]string{"probability 0.1..0.2 |"}},
		{"Range with an open side", `{"resourceType":"RiskAssessment","prediction":[{"probabilityRange":{"low":{"value":0.1}}},
			{"probabilityRange":{"high":{"value":0.1}}},{"probabilityRange":{}}]}`, "probability",
			[]string{"probability 0.1..+Inf |", "probability -Inf..0.1 |"}},
		{"Range upside down", `{"resourceType":"RiskAssessment","prediction":[{"probabilityRange":{"low":{"value":2},"high":{"value":1}}}]}`, "probability", nil},
		{"integer", `{"resourceType":"MolecularSequence","variant":[{"start":128273725,"end":128273736}]}`, "variant-start variant-end",
			[]string{"variant-end 1.28273736e+08..1.28273736e+08 |", "variant-start 1.28273725e+08..1.28273725e+08 |"}},
	})
}

func TestExtractNear(t *testing.T) {
	runExtract(t, []extractCase{
		{"position", `{"resourceType":"Location","position":{"longitude":-83.69,"latitude":42.25,"altitude":0}}`, "near$lat near$lon",
			[]string{"near$lat#1 42.25..42.25 |", "near$lon#1 -83.69..-83.69 |"}},
		{"half a position", `{"resourceType":"Location","position":{"longitude":-83.69}}`, "near$lat near$lon", nil},
	})
}
