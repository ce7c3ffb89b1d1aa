package syntax

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	name := func(n string) Expr { return Name{n} }
	for source, want := range map[string]Expr{
		`a.b[1].c('x')`:        Path{[]Expr{name("a"), name("b"), Index{1}, Call{"c", []Expr{Literal{"x", String}}}}},
		`a or b and c = 1.50`:  Or{name("a"), And{name("b"), Compare{name("c"), Literal{"1.50", Number}, false}}},
		`$this != %resource`:   Compare{This{}, Resource{}, true},
		`(a | b) as T`:         TypeTest{Union{[]Expr{name("a"), name("b")}}, "as", "T"},
		`'\'\\\n\u00e9\/' = x`: Compare{Literal{"'\\\né/", String}, name("x"), false},
		`true`:                 Literal{"true", Boolean},
		strings.Repeat("(", 49) + "a" + strings.Repeat(")", 49): name("a"),
	} {
		if got, err := Parse(source); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v", source, got, err)
		}
	}
	for source, want := range map[string]string{
		`'\u00g0'`:    "the string at offset 0 has an escape that FHIRPath does not have",
		`'\`:          "the string at offset 0 has an escape that FHIRPath does not have",
		`a.b(1, 2)`:   `unexpected ',' at offset 5`,
		`a.b(1 2)`:    "b() with more than one argument is not supported",
		`a[1.5]`:      `"1.5" at offset 2 where a number should stand`,
		`a b`:         `"b" at offset 2 where an operator should stand`,
		`a or`:        "the expression ends where a name should stand",
		`@2020-01-01`: `unexpected '@' at offset 0`,
	} {
		if _, err := Parse(source); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
}
