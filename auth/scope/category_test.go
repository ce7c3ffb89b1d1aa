package scope

import (
	"reflect"
	"testing"
)

func written(scopes []Scope) []string {
	var list []string
	for _, s := range scopes {
		list = append(list, s.Written())
	}
	return list
}

func TestNarrowed(t *testing.T) {
	vital, lab := observationCategory+"vital-signs", observationCategory+"laboratory"
	for _, c := range []struct {
		scope  string
		values []string
		want   []string
	}{
		{"patient/Observation.rs", []string{lab, vital}, []string{"patient/Observation.rs?category=" + vital, "patient/Observation.rs?category=" + lab}},
		{"user/Observation.read", []string{vital}, []string{"user/Observation.read?category=" + vital}},
		{"patient/Observation.rs", []string{"urn:x|mine", vital, vital}, []string{"patient/Observation.rs?category=" + vital}},
		{"patient/Observation.rs", []string{"urn:x|mine"}, nil},
		{"patient/Observation.rs", nil, nil},
		{"patient/Observation.rs?code=a", []string{vital}, []string{"patient/Observation.rs?code=a"}},
		{"patient/Goal.rs", []string{vital}, []string{"patient/Goal.rs"}},
		{"patient/*.rs", []string{vital}, []string{"patient/*.rs"}},
		{"openid", []string{vital}, []string{"openid"}},
	} {
		got := parsed(t, c.scope).Narrowed(c.values)
		if !reflect.DeepEqual(written(got), c.want) {
			t.Errorf("%s narrowed to %q: %q\nwant %q", c.scope, c.values, written(got), c.want)
		}
		for _, s := range got {
			if again := parsed(t, s.Written()); !reflect.DeepEqual(again, s) {
				t.Errorf("%s is parsed to %+v, not %+v", s.Written(), again, s)
			}
		}
	}
}

// Whatever a type may be narrowed to compiles, and grants no more than the type.
func TestEveryCategoryCompiles(t *testing.T) {
	for typ, list := range categories {
		for _, c := range list {
			for _, s := range parsed(t, "patient/"+typ+".rs").Narrowed([]string{c.Value}) {
				if _, refused := newWorld(t).compiler.Compile([]Scope{s}, Context{Patient: "1"}); len(refused) > 0 {
					t.Error(refused)
				}
				if text := s.Words().Text; text != "Read your "+c.Text {
					t.Errorf("%s: %s", s, text)
				}
			}
		}
	}
	if got := Categories("Goal"); len(got) != 0 {
		t.Errorf("Goal: %v", got)
	}
	Categories("Observation")[0].Text = "changed"
	if got := Categories("Observation")[0].Text; got != "vital signs" {
		t.Errorf("the table was changed: %s", got)
	}
}
