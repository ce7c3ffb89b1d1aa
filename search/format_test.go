package search

import (
	"testing"

	"pgregory.net/rapid"
)

// TestFormat writes what searches become.
func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []parsed{
		{"Patient", "", "true"},
		{"Patient", "_id=a,b&_id=c", "false"},
		{"Patient", "_id=a", "_id = a"},
		{"Patient", "_id=a,b", "_id in (a, b)"},
		{"Patient", "_id:not=a,b", "NOT _id in (a, b)"},
		{"Patient", "gender:not=male", "NOT gender = male"},
		{"Observation", "category=http://x|vital-signs", "category = http://x|vital-signs"},
		{"Observation", "category=http://x|a,http://x|,|b,c", "category in (http://x|a, http://x|, |b, c)"},
		{"Observation", "category=a,b&code=c", "category in (a, b) AND code = c"},
		{"Observation", `category=a\,b,a\|b,a b`, `category in ("a,b", "a|b", "a b")`},
		{"Observation", `category=a"b,é`, `category in ("a\"b", é)`},
		{"Patient", "identifier:of-type=http://x|MR|12", `identifier:of-type = http://x|"MR|12"`},
		{"Patient", "name=Éva", `name starts with "eva"`},
		{"Patient", "name:contains=Éva", `name contains "eva"`},
		{"Patient", "name:exact=Éva,Eva", `name is exactly "Éva" OR name is exactly "Eva"`},
		{"Patient", `_filter=name eq "eva" or name ew "eva"`, `name is "eva" OR name ends with "eva"`},
		{"Patient", "birthdate=lt1960", "birthdate lt 1960"},
		{"Patient", "birthdate=1960-02", "birthdate eq 1960-02"},
		{"Patient", "birthdate=1960-02-03", "birthdate eq 1960-02-03"},
		{"Patient", "death-date=gt1960-02-03T04:05", "death-date gt 1960-02-03T04:05Z"},
		{"Patient", "death-date=gt1960-02-03T04:05:06Z", "death-date gt 1960-02-03T04:05:06Z"},
		{"Patient", "death-date=1960-02-03T04:05:06.007Z", "death-date eq 1960-02-03T04:05:06.007Z"},
		{"Patient", "birthdate=ap2023-12-22", "birthdate ap [2023-12-21T02:24:00Z, 2023-12-23T21:36:00Z)"},
		{"Observation", "value-quantity=gt5.40", "value-quantity gt 5.4"},
		{"Observation", "value-quantity=5.4|http://x|mg", "value-quantity eq [5.35, 5.45) http://x|mg"},
		{"Observation", "value-quantity=5.4||mg", "value-quantity eq [5.35, 5.45) mg"},
		{"Observation", "value-quantity=gt1|http://unitsofmeasure.org|mg", "value-quantity gt 1 http://unitsofmeasure.org|mg OR value-quantity:canonical gt 0.001 urn:granary:ucum-canonical|g"},
		{"Observation", "category:missing=true", "category is missing AND category:text is missing"},
		{"Observation", "category:missing=false", "NOT (category is missing AND category:text is missing)"},
		{"Observation", "subject=Patient/1", "subject = Patient/1"},
		{"Observation", "subject=http://other/Patient/1", "subject = http://other/Patient/1"},
		{"Observation", "subject:identifier=http://x|1", "subject:identifier = http://x|1"},
		{"ValueSet", "url=http://x", "url = http://x"},
		{"ValueSet", "url=http://x|1", `url in ("http://x|1", http://x|1)`},
		{"ValueSet", "url:below=http://x", `url in (http://x, http://x/*)`},
		{"Observation", "_text=chest pain", "_text = chest AND _text = pain"},
		{"Observation", "code:in=http://vs|2", `code:in = "http://vs|2"`},
		{"Observation", "code:below=http://x|1,http://x|2", "code:below = http://x|1 OR code:below = http://x|2"},
		{"Observation", "code:above=http://x|1", "code:above = http://x|1"},
		{"Observation", "code-value-concept=http://x|a$b", "code-value-concept(code-value-concept$0 = http://x|a, code-value-concept$1 = b)"},
		{"Observation", "subject:Patient.name=eva", `subject:Patient(name starts with "eva")`},
		{"Observation", "subject:Patient.name=eva,bo&status=final", `status = final AND subject:Patient(name starts with "eva" OR name starts with "bo")`},
		{"Patient", "_has:Observation:patient:code=1", "_has:Observation:patient(code = 1)"},
		{"Location", "near=52.5|-4.25|3|km", "near within 3 km of 52.5|-4.25"},
	} {
		e, err := where(t, c.typ, c.query)
		if err != nil {
			t.Errorf("%s?%s: %v", c.typ, c.query, err)
			continue
		}
		if got := Format(e); got != c.want {
			t.Errorf("%s?%s\n got %s\nwant %s", c.typ, c.query, got, c.want)
		}
	}
}

// TestFormatOfPolicies writes what no search has: what levels of scopes become.
func TestFormatOfPolicies(t *testing.T) {
	t.Parallel()
	a, b := leaf("a"), leaf("b")
	for _, c := range []struct {
		of   Expr
		want string
	}{
		{nil, "false"},
		{And{}, "true"},
		{Or{}, "false"},
		{ID{}, "false"},
		{Or{And{a, b}, b}, "(p = a AND p = b) OR p = b"},
		{And{Or{a, b}, Not{Or{a, b}}}, "p in (a, b) AND NOT p in (a, b)"},
		{And{a, Chart{"1"}}, "p = a AND chart(Patient/1)"},
		{Panel{Party: "Practitioner/1"}, "panel(Practitioner/1)"},
		{Panel{"Practitioner/1", true}, "panel(Practitioner/1 and organizations)"},
		{Related{"Practitioner/1", "2", true}, "related(Practitioner/1 and organizations, Patient/2)"},
		{And{Related{Party: "RelatedPerson/2", Patient: "1"}, Chart{"1"}}, "related(RelatedPerson/2, Patient/1) AND chart(Patient/1)"},
		{All{chainParam, map[string]Expr{"V": Or{a, b}, "U": True}}, "all r(U(true), V(p in (a, b)))"},
		{Date{simpleParam, Eq, TimeBegin, 1}, "p eq [, 1970-01-01T00:00:00.000001Z)"},
	} {
		if got := Format(c.of); got != c.want {
			t.Errorf("%#v\n got %s\nwant %s", c.of, got, c.want)
		}
	}
}

// What is written alike is alike.
func TestFormatIsUnambiguous(t *testing.T) {
	t.Parallel()
	hostile := rapid.Custom(func(t *rapid.T) Match {
		text := rapid.StringOfN(rapid.SampledFrom([]rune(`aA:|*,() "\é`)), 0, 3, -1).Draw(t, "text")
		return rapid.SampledFrom([]Match{{}, Is(text), HasPrefix(text)}).Draw(t, "match")
	})
	term := rapid.Custom(func(t *rapid.T) Expr {
		param := rapid.SampledFrom([]*Param{formatToken, formatReference, formatURI}).Draw(t, "param")
		return Term{Param: param, System: hostile.Draw(t, "system"), Code: hostile.Draw(t, "code")}
	})
	seen := map[string]Expr{}
	check := func(t *rapid.T, e Expr) {
		text := Format(e)
		if other, ok := seen[text]; ok && !Equal(other, e) {
			t.Fatalf("%s\nis written for %#v\nand for %#v", text, other, e)
		}
		seen[text] = e
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, Simplify(exprs(2).Draw(t, "e")))
		check(t, Simplify(Or(rapid.SliceOfN(term, 1, 2).Draw(t, "terms"))))
	})
	// The draws are few under -short and where RAPID_CHECKS says so.
	if len(seen) < 2 {
		t.Errorf("only %d texts", len(seen))
	}
}

var (
	formatToken     = &Param{Type: "T", Code: "token", Kind: KindToken}
	formatReference = &Param{Type: "T", Code: "reference", Kind: KindReference}
	formatURI       = &Param{Type: "T", Code: "uri", Kind: KindURI}
)
