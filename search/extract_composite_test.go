package search

import "testing"

func TestExtractComposite(t *testing.T) {
	runExtract(t, []extractCase{
		{"value of a concept", `{"resourceType":"Observation","code":{"coding":[{"code":"a"},{"code":"b"}]},
			"valueCodeableConcept":{"coding":[{"code":"v"}],"text":"V"}}`, "code-value-concept$0 code-value-concept$1 code-value-string$0",
			[]string{"code-value-concept$0#1 |a", "code-value-concept$0#1 |b", "code-value-concept$1#1 |v"}},
		{"value of a date", `{"resourceType":"Observation","code":{"coding":[{"code":"a"}]},"valueDateTime":"2020"}`,
			"code-value-date$0 code-value-date$1", []string{"code-value-date$0#1 |a", "code-value-date$1#1 2020-01-01..2021-01-01"}},
		{"value of a string", `{"resourceType":"Observation","code":{"coding":[{"code":"a"}]},"valueString":"Hot"}`,
			"code-value-string$0 code-value-string$1", []string{"code-value-string$0#1 |a", `code-value-string$1#1 "hot" "Hot"`}},
		{"one element lacks a part", `{"resourceType":"Group","characteristic":[{"code":{"coding":[{"code":"a"}]}},
			{"code":{"coding":[{"code":"b"}]},"valueBoolean":true}]}`, "characteristic-value$0 characteristic-value$1",
			[]string{"characteristic-value$0#2 |b", "characteristic-value$1#2 |true"}},
		// R4 defines these two crosswise.
		{"relationship", `{"resourceType":"DocumentReference","relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/1"}},
			{"code":"appends","target":{"reference":"DocumentReference/2"}}]}`, "relationship$0 relationship$1",
			[]string{"relationship$0#1 http://hl7.org/fhir/document-relationship-type|replaces", "relationship$1#1 |DocumentReference/1",
				"relationship$0#2 http://hl7.org/fhir/document-relationship-type|appends", "relationship$1#2 |DocumentReference/2"}},
		{"a part of the whole resource", `{"resourceType":"MolecularSequence","referenceSeq":{"chromosome":{"coding":[{"code":"1"}]}},
			"variant":[{"start":10,"end":20},{"start":30,"end":40}]}`,
			"chromosome-variant-coordinate$0 chromosome-variant-coordinate$1 chromosome-variant-coordinate$2",
			[]string{"chromosome-variant-coordinate$0#1 |1", "chromosome-variant-coordinate$0#2 |1",
				"chromosome-variant-coordinate$1#1 10..10 |", "chromosome-variant-coordinate$2#1 20..20 |",
				"chromosome-variant-coordinate$1#2 30..30 |", "chromosome-variant-coordinate$2#2 40..40 |"}},
		{"use context", `{"resourceType":"ValueSet","useContext":[{"code":{"code":"age"},"valueRange":{"low":{"value":1,"code":"a"}}}]}`,
			"context-type-quantity$0 context-type-quantity$1 context-type-value$0",
			[]string{"context-type-quantity$0#1 |age", "context-type-quantity$1#1 1..+Inf |a"}},
	})
}
