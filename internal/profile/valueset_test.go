package profile

import (
	"reflect"
	"testing"

	"github.com/granary-fhir/granary/internal/ig"
)

// resource makes a resource of a package.
func resource(t testing.TB, text string) ig.Resource {
	t.Helper()
	n := parse(t, text)
	return ig.Resource{Type: n.Get("resourceType").Text(), URL: n.Get("url").Text(), Version: n.Get("version").Text(), Node: n}
}

const (
	colours = `{"resourceType":"CodeSystem","url":"colours","content":"complete","concept":[
		{"code":"warm","concept":[{"code":"red","concept":[{"code":"crimson"}]},{"code":"orange"}]},
		{"code":"cold","concept":[{"code":"blue"}]},
		{"code":"pink","property":[{"code":"subsumedBy","valueCode":"red"}]}]}`
	fragment = `{"resourceType":"CodeSystem","url":"fragment","content":"fragment","concept":[{"code":"x"}]}`
	primary  = `{"resourceType":"ValueSet","url":"primary","compose":{"include":[{"system":"colours","concept":[{"code":"red"},{"code":"blue"}]}]}}`
	circular = `{"resourceType":"ValueSet","url":"circular","compose":{"include":[{"valueSet":["circular"]}]}}`
)

func TestExpand(t *testing.T) {
	tests := map[string]struct {
		valueSet string
		systems  map[string]*Codes
		open     bool
	}{
		"listed":           {`"compose":{"include":[{"system":"s","concept":[{"code":"b"},{"code":"a"},{"code":"b"}]}]}`, map[string]*Codes{"s": {Listed: []string{"a", "b"}}}, false},
		"a known system":   {`"compose":{"include":[{"system":"colours|2"}]}`, map[string]*Codes{"colours": {Listed: []string{"blue", "cold", "crimson", "orange", "pink", "red", "warm"}}}, false},
		"an unknown one":   {`"compose":{"include":[{"system":"s"}]}`, map[string]*Codes{"s": {Extent: Whole}}, false},
		"a fragment":       {`"compose":{"include":[{"system":"fragment"}]}`, map[string]*Codes{"fragment": {Extent: Whole}}, false},
		"is-a":             {`"compose":{"include":[{"system":"colours","filter":[{"property":"concept","op":"is-a","value":"red"}]}]}`, map[string]*Codes{"colours": {Listed: []string{"crimson", "pink", "red"}}}, false},
		"descendent-of":    {`"compose":{"include":[{"system":"colours","filter":[{"property":"concept","op":"descendent-of","value":"red"}]}]}`, map[string]*Codes{"colours": {Listed: []string{"crimson", "pink"}}}, false},
		"another filter":   {`"compose":{"include":[{"system":"colours","filter":[{"property":"code","op":"regex","value":"r.*"}]}]}`, map[string]*Codes{"colours": {Extent: Part}}, false},
		"filter of others": {`"compose":{"include":[{"system":"s","filter":[{"property":"concept","op":"is-a","value":"x"}]}]}`, map[string]*Codes{"s": {Extent: Part}}, false},
		"another set":      {`"compose":{"include":[{"valueSet":["primary|1"]},{"system":"s","concept":[{"code":"a"}]}]}`, map[string]*Codes{"colours": {Listed: []string{"blue", "red"}}, "s": {Listed: []string{"a"}}}, false},
		"an unknown set":   {`"compose":{"include":[{"valueSet":["none"]},{"system":"s","concept":[{"code":"a"}]}]}`, map[string]*Codes{"s": {Listed: []string{"a"}}}, true},
		"itself":           {`"compose":{"include":[{"valueSet":["circular"]}]}`, map[string]*Codes{}, true},
		"in both":          {`"compose":{"include":[{"system":"colours","valueSet":["primary"],"filter":[{"property":"concept","op":"is-a","value":"warm"}]}]}`, map[string]*Codes{"colours": {Listed: []string{"red"}}}, false},
		"in an unknown":    {`"compose":{"include":[{"system":"s","concept":[{"code":"a"}],"valueSet":["none"]}]}`, map[string]*Codes{"s": {Extent: Part}}, false},
		"without": {`"compose":{"include":[{"system":"colours"},{"system":"s"}],"exclude":[{"valueSet":["primary"]},{"system":"s","concept":[{"code":"a"}]}]}`,
			map[string]*Codes{"colours": {Listed: []string{"cold", "crimson", "orange", "pink", "warm"}}, "s": {Extent: Whole, Excluded: []string{"a"}}}, false},
		"without a system":   {`"compose":{"include":[{"system":"s"},{"system":"r"}],"exclude":[{"system":"s"}]}`, map[string]*Codes{"r": {Extent: Whole}}, false},
		"without an unknown": {`"compose":{"include":[{"system":"s","concept":[{"code":"a"}]}],"exclude":[{"valueSet":["none"]}]}`, map[string]*Codes{}, true},
		"nothing":            {`"status":"active"`, map[string]*Codes{}, true},
		"an expansion":       {`"expansion":{"total":2,"contains":[{"system":"s","code":"b","contains":[{"system":"s","code":"a"}]}]}`, map[string]*Codes{"s": {Listed: []string{"a", "b"}}}, false},
		"half an expansion":  {`"expansion":{"total":3,"contains":[{"system":"s","code":"b"}]}`, map[string]*Codes{}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &ig.Package{Name: "n", Version: "1", Resources: []ig.Resource{
				resource(t, colours), resource(t, fragment), resource(t, primary), resource(t, circular),
				resource(t, `{"resourceType":"ValueSet","url":"v",`+test.valueSet+`}`),
			}}
			got := newTerminology(p, nil, new(Set)).expand("v")
			want := &ValueSet{URL: "v", Systems: test.systems, Open: test.open}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("open %v %+v", got.Open, got.Systems)
				for system, codes := range got.Systems {
					t.Errorf("%s: %+v", system, *codes)
				}
			}
		})
	}
}

func TestContains(t *testing.T) {
	set := &ValueSet{Systems: map[string]*Codes{
		"listed": {Listed: []string{"a", "b"}}, "whole": {Extent: Whole, Excluded: []string{"z"}}, "part": {Extent: Part, Listed: []string{"p"}},
	}}
	open := &ValueSet{Open: true}
	tests := []struct {
		set          *ValueSet
		system, code string
		want         Membership
	}{
		{set, "listed", "a", In},
		{set, "listed", "c", Out},
		{set, "whole", "c", In},
		{set, "whole", "z", Out},
		{set, "part", "p", In},
		{set, "part", "c", Unknown},
		{set, "other", "a", Out},
		{set, "", "a", Out},
		{open, "other", "a", Unknown},
	}
	for _, test := range tests {
		if got := test.set.Contains(test.system, test.code); got != test.want {
			t.Errorf("%s|%s: %v, want %v", test.system, test.code, got, test.want)
		}
	}
	listed := &ValueSet{Systems: map[string]*Codes{"s": {Listed: []string{"a"}}, "r": {Listed: []string{"b"}}}}
	for _, test := range []struct {
		set  *ValueSet
		code string
		want Membership
	}{
		{listed, "a", In}, {listed, "b", In}, {listed, "c", Out}, {set, "a", In}, {set, "p", In}, {set, "c", Unknown}, {open, "a", Unknown},
	} {
		if got := test.set.ContainsCode(test.code); got != test.want {
			t.Errorf("%s: %v, want %v", test.code, got, test.want)
		}
	}
}

// TestValueSetsOfVersions: each version has its own codes.
func TestValueSetsOfVersions(t *testing.T) {
	category := "http://hl7.org/fhir/us/core/ValueSet/us-core-screening-assessment-condition-category"
	for version, want := range map[string]Membership{"6.1.0": Out, "7.0.0": In} {
		p, _ := USCore().Find(coreURL + "us-core-patient|" + version)
		set, ok := USCore().ValueSet(category, p)
		if !ok || set.Contains("http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "care-experience-preference") != want {
			t.Errorf("%s: %+v", version, set)
		}
	}
}
