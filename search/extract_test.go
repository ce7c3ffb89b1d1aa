package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// testBase is the server's own base in these tests.
const testBase = "https://granary.example/fhir"

// extractCase is a resource, the parameters looked at, and their entries as
// entryLines writes them.
type extractCase struct {
	name     string
	resource string
	codes    string
	want     []string
}

func runExtract(t *testing.T, cases []extractCase) {
	t.Helper()
	r := realRegistry(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := entryLines(mustExtract(t, r, c.resource), strings.Fields(c.codes))
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func mustExtract(t testing.TB, r *Registry, resource string) Entries {
	t.Helper()
	n, err := fhirjson.Parse([]byte(resource))
	if err != nil {
		t.Fatal(err)
	}
	e, err := r.Extract(n.Get("resourceType").Text(), n, testBase)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// entryLines writes the entries under some codes, all if there are none named,
// in the order of their making, terms first.
func entryLines(e Entries, codes []string) []string {
	var lines []string
	add := func(p *Param, group int, format string, args ...any) {
		if len(codes) > 0 && !slices.Contains(codes, p.Code) {
			return
		}
		mark := ""
		if group != 0 {
			mark = fmt.Sprintf("#%d", group)
		}
		lines = append(lines, p.Code+mark+" "+fmt.Sprintf(format, args...))
	}
	for _, t := range e.Terms {
		add(t.Param, t.Group, "%s|%s", t.System, t.Code)
	}
	for _, s := range e.Strings {
		add(s.Param, s.Group, "%q %q", s.Folded, s.Exact)
	}
	for _, d := range e.Dates {
		add(d.Param, d.Group, "%s..%s", instant(d.Low), instant(d.High))
	}
	for _, q := range e.Quantities {
		add(q.Param, q.Group, "%v..%v %s|%s", q.Low, q.High, q.System, q.Code)
	}
	return lines
}

func instant(micros int64) string {
	if micros == TimeBegin || micros == TimeEnd {
		return "open"
	}
	return strings.TrimSuffix(time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.999999Z"), "T00:00:00Z")
}

const bloodPressure = `{"resourceType":"Observation","id":"bp","meta":{"lastUpdated":"2024-03-01T10:00:00.5Z",
	"profile":["http://hl7.org/fhir/StructureDefinition/bp|4.0.1"],"source":"urn:device:1",
	"tag":[{"system":"http://t","code":"a","display":"Täg"}],"security":[{"system":"http://s","code":"R"}]},
	"text":{"status":"generated","div":"<div>Blood <b>pressure</b> &amp; pulse</div>"},
	"identifier":[{"system":"http://i","value":"7","type":{"coding":[{"system":"http://v2","code":"FILL"}]}}],
	"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"BP panel"}],"text":"BP"},
	"subject":{"reference":"Patient/1/_history/2","display":"Ann"},
	"effectivePeriod":{"start":"2024-03-01","end":"2024-03-02T08:30:00Z"},
	"component":[
		{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},
		 "valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
		{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},
		 "valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
		{"code":{"coding":[{"system":"http://loinc.org","code":"8478-0"}]},
		 "dataAbsentReason":{"coding":[{"code":"unknown"}]}}]}`

// One whole resource, with every entry that it has.
func TestExtractEverything(t *testing.T) {
	runExtract(t, []extractCase{{"blood pressure", bloodPressure, "", []string{
		"_profile 4.0.1|http://hl7.org/fhir/StructureDefinition/bp",
		"_security http://s|R",
		"_source |urn:device:1",
		"_tag http://t|a",
		"code http://loinc.org|85354-9",
		"combo-code http://loinc.org|85354-9",
		"combo-code http://loinc.org|8480-6",
		"combo-code http://loinc.org|8462-4",
		"combo-code http://loinc.org|8478-0",
		"combo-code-value-quantity$0#2 http://loinc.org|8480-6",
		"combo-code-value-quantity$0#3 http://loinc.org|8462-4",
		"combo-data-absent-reason |unknown",
		"component-code http://loinc.org|8480-6",
		"component-code http://loinc.org|8462-4",
		"component-code http://loinc.org|8478-0",
		"component-code-value-quantity$0#1 http://loinc.org|8480-6",
		"component-code-value-quantity$0#2 http://loinc.org|8462-4",
		"component-data-absent-reason |unknown",
		"identifier http://i|7",
		"identifier:of-type http://v2|FILL|7",
		"patient |Patient/1",
		"status http://hl7.org/fhir/observation-status|final",
		"subject |Patient/1",
		"_text |blood", "_text |pressure", "_text |pulse",
		"_content |ann", "_content |blood", "_content |bp", "_content |mmhg", "_content |panel",
		"_content |pressure", "_content |pulse", "_content |tag",
		`_tag:text "tag" "Täg"`,
		`code:text "bp panel" "BP panel"`, `code:text "bp" "BP"`,
		`combo-code:text "bp panel" "BP panel"`, `combo-code:text "bp" "BP"`,
		`patient:text "ann" "Ann"`, `subject:text "ann" "Ann"`,
		"_lastUpdated 2024-03-01T10:00:00.5Z..2024-03-01T10:00:00.6Z",
		"date 2024-03-01..2024-03-02T08:30:01Z",
		"combo-code-value-quantity$1#2 120..120 http://unitsofmeasure.org|mm[Hg]",
		"combo-code-value-quantity$1#2 120..120 |mmHg",
		"combo-code-value-quantity$1:canonical#2 1.599864e+07..1.599864e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"combo-code-value-quantity$1#3 80..80 http://unitsofmeasure.org|mm[Hg]",
		"combo-code-value-quantity$1#3 80..80 |mmHg",
		"combo-code-value-quantity$1:canonical#3 1.066576e+07..1.066576e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"combo-value-quantity 120..120 http://unitsofmeasure.org|mm[Hg]",
		"combo-value-quantity 120..120 |mmHg",
		"combo-value-quantity:canonical 1.599864e+07..1.599864e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"combo-value-quantity 80..80 http://unitsofmeasure.org|mm[Hg]",
		"combo-value-quantity 80..80 |mmHg",
		"combo-value-quantity:canonical 1.066576e+07..1.066576e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"component-code-value-quantity$1#1 120..120 http://unitsofmeasure.org|mm[Hg]",
		"component-code-value-quantity$1#1 120..120 |mmHg",
		"component-code-value-quantity$1:canonical#1 1.599864e+07..1.599864e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"component-code-value-quantity$1#2 80..80 http://unitsofmeasure.org|mm[Hg]",
		"component-code-value-quantity$1#2 80..80 |mmHg",
		"component-code-value-quantity$1:canonical#2 1.066576e+07..1.066576e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"component-value-quantity 120..120 http://unitsofmeasure.org|mm[Hg]",
		"component-value-quantity 120..120 |mmHg",
		"component-value-quantity:canonical 1.599864e+07..1.599864e+07 urn:granary:ucum-canonical|m-1.s-2.g",
		"component-value-quantity 80..80 http://unitsofmeasure.org|mm[Hg]",
		"component-value-quantity 80..80 |mmHg",
		"component-value-quantity:canonical 1.066576e+07..1.066576e+07 urn:granary:ucum-canonical|m-1.s-2.g",
	}}})
}

func TestExtractSort(t *testing.T) {
	r := realRegistry(t)
	for _, c := range []struct{ resource, want string }{
		{bloodPressure, "2024-03-01"},
		{`{"resourceType":"Observation","effectiveDateTime":"2020"}`, "2020-01-01"},
		{`{"resourceType":"Observation","effectivePeriod":{"end":"2020"}}`, "open"},
		{`{"resourceType":"Condition","onsetDateTime":"1999-12","recordedDate":"2020-01-01"}`, "1999-12-01"},
		{`{"resourceType":"Appointment","start":"2020-01-01T10:00:00+02:00"}`, "2020-01-01T08:00:00Z"},
	} {
		if got := mustExtract(t, r, c.resource).Sort; instant(got) != c.want {
			t.Errorf("Sort of %s is %s, want %s", c.resource, instant(got), c.want)
		}
	}
	for _, resource := range []string{
		`{"resourceType":"Observation"}`, `{"resourceType":"Observation","effectiveDateTime":"soon"}`,
		`{"resourceType":"Patient","birthDate":"1970-01-01"}`,
	} {
		if got := mustExtract(t, r, resource).Sort; got != NoSort {
			t.Errorf("Sort of %s is %s, want none", resource, instant(got))
		}
	}
}

func TestExtractRefuses(t *testing.T) {
	r := realRegistry(t)
	for _, c := range []struct{ typ, resource, want string }{
		{"Nothing", `{}`, `extract: "Nothing" is not a resource type of R4`},
		{"Patient", `[]`, `extract: a Patient must be a JSON object, not array`},
		{"Patient", `{}`, `extract: resourceType is "" where "Patient" should stand`},
		{"Patient", `{"resourceType":"Group"}`, `extract: resourceType is "Group" where "Patient" should stand`},
	} {
		n, err := fhirjson.Parse([]byte(c.resource))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Extract(c.typ, n, ""); err == nil || err.Error() != c.want {
			t.Errorf("Extract(%s, %s): %v, want %s", c.typ, c.resource, err, c.want)
		}
	}
	if _, err := r.Extract("Patient", nil, ""); err == nil {
		t.Error("no resource at all was extracted")
	}
}

// What is malformed has no entry, and what stands beside it keeps its own.
func TestExtractMalformed(t *testing.T) {
	runExtract(t, []extractCase{
		{"wrong kinds of JSON", `{"resourceType":"Patient","active":"true","gender":1,"birthDate":19700101,
			"name":"Ann","identifier":{"system":7,"value":"x"},"generalPractitioner":["Practitioner/1"],
			"telecom":[null,[{"value":"nested"}],{"value":{"a":1}},{"value":"1"}],"deceasedBoolean":"no"}`, "",
			[]string{"deceased |false", "identifier |x", "telecom |1", "_content |1"}},
		{"dates that are none", `{"resourceType":"Encounter","period":{"start":"2020-02-30","end":"2020-03-01"}}`, "date", nil},
		{"a period that ends before it starts", `{"resourceType":"Encounter","period":{"start":"2020","end":"2019"}}`, "date", nil},
		{"an empty period", `{"resourceType":"Encounter","period":{}}`, "date", nil},
		{"a primitive of nothing but an extension", `{"resourceType":"Patient","_birthDate":{"extension":[{"url":"x"}]}}`, "birthdate", nil},
		{"a number too large", `{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":1e999},{"probabilityDecimal":0.5}]}`,
			"probability", []string{"probability 0.5..0.5 |"}},
	})
}

// The same value twice is one entry.
func TestExtractDropsRepeated(t *testing.T) {
	many := strings.Repeat(`{"coding":[{"code":"a"},{"code":"b"}],"text":"T"},`, 40)
	runExtract(t, []extractCase{
		{"few", `{"resourceType":"Observation","category":[{"coding":[{"code":"a"},{"code":"a"}]},{"coding":[{"code":"a"}]}]}`,
			"category", []string{"category |a"}},
		{"many", `{"resourceType":"Observation","category":[` + many + `{"text":"t"}]}`, "category category:text",
			[]string{"category |a", "category |b", `category:text "t" "T"`, `category:text "t" "t"`}},
	})
}

// Contained resources are not indexed, and references to them neither.
func TestExtractContained(t *testing.T) {
	runExtract(t, []extractCase{{"contained", `{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p",
		"name":[{"family":"Hidden"}],"identifier":[{"value":"1"}]}],"subject":{"reference":"#p"},
		"performer":[{"reference":"#"}],"derivedFrom":[{"reference":"#p"},{"reference":"Observation/2"}]}`, "",
		[]string{"derived-from |Observation/2", "_content |hidden"}}})
}

// Whatever is sent, extraction ends, and its entries are of its type and sound.
func FuzzExtract(f *testing.F) {
	f.Add(bloodPressure)
	f.Add(`{"resourceType":"Patient","name":[{"family":["a"]}],"contained":[{"resourceType":"Patient"}],"text":{"div":"<a b='"}}`)
	f.Add(`{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Composition","id":"1"}}]}`)
	f.Add(`{"resourceType":"Location","position":{"latitude":1e308,"longitude":-0}}`)
	r := realRegistry(f)
	f.Fuzz(func(t *testing.T, source string) {
		n, err := fhirjson.Parse([]byte(source))
		if err != nil {
			return
		}
		typ := n.Get("resourceType").Text()
		e, err := r.Extract(typ, n, testBase)
		if err != nil {
			return
		}
		for _, p := range paramsOf(e) {
			if p.Type != typ {
				t.Fatalf("a %s has an entry under %s", typ, p.Name())
			}
		}
		for _, d := range e.Dates {
			if d.Low >= d.High {
				t.Fatalf("%s is empty", d.Param.Name())
			}
		}
		for _, q := range e.Quantities {
			if !(q.Low <= q.High) {
				t.Fatalf("%s is %v..%v", q.Param.Name(), q.Low, q.High)
			}
		}
	})
}

func BenchmarkExtractObservation(b *testing.B) {
	r := realRegistry(b)
	n, err := fhirjson.Parse([]byte(bloodPressure))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(n.Raw())))
	for b.Loop() {
		if _, err := r.Extract("Observation", n, testBase); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewRegistry(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewRegistry(); err != nil {
			b.Fatal(err)
		}
	}
}
