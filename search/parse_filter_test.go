package search

import (
	"strings"
	"testing"
)

// The examples of search_filter.html, and search.html#filter.
func TestFilter(t *testing.T) {
	checkParsed(t, []parsed{
		{"Patient", `_filter=name co "pet"`, `name~"pet"`},
		{"Patient", `_filter=given sw "peter" and birthdate ge 2014-10-10`, `(given^"peter" & birthdate ge [2014-10-10 2014-10-11))`},
		{"Patient", `_filter=name eq "Péter"`, `name="peter"`},
		{"Patient", "_filter=name ew Ter", `name$"ter"`},
		{"Observation", "_filter=code eq http://loinc.org|1234-5", "code=http://loinc.org|1234-5"},
		{"Observation", "_filter=code eq loinc|1234-5", "code=http://loinc.org|1234-5"},
		{"Observation", `_filter=subject.birthdate lt 2000`, "subject:Patient.birthdate lt [2000-01-01 2001-01-01)"},
		{"Observation", `_filter=code eq http://loinc.org|1234-5 and has-member.status eq "final"`,
			"(code=http://loinc.org|1234-5 & (has-member:Observation.status=final | has-member:QuestionnaireResponse.status=final))"},
		{"Observation", "_filter=has-member re Observation/4", "has-member=|Observation/4"},
		{"Observation", "_filter=status pr true", "!no status"},
		{"Observation", "_filter=code pr false", "(no code & no code:text)"},
		{"Observation", "_filter=not (status eq final)", "!status=final"},
		{"Observation", "_filter=not(status eq final)", "!status=final"},
		{"Observation", "_filter=status eq a or status eq b and status eq c", "((status=a | status=b) & status=c)"},
		{"Observation", "_filter=status eq a or (status eq b and _id eq c)", "(status=a | (status=b & id:c))"},
		{"Observation", "_filter= ( ( status eq a ) ) ", "status=a"},
		{"Observation", "_filter=date po 2010", "date ap [2010-01-01 2011-01-01)"},
		{"Observation", "_filter=value-quantity gt 5||mg", "value-quantity gt [5 5) mg"},
		{"Observation", `_filter=value-quantity gt "5|ucum|[no-unit]"`, "value-quantity gt [5 5) http://unitsofmeasure.org|[no-unit]"},
		{"Observation", "_filter=code in http://a.org/vs", "code in http://a.org/vs"},
		{"Observation", "_filter=code ni http://a.org/vs", "!code in http://a.org/vs"},
		{"Observation", "_filter=code ss loinc|1", "code below http://loinc.org|1"},
		{"Observation", "_filter=code sb http://a.org|1", "code above http://a.org|1"},
		{"RiskAssessment", "_filter=probability ap 100", "probability ap [90 110)"},
		{"Patient", `_filter=name sw "a,b) \"c\""`, `name^"a,b) \"c\""`},
		{"Observation", `_filter=code eq a\,b,c`, "code=a,b,c"},
		{"ValueSet", `_filter=url eq http://a.org/b`, "url=http://a.org/b"},
	})
	checkRejected(t, []rejected{
		{"Patient", "_filter=", "no value"},
		{"Patient", "_filter=name", "ends where an operator"},
		{"Patient", "_filter=name eq", "ends where a value"},
		{"Patient", `_filter=name ne "peter"`, "ne: is not supported on Patient.name"},
		{"Patient", "_filter=name gt x", "right are eq, sw, ew, co or pr"},
		{"Patient", "_filter=gender ne male", "not supported"},
		{"Patient", "_filter=gender xx male", "is no operator"},
		{"Patient", "_filter=gender eq male and", "ends where the name"},
		{"Patient", "_filter=gender eq male gender eq female", "stands where and, or"},
		{"Patient", "_filter=(gender eq male", "closing parenthesis"},
		{"Patient", "_filter=gender eq male)", "stands where and, or"},
		{"Patient", "_filter=not gender eq male", "a parenthesis after not"},
		{"Patient", `_filter=name sw "x`, "no closing quotation mark"},
		{"Patient", `_filter=name sw "\x"`, "is no JSON string"},
		{"Patient", `_filter=name sw ""`, "is empty"},
		{"Patient", "_filter=nam sw x", "did you mean name?"},
		{"Patient", "_filter=name:exact sw x", "operator"},
		{"Observation", "_filter=related[type eq has-component].target pr true", "brackets"},
		{"Observation", "_filter=code sb 1", "write system|code"},
		{"Observation", "_filter=subject ss http://loinc.org|1", "not supported"},
		{"Observation", "_filter=code-value-quantity eq 1", "none is supported"},
		{"Observation", "_filter=date ge eq2010", "is no date"},
		{"Observation", "_filter:not=date ge 2010", "no modifiers"},
		{"Observation", "_filter=" + strings.Repeat("(", 40) + "status eq a" + strings.Repeat(")", 40), "more than 32 deep"},
		{"Observation", "_filter=" + strings.Repeat("not(", 40) + "status eq a" + strings.Repeat(")", 40), "more than 32 deep"},
	})
}
