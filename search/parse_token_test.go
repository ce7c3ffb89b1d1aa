package search

import (
	"errors"
	"testing"
)

// The examples of search.html#token.
func TestToken(t *testing.T) {
	checkParsed(t, []parsed{
		{"Patient", "identifier=http://acme.org/patient|2345", "identifier=http://acme.org/patient|2345"},
		{"Patient", "gender=male", "gender=male"},
		{"Patient", "gender:not=male", "!gender=male"},
		{"Patient", "gender:not=male,female", "!(gender=male | gender=female)"},
		{"Composition", "section=48765-2", "section=48765-2"},
		{"Composition", "section:not=48765-2", "!section=48765-2"},
		{"Patient", "active=true", "active=true"},
		{"Condition", "code=http://acme.org/conditions/codes|ha125", "code=http://acme.org/conditions/codes|ha125"},
		{"Condition", "code=ha125", "code=ha125"},
		{"Condition", "code=|ha125", "code=|ha125"},
		{"Condition", "code=http://acme.org|", "code=http://acme.org|"},
		{"Condition", `code=a\|b`, "code=a|b"},
		{"Condition", "code:text=Headache", `code:text^"headache"`},
		{"Condition", "code:text=this,that", `(code:text^"this" | code:text^"that")`},
		{"Condition", "code:in=http://snomed.info/sct?fhir_vs=isa/126851005", "code in http://snomed.info/sct?fhir_vs=isa/126851005"},
		{"Condition", "code:in=http://acme.org/fhir/ValueSet/cardiac-conditions", "code in http://acme.org/fhir/ValueSet/cardiac-conditions"},
		{"Condition", "code:in=ValueSet/heart", "code in ValueSet/heart"},
		{"Condition", "code:in=http://example.org/fhir/ValueSet/heart", "code in ValueSet/heart"},
		{"Condition", "code:not-in=http://a.org/x|1,http://a.org/y", "!(code in http://a.org/x|1 | code in http://a.org/y)"},
		{"Patient", "identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053",
			"identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053"},
		{"Patient", "gender:missing=true", "no gender"},
		{"Patient", "gender:missing=false", "!no gender"},
		{"Condition", "code:missing=true", "(no code & no code:text)"},
		{"Condition", "code:missing=false", "!(no code & no code:text)"},
		{"Condition", "_tag=http://acme.org/codes|needs-review", "_tag=http://acme.org/codes|needs-review"},
		{"Condition", "_security:not=http://a.org|R", "!_security=http://a.org|R"},
		{"DocumentReference", "contenttype:below=text/xml", "(contenttype=text/xml | contenttype=^text/xml;)"},
		{"DocumentReference", "contenttype:below=text", "contenttype=^text/"},
		{"Condition", "code:below=http://snomed.info/sct|3738000", "code below http://snomed.info/sct|3738000"},
		{"Condition", "code:above=http://snomed.info/sct|3738000", "code above http://snomed.info/sct|3738000"},
		{"Condition", `code:below=s|a,s|b\|c`, "(code below s|a | code below s|b|c)"},
		{"Patient", "gender:below=s|male", "gender below s|male"},
	})
	checkRejected(t, []rejected{
		{"Patient", "gender=a|b|c", "more than one bar"},
		{"Patient", "gender=|", "neither a system nor a code"},
		{"Patient", "gender:exact=male", "right are :not, :in, :not-in, :below, :above or :missing"},
		{"Condition", "code:below=126851005", "write system|code"},
		{"Condition", "code:above=|126851005", "write system|code"},
		{"Condition", "code:above=http://snomed.info/sct|", "write system|code"},
		{"Condition", "code:above=s|a|b", "write system|code"},
		{"DocumentReference", "contenttype:above=s|a", ":above, which is not supported on DocumentReference.contenttype; right are :not, :in, :not-in, :below or :missing"},
		{"Patient", "_id:below=s|a", ":below, which is not supported"},
		{"Patient", "gender:missing=yes", "right are true or false"},
		{"Patient", "gender:missing=true,false", "right are true or false"},
		{"Patient", "gender:of-type=a|b|c", "no identifiers"},
		{"Patient", "gender:text=m", "have no text"},
		{"Patient", "identifier:of-type=MR|446053", "system|code|value"},
		{"Patient", "identifier:of-type=|MR|446053", "system|code|value"},
		{"Condition", "code:in=heart", "names no value set"},
	})
}

// Supported tells a client whether asking otherwise would help.
func TestUnsupportedIsSaid(t *testing.T) {
	for query, unsupported := range map[string]bool{
		"code:below=1": false, "code:text=": false, "code:nonsense=1": false, "subject:above=1": true, "_list=$current-allergies": true,
	} {
		_, err := where(t, "Condition", query)
		var e *ParamError
		if !errors.As(err, &e) || e.Unsupported != unsupported {
			t.Errorf("%s: %v", query, err)
		}
	}
}
