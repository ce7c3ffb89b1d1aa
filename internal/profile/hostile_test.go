package profile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/testrun"
)

// members are Observations of which each refers to the next one so many times.
func members(count, times int) string {
	var contained []string
	for i := range count {
		references := strings.Repeat(fmt.Sprintf(`{"reference":"#%d"},`, i+1), times)
		contained = append(contained, fmt.Sprintf(`{"resourceType":"Observation","id":"%d","valueString":"x","hasMember":[%s]}`, i, strings.TrimSuffix(references, ",")))
	}
	contained = append(contained, fmt.Sprintf(`{"resourceType":"Observation","id":"%d"}`, count))
	return `{"resourceType":"Observation","valueString":"x","contained":[` + strings.Join(contained, ",") + `],"hasMember":[{"reference":"#0"}]}`
}

// observations are a profile as us-core-observation-screening-assessment is: members
// conform to it too.
func observations(t testing.TB) *Set {
	return setOf(t, definition(t, "p", "Observation",
		`{"id":"Observation.hasMember","type":[{"code":"Reference","targetProfile":["http://example.org/p"]}]}`,
		`{"id":"Observation.value[x]","min":1,"max":"1"}`))
}

// TestContainedChain: contained resources can refer to each other in more ways than
// anyone can go, and in a chain that is longer than the stack.
func TestContainedChain(t *testing.T) {
	s := observations(t)
	got := issuesOf(t, s, "p", members(40, 30))
	const begin = `error value Observation.hasMember[0]: refers to the contained resource "0", which does not conform to p|1: Observation.contained[0].hasMember[0]: refers to the contained resource "1", `
	if len(got) != 1 || !strings.HasPrefix(got[0], begin) || len(got[0]) > maxWhy+200 {
		t.Errorf("%s", got)
	}
	if got := issuesOf(t, s, "p", members(2, 1)); len(got) != 1 || !strings.HasSuffix(got[0], `: Observation.contained[2].value: is required (p|1) (p|1) (p|1) (p|1)`) {
		t.Errorf("%s", got)
	}
	for length, want := range map[int]int{maxRuns - 1: 0, maxRuns: 1, 1000: 1} {
		chain := strings.Replace(members(length, 1), `"}],"hasMember"`, `","valueString":"x"}],"hasMember"`, 1)
		if got := issuesOf(t, s, "p", chain); len(got) != want {
			t.Errorf("%d in a chain: %s", length, got)
		}
	}
}

// TestManyReferences: many references to many contained resources take no more than the
// sum of both. Looked for one after the other they took a minute.
func TestManyReferences(t *testing.T) {
	const many = 60_000
	var contained, references strings.Builder
	for i := range many {
		fmt.Fprintf(&contained, `{"resourceType":"Observation","id":"%d","valueString":"x"},`, i)
		fmt.Fprintf(&references, `{"reference":"#%d"},`, many-1)
	}
	began := testrun.CPUTime()
	got := issuesOf(t, observations(t), "p", `{"resourceType":"Observation","valueString":"x","contained":[`+
		strings.TrimSuffix(contained.String(), ",")+`],"hasMember":[`+strings.TrimSuffix(references.String(), ",")+`]}`)
	if took := testrun.CPUTime() - began; len(got) != 0 || took > 15*time.Second {
		t.Errorf("%s in %v", got, took)
	}
}

// nested is an Extension with others in it, so many times.
func nested(depth int) string {
	return `{"resourceType":"Patient","extension":[` + strings.Repeat(`{"url":"http://example.org/e","extension":[`, depth) +
		`{"url":"http://example.org/e","valueString":"x"}` + strings.Repeat(`]}`, depth) + `]}`
}

// TestProfileInItself: a value is checked against a profile once, in however many ways
// the profile leads to itself.
func TestProfileInItself(t *testing.T) {
	itself := `"type":[{"code":"Extension","profile":["http://example.org/e"]}]`
	s := setOf(t,
		definition(t, "e", "Extension", `{"id":"Extension.extension",`+itself+`,"slicing":{"rules":"open","discriminator":[{"type":"value","path":"url"}]}}`,
			`{"id":"Extension.extension:a",`+itself+`}`, `{"id":"Extension.url","min":1,"max":"1","fixedUri":"http://example.org/e"}`,
			`{"id":"Extension.value[x]","max":"0"}`),
		definition(t, "p", "Patient", `{"id":"Patient.extension",`+itself+`}`))
	checkAll(t, s, "p", check{nested(60), `error structure Patient` + strings.Repeat(".extension[0]", 61) + `.value: must not be there (e|1)`})
}

// TestRootOfItsOwnType: what a definition says of the type of its root means nothing,
// and leads nowhere.
func TestRootOfItsOwnType(t *testing.T) {
	root := func(name, other, typ string) ig.Resource {
		r := resource(t, strings.Replace(string(definition(t, name, typ, fmt.Sprintf(`{"id":%q,"min":1,"max":"1"}`, typ+".id")).Node.Raw()),
			fmt.Sprintf(`{"path":%q,`, typ), fmt.Sprintf(`{"type":[{"code":%q,"profile":["http://example.org/%s"]}],"path":%q,`, typ, other, typ), 1))
		if !strings.Contains(string(r.Node.Raw()), `"profile":["http://example.org/`+other) {
			t.Fatalf("%s", r.Node.Raw())
		}
		return r
	}
	s := setOf(t, root("a", "b", "Extension"), root("b", "a", "Extension"), root("c", "c", "Patient"),
		definition(t, "p", "Patient", `{"id":"Patient.extension","slicing":{"rules":"open","discriminator":[{"type":"value","path":"extension.url"}]}}`,
			`{"id":"Patient.extension:x","type":[{"code":"Extension","profile":["http://example.org/a"]}]}`))
	checkAll(t, s, "c", check{`{"resourceType":"Patient"}`, `error required Patient.id: is required (c|1)`})
	checkAll(t, s, "p", check{`{"resourceType":"Patient","extension":[{"url":"u","extension":[{"url":"v"}]}]}`,
		`information informational Patient.extension[0]: the slice x is not checked: how it differs from others is not understood (p|1)`})
}

// TestValueSetsOfValueSets: value sets that all take in the next one twice are worked out
// once each, and also where the last one takes in the first.
func TestValueSetsOfValueSets(t *testing.T) {
	const count = 60
	for last, open := range map[string]bool{`{"system":"s","concept":[{"code":"a"}]}`: false, `{"system":"s","concept":[{"code":"a"}]},{"valueSet":["0"]}`: true} {
		p := &ig.Package{Name: "n", Version: "1"}
		for i := range count {
			p.Resources = append(p.Resources, resource(t, fmt.Sprintf(`{"resourceType":"ValueSet","url":"%d","compose":{"include":[{"valueSet":["%[2]d"]},{"valueSet":["%[2]d"]}]}}`, i, i+1)))
		}
		p.Resources = append(p.Resources, resource(t, fmt.Sprintf(`{"resourceType":"ValueSet","url":"%d","compose":{"include":[%s]}}`, count, last)))
		got := newTerminology(p, nil, new(Set)).expand("0")
		if want := (&ValueSet{URL: "0", Systems: map[string]*Codes{"s": {Listed: []string{"a"}}}, Open: open}); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
	}
}

// TestPathThroughItself: a discriminator can lead through a profile that leads to itself
// by each of its slices.
func TestPathThroughItself(t *testing.T) {
	itself := `"type":[{"code":"Extension","profile":["http://example.org/e"]}]`
	elements := []string{`{"id":"Extension.extension",` + itself + `}`}
	for i := range 20 {
		elements = append(elements, fmt.Sprintf(`{"id":"Extension.extension:%d",%s}`, i, itself))
	}
	elements = append(elements, `{"id":"Extension.url","min":1,"max":"1","fixedUri":"http://example.org/e"}`)
	for _, steps := range []int{20, 200_000} {
		path := strings.Repeat("extension.", steps) + "url"
		s := setOf(t, definition(t, "e", "Extension", elements...), definition(t, "p", "Patient",
			`{"id":"Patient.extension","slicing":{"rules":"closed","discriminator":[{"type":"value","path":"`+path+`"}]}}`,
			`{"id":"Patient.extension:x",`+itself+`}`))
		want := `error structure Patient.extension[0]: is in none of the slices, and no others are allowed: x with ` + path + ` "http://example.org/e" (p|1)`
		if steps > maxPath {
			want = `information informational Patient.extension[0]: the slice x is not checked: how it differs from others is not understood (p|1)`
		}
		checkAll(t, s, "p", check{`{"resourceType":"Patient","extension":[{"url":"http://example.org/e"}]}`, want})
	}
}

// verbose does not understand "unknown", and can tell nothing of others, and quotes much.
type verbose struct{}

func (verbose) Compile(expression, _ string) (Invariant, error) {
	if expression == "unknown" {
		return nil, errors.New(strings.Repeat("a", 1<<20))
	}
	return verbose{}, nil
}

func (verbose) Holds(Focus) (bool, error) { return false, errors.New(strings.Repeat("b", 1<<20)) }

// TestLongReasons: why an invariant is not checked can quote the whole expression, or a
// value of the resource.
func TestLongReasons(t *testing.T) {
	s := setOf(t, definition(t, "p", "Patient",
		`{"id":"Patient.name","constraint":[{"key":"x","severity":"error","human":"x","expression":"unknown"},{"key":"y","severity":"error","human":"y","expression":"known"}]}`))
	checkAll(t, s.WithInvariants(verbose{}), "p", check{`{"resourceType":"Patient","name":[{"text":"x"}]}`, `
		information informational Patient.name[0]: the invariant x is not checked: ` + strings.Repeat("a", maxWhy) + `… (p|1)
		information informational Patient.name[0]: the invariant y could not be checked: ` + strings.Repeat("b", maxWhy) + `… (p|1)`})
}
