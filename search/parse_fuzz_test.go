package search

import (
	"net/url"
	"slices"
	"testing"
)

// FuzzParseSearch: nothing panics, and what was applied, asked again, is the same
// query.
func FuzzParseSearch(f *testing.F) {
	for _, seed := range []string{
		"subject:Patient.name=peter&_sort=-date", "_has:Observation:patient:_has:AuditEvent:entity:agent=1",
		"code-value-quantity=http://loinc.org%7C2823-3$gt5.4%7Chttp://unitsofmeasure.org%7Cmmol/L",
		"date=ap2013-03-14&value-quantity=5.40e-3||mg", "_text=(bone%20OR%20liver)%20and%20metastases",
		"_filter=not(code%20eq%20loinc|1%20or%20subject.name%20co%20%22pet%22)", "_include:iterate=*&_revinclude=Provenance:target",
		"_list=42&_id=1,2&_elements=code&_count=5000&_total=none", "subject=Patient/1,http://example.org/fhir/Patient/2,3",
		"code:in=ValueSet/1&code:not=a,b%5C,c&code:text=x&identifier:of-type=a|b|c", "_type=Observation&x=1&code:below=2",
		"url:above=http://a.org/b/c&_profile=http://a|1", "near=48|11|5|km&_cursor=x&_summary=text",
		"code:below=s|a,s|b&subject:above=Location/1&_filter=code%20ss%20s|a", "partof:below=1,2&operational-status:above=s|a",
	} {
		f.Add(seed, byte(0), true)
		f.Add(seed, byte(1), false)
	}
	choices := [][]string{{"Observation"}, {"Patient"}, {"Location"}, {"ValueSet"}, {"Observation", "Condition"}, nil}
	f.Fuzz(func(t *testing.T, raw string, choice byte, lenient bool) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		var pairs []Pair
		for name, list := range values {
			for _, value := range list {
				pairs = append(pairs, Pair{name, value})
			}
		}
		types := choices[int(choice)%len(choices)]
		opts := Options{Lenient: lenient, Base: base, Now: now, MaxCount: 100}
		r := testRegistry(t)
		q, err := r.ParseSearch(types, pairs, opts)
		if err != nil {
			return
		}
		again, err := r.ParseSearch(types, q.Applied, Options{Base: base, Now: now, MaxCount: 100})
		if err != nil {
			t.Fatalf("applied %v: %v", q.Applied, err)
		}
		if !equalQueries(q, again) {
			t.Fatalf("%+v\n%+v", q, again)
		}
	})
}

func equalQueries(a, b *Query) bool {
	return slices.EqualFunc(a.Selects, b.Selects, func(a, b Select) bool {
		return a.Type == b.Type && Equal(a.Where, b.Where) && slices.Equal(a.Sort, b.Sort)
	}) && slices.EqualFunc(a.Includes, b.Includes, func(a, b Include) bool {
		return a.Reverse == b.Reverse && a.Iterate == b.Iterate && a.Target == b.Target && slices.Equal(a.Params, b.Params)
	}) && a.Count == b.Count && a.Total == b.Total && a.Summary == b.Summary &&
		slices.Equal(a.Elements, b.Elements) && slices.Equal(a.Applied, b.Applied)
}
