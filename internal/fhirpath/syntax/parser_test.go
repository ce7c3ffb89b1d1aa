package syntax

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	name := func(n string) Expr { return Name{n} }
	a, b, c := name("a"), name("b"), name("c")
	for source, want := range map[string]Expr{
		`a.b[1].c('x')`:                    Path{[]Expr{a, b, Index{1}, Call{"c", []Expr{Literal{"x", String}}}}},
		`a or b and c = 1.50`:              Or{a, And{b, Compare{c, Literal{"1.50", Number}, false}}},
		`a implies b xor c or a`:           Binary{"implies", a, Or{Binary{"xor", b, c}, a}},
		`a in b contains c ~ a`:            Binary{"contains", Binary{"in", a, b}, Binary{"~", c, a}},
		`a > b = c`:                        Compare{Binary{">", a, b}, c, false},
		`a + b * c - a`:                    Binary{"-", Binary{"+", a, Binary{"*", b, c}}, a},
		`a + 24`:                           Binary{"+", a, Literal{"24", Number}},
		`a | b + c as T`:                   Union{[]Expr{a, TypeTest{Binary{"+", b, c}, "as", "T"}}},
		`-a.b`:                             Negative{Path{[]Expr{a, b}}},
		`- -+a`:                            a,
		`$this != %resource`:               Compare{This{}, Resource{}, true},
		`(a | b) as T`:                     TypeTest{Union{[]Expr{a, b}}, "as", "T"},
		`a is System.String`:               TypeTest{a, "is", "System.String"},
		`a.as(b).contains(c)`:              Path{[]Expr{a, Call{"as", []Expr{b}}, Call{"contains", []Expr{c}}}},
		`a.b(1, {}, c())`:                  Path{[]Expr{a, Call{"b", []Expr{Literal{"1", Number}, Empty{}, Call{"c", nil}}}}},
		"a.`div`.`is`":                     Path{[]Expr{a, name("div"), name("is")}},
		`'\'\\\n\u00e9\/' = a`:             Compare{Literal{"'\\\né/", String}, a, false},
		`a[$index + 1]`:                    Path{[]Expr{a, At{Binary{"+", Iteration{"index"}, Literal{"1", Number}}}}},
		`a[1.5]`:                           Path{[]Expr{a, At{Literal{"1.5", Number}}}},
		"%context | %'vs-a' | %`b`":        Union{[]Expr{Variable{"context"}, Variable{"vs-a"}, Variable{"b"}}},
		`%"ext-a"`:                         Variable{"ext-a"},
		`true`:                             Literal{"true", Boolean},
		`@2020-01-01`:                      Literal{"2020-01-01", Date},
		`@2020T.a`:                         Path{[]Expr{Literal{"2020T", Date}, a}},
		`@2020-01-01T14:30:01.5-05:00 > a`: Binary{">", Literal{"2020-01-01T14:30:01.5-05:00", Date}, a},
		`@2020-01-01T14:30Z`:               Literal{"2020-01-01T14:30Z", Date},
		`@T14:30 - a`:                      Binary{"-", Literal{"14:30", Time}, a},
		`1 year = 4 'mg'`:                  Compare{Quantity{"1", "year", true}, Quantity{"4", "mg", false}, false},
		"a // more\n.b /* or */ = c":       Compare{Path{[]Expr{a, b}}, c, false},
		strings.Repeat("(", 49) + "a" + strings.Repeat(")", 49): a,
	} {
		if got, err := Parse(source); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v", source, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for source, want := range map[string]string{
		`'\u00g0'`:                       "the string at offset 0 has an escape that FHIRPath does not have",
		`'\`:                             "the string at offset 0 has an escape that FHIRPath does not have",
		`a.b(1 2)`:                       "\"2\" at offset 6 where `)` should stand",
		`a.b(1,)`:                        `")" at offset 6 where a name should stand`,
		`a[1`:                            "the expression ends where `]` should stand",
		`a b`:                            `"b" at offset 2 where an operator should stand`,
		`a or`:                           "the expression ends where a name should stand",
		`a = "b"`:                        `"b" at offset 4 where a name should stand`,
		`a # b`:                          `unexpected '#' at offset 2`,
		`@a`:                             "the @ at offset 0 begins no date",
		`$that`:                          "there is no variable $that at offset 1, only $this, $index and $total",
		`a /* b`:                         "the comment at offset 2 has no end",
		`a is 'b'`:                       `"b" at offset 5 where a type should stand`,
		strings.Repeat("a+", 5000) + "a": "the expression has more than 5000 words and signs",
	} {
		if _, err := Parse(source); err == nil || err.Error() != want {
			t.Errorf("%.50s: %v, want %s", source, err, want)
		}
	}
}
