package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// now is the clock of the tests.
var now = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

const base = "http://example.org/fhir"

var sharedRegistry = sync.OnceValues(NewRegistry)

func testRegistry(t testing.TB) *Registry {
	t.Helper()
	r, err := sharedRegistry()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pairs reads "a=b&c=d" without decoding.
func pairsOf(query string) []Pair {
	if query == "" {
		return nil
	}
	var pairs []Pair
	for _, part := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, Pair{name, value})
	}
	return pairs
}

func where(t testing.TB, typ, query string) (Expr, error) {
	t.Helper()
	return testRegistry(t).ParseWhere(typ, pairsOf(query), Options{Base: base, Now: now})
}

func query(t testing.TB, types []string, query string, opts Options) (*Query, error) {
	t.Helper()
	opts.Base, opts.Now = base, now
	return testRegistry(t).ParseSearch(types, pairsOf(query), opts)
}

// parsed is one filter and what it must become, as show writes it.
type parsed struct{ typ, query, want string }

func checkParsed(t *testing.T, cases []parsed) {
	t.Helper()
	for _, c := range cases {
		e, err := where(t, c.typ, c.query)
		if err != nil {
			t.Errorf("%s?%s: %v", c.typ, c.query, err)
			continue
		}
		if got := show(e); got != c.want {
			t.Errorf("%s?%s\n got %s\nwant %s", c.typ, c.query, got, c.want)
		}
	}
}

// rejected is a filter that must be refused, and what the message must say.
type rejected struct{ typ, query, says string }

func checkRejected(t *testing.T, cases []rejected) {
	t.Helper()
	for _, c := range cases {
		e, err := where(t, c.typ, c.query)
		if err == nil {
			t.Errorf("%s?%s: accepted as %s", c.typ, c.query, show(e))
			continue
		}
		checkSays(t, c.typ+"?"+c.query, err, c.says)
	}
}

func checkSays(t *testing.T, what string, err error, says string) {
	t.Helper()
	var e *ParamError
	if !errors.As(err, &e) {
		t.Errorf("%s: %T is no *ParamError: %v", what, err, err)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%s\nsays %s\nnot  %s", what, err, says)
	}
}

// show writes an Expr in short: `subject=|Patient/1` for a Term, where a
// missing bar means any system and `^` a prefix.
func show(e Expr) string {
	switch e := e.(type) {
	case And:
		return "(" + showAll(e, " & ") + ")"
	case Or:
		return "(" + showAll(e, " | ") + ")"
	case Not:
		return "!" + show(e.Of)
	case ID:
		return "id:" + strings.Join(e, ",")
	case Term:
		return e.Param.Code + "=" + showTerm(e.System, e.Code)
	case String:
		return fmt.Sprintf("%s%s%q", e.Param.Code, []string{"^", "~", "==", "=", "$"}[e.Op], e.Value)
	case Date:
		return fmt.Sprintf("%s %s [%s %s)", e.Param.Code, e.Op, showTime(e.Low), showTime(e.High))
	case Quantity:
		s := fmt.Sprintf("%s %s [%v %v)", e.Param.Code, e.Op, e.Low, e.High)
		if !e.System.Any() || !e.Code.Any() {
			s += " " + showTerm(e.System, e.Code)
		}
		return s
	case Missing:
		return "no " + e.Param.Code
	case Composite:
		return e.Param.Code + "<" + showAll(e.Parts, " $ ") + ">"
	case Chain:
		return e.Param.Code + ":" + e.Type + "." + show(e.Where)
	case Has:
		return "has " + e.Param.Name() + "{" + show(e.Where) + "}"
	case InValueSet:
		return e.Param.Code + " in " + e.ValueSet
	case Subsumed:
		return fmt.Sprintf("%s %s %s|%s", e.Param.Code, map[bool]string{false: "below", true: "above"}[e.Above], e.System, e.Code)
	case Near:
		return fmt.Sprintf("near %v %v within %.6g km", e.Latitude, e.Longitude, e.Distance)
	}
	return fmt.Sprintf("%v", e)
}

func showAll(parts []Expr, between string) string {
	shown := make([]string, len(parts))
	for i, part := range parts {
		shown[i] = show(part)
	}
	return strings.Join(shown, between)
}

func showTerm(system, code Match) string {
	if system.Any() {
		return showMatch(code)
	}
	return showMatch(system) + "|" + showMatch(code)
}

func showMatch(m Match) string {
	if prefix, ok := m.Prefix(); ok {
		return "^" + prefix
	}
	text, _ := m.Exact()
	return text
}

func showTime(micros int64) string {
	return strings.TrimSuffix(time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.999999"), "T00:00:00")
}

func TestAndOr(t *testing.T) {
	// search.html#combining: FR or NL, and EN.
	checkParsed(t, []parsed{
		{"Patient", "", "true"},
		{"Patient", "language=FR,NL", "(language=FR | language=NL)"},
		{"Patient", "language=FR,NL&language=EN", "(language=EN & (language=FR | language=NL))"},
		{"Patient", "language=FR&language=FR", "language=FR"},
		{"Patient", `language=a\,b`, "language=a,b"},
		{"Patient", `language=a\\,b`, `(language=a\ | language=b)`},
	})
	checkRejected(t, []rejected{
		{"Patient", "language=", "has no value"},
		{"Patient", "language=a,,b", "empty value"},
		{"Patient", "language=a,", "empty value"},
		{"Patient", `language=xx\xx`, "backslash"},
		{"Patient", `language=xx\`, "backslash"},
	})
}

func TestUnknownParameter(t *testing.T) {
	checkRejected(t, []rejected{
		{"Patient", "nam=x", "did you mean name?"},
		{"Patient", "birthDate=2000", "did you mean birthdate"},
		{"Patient", "zzzzzz=1", "search parameter zzzzzz is not known for Patient"},
		{"Patient", "=x", `search parameter "" is not known for Patient`},
		{"Patient", "code=1", "search parameter code is not known for Patient"},
		{"Patient", "code:exact=1", "search parameter code:exact is not known for Patient"},
		{"Patient", "_has:Observation:subject:zzzzzz=1", `search parameter _has:Observation:subject:zzzzzz asks for "zzzzzz", which is no search parameter of Observation`},
		{"Patient", "_query=current", "not supported"},
		{"Patient", "gender:=male", "colon"},
		{"Nonsense", "a=b", "no resource type"},
	})
}

func TestAllErrorsAreReported(t *testing.T) {
	_, err := query(t, []string{"Patient"}, "nam=x&birthdate=soon&gender:exact=male&_count=many&name=ok", Options{})
	for _, says := range []string{"nam is not known", "birthdate=soon", "gender:exact", "_count=many"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not in: %v", says, err)
		}
	}
}

func TestLenientLeavesOutUnknownParametersOnly(t *testing.T) {
	q, err := query(t, []string{"Patient"}, "nam=x&gender=male&_contained=true&_score=1&general-practitioner.nam=y", Options{Lenient: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(q.Selects[0].Where); got != "gender=male" {
		t.Error(got)
	}
	var ignored []string
	for _, i := range q.Ignored {
		ignored = append(ignored, i.Name)
	}
	if want := []string{"_contained", "_score", "general-practitioner.nam", "nam"}; !slices.Equal(ignored, want) {
		t.Errorf("ignored %v, want %v", ignored, want)
	}
	if want := []Pair{{"gender", "male"}}; !slices.Equal(q.Applied, want) {
		t.Errorf("applied %v, want %v", q.Applied, want)
	}
	for _, wrong := range []string{"gender:exact=male", "birthdate=soon", "_query=x", "_sort=nam", "_include=Patient:nam"} {
		if _, err := query(t, []string{"Patient"}, wrong, Options{Lenient: true}); err == nil {
			t.Errorf("%s: ignored", wrong)
		}
	}
}

func TestWhereHasNoResultParametersAndIsNeverLenient(t *testing.T) {
	for _, q := range []string{"_count=1", "_sort=name", "_include=Patient:link", "_include:iterate=*", "_revinclude=*", "_total=none",
		"_elements=name", "_summary=true", "_format=json", "_type=Patient", "_cursor=x", "_contained=false", "nam=x"} {
		_, err := testRegistry(t).ParseWhere("Patient", pairsOf(q), Options{Lenient: true})
		var e *ParamError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", q, err)
		}
	}
}

func TestSystemSearch(t *testing.T) {
	q, err := query(t, nil, "_type=Observation,Condition&patient=Patient/1&_lastUpdated=gt2010-10-01", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range q.Selects {
		got = append(got, s.Type+": "+show(s.Where))
	}
	want := []string{
		"Observation: (_lastUpdated gt [2010-10-01 2010-10-02) & patient=|Patient/1)",
		"Condition: (_lastUpdated gt [2010-10-01 2010-10-02) & patient=|Patient/1)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if q, err := query(t, nil, "_id=1&_list=2", Options{}); err != nil || len(q.Selects) != len(testRegistry(t).Types()) {
		t.Errorf("all types: %v", err)
	}
	for q, says := range map[string]string{
		"patient=1":                       "patient is not known for ActivityDefinition",
		"_type=Patient,Condition&code=1":  "code is not known for Patient",
		"_type=Patent":                    "did you mean Patient",
		"_type=":                          "no value",
		"_type=Patient&_type=Observation": "more than once",
		"_type:not=Patient":               "no modifiers",
		"_type=Patient,Observation&_sort=birthdate": "no search parameter of Observation",
	} {
		if _, err := query(t, nil, q, Options{}); err == nil {
			t.Errorf("%s: accepted", q)
		} else {
			checkSays(t, q, err, says)
		}
	}
	if _, err := query(t, []string{"Patient"}, "_type=Observation", Options{}); err == nil {
		t.Error("_type widened the search")
	}
}

func TestHasIsFalseForTypesItCannotHoldFor(t *testing.T) {
	q, err := query(t, nil, "_type=Patient,Practitioner&_has:Observation:patient:code=1", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(q.Selects[0].Where) + " " + show(q.Selects[1].Where); got != "has Observation.patient{code=1} false" {
		t.Error(got)
	}
	if _, err := query(t, nil, "_type=Practitioner,Location&_has:Observation:patient:code=1", Options{}); err == nil {
		t.Error("accepted where it holds for no type")
	}
}

func TestAppliedIsCanonical(t *testing.T) {
	a, err := query(t, []string{"Patient"}, "name=b&_sort=-birthdate&name=a&_count=5000&_format=json&_cursor=xyz&name=a&_include=Patient:link", Options{MaxCount: 100})
	if err != nil {
		t.Fatal(err)
	}
	want := []Pair{{"_count", "100"}, {"_include", "Patient:link"}, {"_sort", "-birthdate"}, {"name", "a"}, {"name", "b"}}
	if !slices.Equal(a.Applied, want) {
		t.Errorf("applied %v\nwant    %v", a.Applied, want)
	}
	if a.Cursor != "xyz" || a.Count != 100 {
		t.Errorf("cursor %q, count %d", a.Cursor, a.Count)
	}
	b, err := query(t, []string{"Patient"}, "_include=Patient:link&name=a&_count=100&name=b&_sort=-birthdate", Options{MaxCount: 100})
	if err != nil || !slices.Equal(a.Applied, b.Applied) || !Equal(a.Selects[0].Where, b.Selects[0].Where) {
		t.Errorf("order of parameters makes a difference: %v %v", b, err)
	}
}

func TestLimits(t *testing.T) {
	many := make([]Pair, MaxParams+1)
	for i := range many {
		many[i] = Pair{"name", fmt.Sprint("n", i)}
	}
	if _, err := testRegistry(t).ParseSearch([]string{"Patient"}, many, Options{}); err == nil {
		t.Error("too many parameters are accepted")
	}
	if _, err := testRegistry(t).ParseSearch([]string{"Patient"}, many[:MaxParams], Options{}); err != nil {
		t.Error(err)
	}
	var includes []Pair
	for _, typ := range testRegistry(t).Types() {
		includes = append(includes, Pair{"_include:iterate", typ + ":*"})
	}
	if _, err := testRegistry(t).ParseSearch(nil, includes, Options{}); err == nil {
		t.Error("too many includes are accepted")
	}
	if _, err := query(t, []string{"Patient"}, "_sort="+strings.Repeat("name,", MaxSortKeys)+"name", Options{}); err == nil {
		t.Error("too many sort keys are accepted")
	}
	values := strings.Repeat("1,", MaxValues) + "1"
	checkRejected(t, []rejected{
		{"Patient", "name=" + values, "up to 1000"},
		{"Observation", strings.Repeat("focus.", 7) + "code=1", "too broad"},
		{"Observation", strings.Repeat("has-member:Observation.", 9) + "code=1", "more than 8 hops"},
		{"Observation", "focus=" + strings.Repeat("1,", 200) + "1", "too broad"},
	})
	if _, err := where(t, "Patient", "name="+values[2:]); err != nil {
		t.Error(err)
	}
	if _, err := where(t, "Observation", strings.Repeat("has-member:Observation.", 8)+"code=1"); err != nil {
		t.Error(err)
	}
}
