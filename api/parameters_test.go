package api

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/granary-fhir/granary/search"
)

func TestParsePairs(t *testing.T) {
	for _, c := range []struct {
		query string
		want  []search.Pair // nil: refused
	}{
		{"name=eve", []search.Pair{{Name: "name", Value: "eve"}}},
		{"b=1&a=2&b=3", []search.Pair{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}, {Name: "b", Value: "3"}}},
		{"code:text=a+b%2Bc", []search.Pair{{Name: "code:text", Value: "a b+c"}}},
		{"a=b=c", []search.Pair{{Name: "a", Value: "b=c"}}},
		{"a", []search.Pair{{Name: "a"}}},
		{"&&a=1&", []search.Pair{{Name: "a", Value: "1"}}},
		{"a=1;b=2", []search.Pair{{Name: "a", Value: "1;b=2"}}},
		{"a=%2525", []search.Pair{{Name: "a", Value: "%25"}}}, // decoded once
		{"%5fcount=1", []search.Pair{{Name: "_count", Value: "1"}}},
		{"a=%2", nil},
		{"%zz=1", nil},
		{"a=%ff", nil},
		{strings.Repeat("a&", search.MaxParams+1), nil},
	} {
		got, err := parsePairs(c.query)
		if (err != nil) != (c.want == nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %v, %v", c.query, got, err)
		}
	}
}

// FuzzParsePairs compares with net/url, which forgets the order only.
func FuzzParsePairs(f *testing.F) {
	f.Add("name=eve&_sort=-date&code=http%3A%2F%2Floinc.org%7C1-8")
	f.Add("a=%2&b")
	f.Add("&=&=x&+=%20")
	f.Fuzz(func(t *testing.T, query string) {
		if strings.Contains(query, ";") || strings.Count(query, "&") >= search.MaxParams {
			t.Skip() // net/url refuses the first, and this the second
		}
		pairs, err := parsePairs(query)
		want, wantErr := url.ParseQuery(query)
		for name, values := range want {
			if !utf8.ValidString(name) || slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }) {
				t.Skip() // net/url admits what is not UTF-8
			}
		}
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q: %v, net/url %v", query, err, wantErr)
		}
		if err != nil {
			return
		}
		got := url.Values{}
		for _, p := range pairs {
			got.Add(p.Name, p.Value)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v, net/url %v", query, got, want)
		}
	})
}

func TestTake(t *testing.T) {
	r := &request{params: []search.Pair{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}, {Name: "a", Value: "3"}}}
	value, found := r.take("a")
	if value != "1" || !found || !reflect.DeepEqual(r.params, []search.Pair{{Name: "b", Value: "2"}, {Name: "a", Value: "3"}}) {
		t.Errorf("take: %q %v, left %v", value, found, r.params)
	}
	if value, found = r.take("c"); value != "" || found {
		t.Errorf("take what is not there: %q %v", value, found)
	}
}

// What stands twice may contradict itself, and no parameter is ignored.
func TestParametersStandOnce(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	all := w.all()
	twice := func(name string) string {
		return oops("invalid", "http."+name, "search parameter "+name+" stands more than once; give it once")
	}
	for query, want := range map[string]string{
		"/Patient/eve?_elements=name&_elements=active":            twice("_elements"),
		"/Patient/eve?_format=json&_format=xml":                   twice("_format"),
		"/Patient/eve?_summary=true&x=1&_summary=false":           strings.Replace(twice("_summary"), `"issue":[`, `"issue":[{"severity":"error","code":"invalid","diagnostics":"search parameter x is no parameter of this interaction","expression":["http.x"]},`, 1),
		"/Patient/eve/_history?_count=1&_count=2":                 twice("_count"),
		"/Patient/_history?_since=2026&_since=2025":               twice("_since"),
		"/_history?_at=2026&_at=2025":                             twice("_at"),
		"/metadata?_pretty=false&_pretty=true":                    twice("_pretty"),
		"/Patient/eve/$validate?mode=profile&profile=x&profile=y": twice("profile"),
		"/Patient?_id=eve&_format=json&_format=application/json":  twice("_format"),
	} {
		w.is(query, w.get(all, query), 400, want)
	}
}
