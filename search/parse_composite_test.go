package search

import "testing"

// The examples of search.html#composite.
func TestComposite(t *testing.T) {
	checkParsed(t, []parsed{
		{"Observation", "component-code-value-quantity=http://loinc.org|8480-6$lt60",
			"component-code-value-quantity<component-code-value-quantity$0=http://loinc.org|8480-6 $ component-code-value-quantity$1 lt [60 60)>"},
		{"Questionnaire", "context-type-value=focus$http://snomed.info/sct|408934002",
			"context-type-value<context-type-value$0=focus $ context-type-value$1=http://snomed.info/sct|408934002>"},
		{"Group", "characteristic-value=gender$mixed,owner$Eve",
			"(characteristic-value<characteristic-value$0=gender $ characteristic-value$1=mixed> | characteristic-value<characteristic-value$0=owner $ characteristic-value$1=Eve>)"},
		{"Observation", `code-value-string=a\$b$C`, `code-value-string<code-value-string$0=a$b $ code-value-string$1^"c">`},
		{"Observation", "code-value-date=a$gt2010", "code-value-date<code-value-date$0=a $ code-value-date$1 gt [2010-01-01 2011-01-01)>"},
	})
	checkRejected(t, []rejected{
		{"Observation", "code-value-quantity=a", "has 1 parts"},
		{"Observation", "code-value-quantity=a$1$2", "has 3 parts"},
		{"Observation", "code-value-quantity=a$", "empty part"},
		{"Observation", "code-value-quantity=a$b", "is no number"},
		{"Observation", "code-value-quantity:missing=true", "no modifiers"},
	})
}

// The parts of a Composite are leaves, also where a value compiles to several.
func TestCompositePartsAreLeaves(t *testing.T) {
	e, err := where(t, "Observation", "code-value-quantity=a$5|http://unitsofmeasure.org|mg")
	if err != nil {
		t.Fatal(err)
	}
	or, ok := e.(Or)
	if !ok || len(or) != 2 {
		t.Fatalf("got %s", show(e))
	}
	for _, part := range or {
		c := part.(Composite)
		if _, ok := c.Parts[1].(Quantity); !ok || len(c.Parts) != 2 {
			t.Errorf("got %s", show(c))
		}
	}
}
