package search

import (
	"slices"
	"testing"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		query string
		opts  Options
		want  int
	}{
		{"", Options{}, StandardCount},
		{"", Options{DefaultCount: 7}, 7},
		{"", Options{DefaultCount: 7, MaxCount: 3}, 3},
		{"_count=0", Options{}, 0},
		{"_count=20", Options{}, 20},
		{"_count=20", Options{MaxCount: 10}, 10},
		{"_count=99999999999999999999999", Options{MaxCount: 10}, 10},
	} {
		q, err := query(t, []string{"Patient"}, c.query, c.opts)
		if err != nil || q.Count != c.want {
			t.Errorf("%s %+v: got %v, %v, want %d", c.query, c.opts, q, err, c.want)
		}
	}
}

func TestResultParameters(t *testing.T) {
	q, err := query(t, []string{"Patient"}, "_total=accurate&_elements=identifier,active,link&_contained=false&_containedType=container&_pretty=true", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if q.Total != TotalAccurate || !slices.Equal(q.Elements, []string{"identifier", "active", "link"}) {
		t.Errorf("%+v", q)
	}
	if q, err := query(t, []string{"Patient"}, "_summary=count", Options{}); err != nil || q.Summary != "count" || q.Total != TotalEstimate {
		t.Errorf("%+v, %v", q, err)
	}
	for _, c := range []rejected{
		{"Patient", "_count=-1", "no number of resources"},
		{"Patient", "_count=ten", "no number of resources"},
		{"Patient", "_count=1&_count=2", "more than once"},
		{"Patient", "_count:max=1", "no modifiers"},
		{"Patient", "_total=some", "right are none, estimate or accurate"},
		{"Patient", "_summary=yes", "right are true, text, data, count or false"},
		{"Patient", "_elements=name,nmae", "is no element of Patient"},
		{"Patient", "_elements=name&_summary=true", "contradicts _summary=true"},
		{"Patient", "_include=Patient:link&_summary=text", "cannot be combined"},
		{"Patient", "_contained=both", "not supported"},
		{"Patient", "_contained=maybe", "right are"},
		{"Patient", "_containedType=contained", "not supported"},
		{"Patient", "_score=1", "not supported"},
	} {
		_, err := query(t, []string{c.typ}, c.query, Options{})
		if err == nil {
			t.Errorf("%s: accepted", c.query)
			continue
		}
		checkSays(t, c.query, err, c.says)
	}
}

// The example of search.html#sort.
func TestSort(t *testing.T) {
	q, err := query(t, []string{"Observation"}, "_sort=status,-date,category,_id", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, key := range q.Selects[0].Sort {
		if key.Descending {
			got += "-"
		}
		got += key.Param.Name() + " "
	}
	if got != "Observation.status -Observation.date Observation.category Observation._id " {
		t.Error(got)
	}
	for _, c := range []rejected{
		{"Observation", "_sort=", "no value"},
		{"Observation", "_sort=-", "no search parameter"},
		{"Observation", "_sort=dat", "did you mean date?"},
		{"Observation", "_sort=_score", "no score"},
		{"Observation", "_sort=subject.name", "cannot be sorted by"},
		{"Observation", "_sort=code-value-quantity", "has no order"},
		{"Observation", "_sort=_text", "has no order"},
		{"Location", "_sort=near", "has no order"},
	} {
		_, err := query(t, []string{c.typ}, c.query, Options{})
		if err == nil {
			t.Errorf("%s: accepted", c.query)
			continue
		}
		checkSays(t, c.query, err, c.says)
	}
	if q, err := query(t, nil, "_sort=-_lastUpdated", Options{}); err != nil || len(q.Selects[5].Sort) != 1 {
		t.Errorf("system search: %v", err)
	}
}
