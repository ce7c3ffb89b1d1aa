package profile

import (
	"strings"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/validation"
)

// FuzzValidate: no JSON, valid R4 or not, makes the check panic, or its answer
// long or different the second time.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		`{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"text","valueString":"x"}]}],"name":[{"family":"x"}],"_birthDate":{"extension":[{}]}}`,
		`{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":1}}]}`,
		`{"resourceType":"CareTeam","contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"},"participant":[{"member":{"reference":"#p"},"role":[null,1,"x",[[]]]}]}`,
		`{"resourceType":"QuestionnaireResponse","item":{"item":[{"item":{"answer":[{"item":[]}]}}]},"_questionnaire":[{"extension":{"url":7}}]}`,
		`{"resourceType":"Provenance","target":[],"agent":[{"type":{"coding":{"code":null}}}],"contained":"x"}`,
		`{"resourceType":"DocumentReference","content":[null],"category":5,"type":{"coding":[null]}}`,
		`[]`, `{"resourceType":["Patient"]}`,
	} {
		f.Add([]byte(seed))
	}
	profiles := make(map[string][]*Profile)
	for _, p := range USCore().Profiles() {
		profiles[p.Type] = append(profiles[p.Type], p)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := fhirjson.Parse(text)
		if err != nil {
			return
		}
		for _, p := range profiles[n.Get("resourceType").Text()] {
			issues := USCore().Validate(n, p)
			if len(issues) > 2*(validation.MaxIssues+1) {
				t.Errorf("%d issues", len(issues))
			}
			for i, again := range USCore().Validate(n, p) {
				if again != issues[i] {
					t.Errorf("%v, and then %v", issues[i], again)
				}
			}
		}
	})
}

// FuzzDefinition: no StructureDefinition makes the reader or the check panic.
func FuzzDefinition(f *testing.F) {
	for _, seed := range []string{
		`{"resourceType":"StructureDefinition","url":"http://x","derivation":"constraint","type":"Patient","snapshot":{"element":[{"id":"Patient","path":"Patient","min":0,"max":"*"},
			{"id":"Patient.name","path":"Patient.name","min":1,"max":"*","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"use"}]}},
			{"id":"Patient.name:a/b","path":"Patient.name","min":1,"max":"1"},{"id":"Patient.name:a/b.use","path":"Patient.name.use","min":1,"max":"1","fixedCode":"x"},
			{"id":"Patient.deceased[x]","path":"Patient.deceased[x]","min":0,"max":"1"},{"id":"Patient.deceased[x]:deceasedBoolean","path":"Patient.deceased[x]","min":0,"max":"1","type":[{"code":"boolean"}]},
			{"id":"Patient.link.other","path":"Patient.link.other","min":0,"max":"1","type":[{"code":"Reference","targetProfile":["http://x"]}]}]}}`,
		`{"resourceType":"StructureDefinition","url":"http://x","derivation":"constraint","type":"Extension","snapshot":{"element":[{"id":"Extension","path":"Extension","min":0,"max":"*"},
			{"id":"Extension.extension","path":"Extension.extension","min":0,"max":"*","type":[{"code":"Extension","profile":["http://x"]}]}]}}`,
	} {
		f.Add([]byte(seed))
	}
	sample, _ := fhirjson.Parse([]byte(`{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"a"}],"name":[{"use":"x","text":"y"}],"deceasedBoolean":true,
		"link":[{"other":{"reference":"#a"}}],"extension":[{"url":"http://x","extension":[{"url":"http://x","valueCode":"x"}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := fhirjson.Parse(text)
		if err != nil {
			return
		}
		s, err := New(&ig.Package{Resources: []ig.Resource{{Type: "StructureDefinition", URL: n.Get("url").Text(), Node: n}}})
		if err != nil {
			return
		}
		for _, p := range s.Profiles() {
			r := &run{set: s, root: sample, resource: sample, tried: make(map[trial]string), answers: make(answers)}
			r.conform(&value{node: sample, typ: "Patient", name: "Patient", index: noIndex}, p)
		}
	})
}

// TestConcurrent: plans are made once, whoever asks first.
func TestConcurrent(t *testing.T) {
	s := USCore().Merge(new(Set))
	n := parse(t, `{"resourceType":"Observation","status":"final"}`)
	var want []string
	p, _ := s.Find(coreURL + "us-core-blood-pressure")
	for _, issue := range USCore().Validate(n, p) {
		want = append(want, issue.Error())
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var got []string
			for _, issue := range s.Validate(n, p) {
				got = append(got, issue.Error())
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	all.Wait()
}
