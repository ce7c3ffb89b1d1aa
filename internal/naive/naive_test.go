package naive

import (
	"math/big"
	"testing"
	"time"
)

func TestDatesOfAnyPrecision(t *testing.T) {
	for text, want := range map[string][2]string{
		"2010":                      {"2010-01-01T00:00:00Z", "2011-01-01T00:00:00Z"},
		"2012-02":                   {"2012-02-01T00:00:00Z", "2012-03-01T00:00:00Z"},
		"2012-02-29":                {"2012-02-29T00:00:00Z", "2012-03-01T00:00:00Z"},
		"2012-02-29T23:59":          {"2012-02-29T23:59:00Z", "2012-03-01T00:00:00Z"},
		"2012-02-29T01:02:03+02:30": {"2012-02-28T22:32:03Z", "2012-02-28T22:32:04Z"},
		"2012-02-29T01:02:03.05Z":   {"2012-02-29T01:02:03.05Z", "2012-02-29T01:02:03.06Z"},
	} {
		low, high, ok := parseDate(text)
		if !ok || low.UTC().Format(time.RFC3339Nano) != want[0] || high.UTC().Format(time.RFC3339Nano) != want[1] {
			t.Errorf("%s: %v %v %v, want %v", text, low.UTC(), high.UTC(), ok, want)
		}
	}
	for _, text := range []string{"", "201", "2010-1", "2010-01-01T10", "yesterday"} {
		if _, _, ok := parseDate(text); ok {
			t.Errorf("%q is a date", text)
		}
	}
}

// The examples of search.html#number and #quantity.
func TestNumbersOfTheSpecification(t *testing.T) {
	for _, test := range []struct {
		prefix, search, value string
		want                  bool
	}{
		{"", "100", "99.5", true}, {"", "100", "100.4999", true}, {"", "100", "100.5", false}, {"", "100", "99.49", false},
		{"", "100.00", "99.995", true}, {"", "100.00", "100.005", false},
		{"lt", "100", "99.9999", true}, {"lt", "100", "100", false},
		{"le", "100", "100", true}, {"le", "100", "100.0001", false},
		{"gt", "100", "100.0001", true}, {"ge", "100", "100", true}, {"ne", "100", "100.4", false}, {"ne", "100", "101", true},
		{"ap", "100", "110", true}, {"ap", "100", "111", false},
	} {
		if got := newSearched(test.search, big.NewRat(1, 1)).compare(test.prefix, exact(test.value)); got != test.want {
			t.Errorf("%s%s on %s: %v", test.prefix, test.search, test.value, got)
		}
	}
}

func TestAPeriodAndAPrefix(t *testing.T) {
	at := func(text string) *time.Time {
		low, _, _ := parseDate(text)
		return &low
	}
	low, high, _ := parseDate("2013-01-14")
	now := *at("2020")
	for _, test := range []struct {
		prefix string
		target span
		want   bool
	}{
		{"eq", span{at("2013-01-14T10:00Z"), at("2013-01-14T11:00Z")}, true},
		{"eq", span{at("2013-01-14T10:00Z"), nil}, false},
		{"gt", span{at("2013-01-14T10:00Z"), nil}, true},
		{"lt", span{at("2013-01-14T10:00Z"), nil}, false},
		{"sa", span{at("2013-01-15"), nil}, true},
		{"eb", span{nil, at("2013-01-14")}, true},
		{"ne", span{at("2013-01-13"), at("2013-01-15")}, true},
	} {
		if got := compareDates(test.prefix, test.target, low, high, now); got != test.want {
			t.Errorf("%s %v: %v", test.prefix, test.target, got)
		}
	}
}

func TestPaths(t *testing.T) {
	body, err := Decode([]byte(`{"telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"}],"name":[{"given":["a","b"]},{"given":["c"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := at(body, "telecom[system=email].value"); len(got) != 1 || got[0] != "2" {
		t.Errorf("%v", got)
	}
	if got := at(body, "name.given"); len(got) != 3 || got[2] != "c" {
		t.Errorf("%v", got)
	}
}

func small(t *testing.T) *World {
	t.Helper()
	w := NewWorld()
	for _, text := range []string{
		`{"resourceType":"Patient","id":"p1","gender":"male","name":[{"family":"Ordóñez"}]}`,
		`{"resourceType":"Patient","id":"p2","gender":"female","name":[{"family":"Orwell"}],"link":[{"other":{"reference":"Patient/p1"}}]}`,
		`{"resourceType":"Practitioner","id":"d"}`,
		`{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/p1"},"code":{"coding":[{"system":"s","code":"a"}]},"effectiveDateTime":"2010-05"}`,
		`{"resourceType":"Observation","id":"o2","subject":{"reference":"Patient/p2"},"code":{"coding":[{"system":"s","code":"a"},{"system":"t","code":"b"}]},"performer":[{"reference":"Patient/p1"}]}`,
		`{"resourceType":"Observation","id":"o3","subject":{"reference":"Patient/p2"},"code":{"coding":[{"code":"c"}]},"focus":[{"reference":"Patient/p1"}]}`,
	} {
		body, err := Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Put(body); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestSearchesByHand(t *testing.T) {
	w := small(t)
	all := &Caller{Unrestricted: true}
	own := &Caller{Scopes: []Scope{{Level: "patient", Type: "*", Letters: "rs"}}, Patient: "p1"}
	narrow := &Caller{Scopes: []Scope{{Level: "patient", Type: "Observation", Letters: "s", Params: []Pair{{"code", "t|b"}}}}, Patient: "p1"}
	for _, test := range []struct {
		caller      *Caller
		typ, filter string
		value       string
		want        string
	}{
		{all, "Observation", "code", "a", "o1 o2"},
		{all, "Observation", "code", "t|b,|c", "o2 o3"},
		{all, "Observation", "code:not", "t|b,|c", "o1"},
		{all, "Observation", "date:missing", "true", "o2 o3"},
		{all, "Observation", "date", "ge2010-05-20", "o1"},
		{all, "Observation", "subject:Patient.name", "ordo", "o1"},
		{all, "Observation", "patient.gender", "http://hl7.org/fhir/administrative-gender|female", "o2 o3"},
		{all, "Patient", "_has:Observation:patient:code", "b", "p2"},
		{all, "Patient", "name", "OR", "p1 p2"},
		{own, "Observation", "code", "a,c", "o1 o2"},
		{own, "Observation", "patient.gender", "female,male", "o1"}, // p2 is hidden
		{own, "Patient", "name", "o", "p1"},
		{own, "Practitioner", "_id", "d", "d"},
		{narrow, "Observation", "code", "a", "o2"},
	} {
		answer, err := NewOracle(w, test.caller, time.Now(), NoBug).Ask(Query{Types: []string{test.typ}, Criteria: []Pair{{test.filter, test.value}}})
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		got := ""
		for _, r := range w.Of(test.typ) {
			if answer.Matches[r.Key()] != nil {
				got += " " + r.ID
			}
		}
		if got != " "+test.want {
			t.Errorf("%s?%s=%s: found%s, want %s", test.typ, test.filter, test.value, got, test.want)
		}
	}
	answer, err := NewOracle(w, narrow, time.Now(), NoBug).Ask(Query{Types: []string{"Patient"}})
	if err != nil || !answer.Forbidden {
		t.Errorf("no scope speaks of Patient: %+v, %v", answer, err)
	}
}

func TestSpellingsOfAScope(t *testing.T) {
	s := Scope{Level: "patient", Type: "Observation", Letters: "rs"}
	if v1, ok := s.V1(); !ok || v1 != "patient/Observation.read" {
		t.Errorf("%s %v", v1, ok)
	}
	s.Params = []Pair{{"category", "http://x|y,z"}, {"status", "a&b"}}
	if got, want := s.String(), "patient/Observation.rs?category=http%3A%2F%2Fx%7Cy%2Cz&status=a%26b"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := s.Loose(), "patient/Observation.rs?category=http://x|y,z&status=a%26b"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
