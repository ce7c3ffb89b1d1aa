package mongo

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// MongoDB refuses a pattern of more than 32,764 bytes as a mistake of who asks
// (RegexMatchExpression::kMaxPatternSize), and text comes from clients.
func TestNoPatternIsLongerThanMongoDBTakes(t *testing.T) {
	long := strings.Repeat(".", maxPattern) // each of which a pattern quotes
	uri := &search.Param{Type: "ValueSet", Code: "url", Kind: search.KindURI}
	text := &search.Param{Type: "Patient", Code: "_text", Kind: search.KindString}
	id := &search.Param{Type: "Patient", Code: "_id", Kind: search.KindToken}
	for _, keyed := range []bool{true, false} {
		for _, p := range []*search.Param{uri, text, id} {
			for _, prefix := range []string{long, "a\x00b"} {
				f, err := newCompiler(t.Context(), 0, keyed).filter(p.Type, search.Term{Param: p, Code: search.HasPrefix(prefix)})
				if err != nil {
					t.Fatal(err)
				}
				patternsOf(f, func(pattern string) {
					if len(pattern) > maxPattern || strings.ContainsRune(pattern, 0) {
						t.Errorf("%s: a pattern of %d bytes, %.20q", p.Code, len(pattern), pattern)
					}
				})
			}
		}
		_, err := newCompiler(t.Context(), 0, keyed).filter("Patient", search.String{Param: text, Op: search.Contains, Value: long})
		if !errors.Is(err, store.ErrTooComplex) {
			t.Errorf("in the middle of a text: %v", err)
		}
	}
}

// patternsOf tells the patterns in a filter.
func patternsOf(value any, tell func(string)) {
	switch v := value.(type) {
	case bson.Regex:
		tell(v.Pattern)
	case bson.D:
		for _, e := range v {
			patternsOf(e.Value, tell)
		}
	case bson.A:
		for _, e := range v {
			patternsOf(e, tell)
		}
	}
}

// MongoDB sorts by 32 fields at most ("too many compound keys"). A key of a search is two, and
// two more decide at last.
func TestSortsHaveNoMoreKeysThanMongoDBTakes(t *testing.T) {
	status := &search.Param{Type: "Observation", Code: "status", Kind: search.KindToken}
	sel := search.Select{Type: "Observation", Where: search.True}
	for range search.MaxSortKeys {
		sel.Sort = append(sel.Sort, search.SortKey{Param: status})
	}
	if n := len(newOrder([]search.Select{sel}, nil).sort()[0].Value.(bson.D)); n != 2*search.MaxSortKeys+2 || n > 32 {
		t.Errorf("a sort is by %d fields", n)
	}
}

// The most that is admitted is within what MongoDB takes: 200 levels of documents and arrays
// in a command (BSONDepth), 100 of $and, $or, $nor and $elemMatch in a filter, 20 of pipelines
// in pipelines.
func TestWhatIsAdmittedIsNotNestedTooDeep(t *testing.T) {
	subject := &search.Param{Type: "Observation", Code: "subject", Kind: search.KindReference}
	coded := &search.Param{Type: "Observation", Code: "code", Kind: search.KindToken}
	leaf := search.Expr(search.Term{Param: coded, Code: search.HasPrefix("a"), System: search.Is("b")})
	for hops := range limits.Hops + 1 {
		e := leaf
		for i := range limits.Depth - hops {
			if e = (search.Or{leaf, e}); i%2 == 0 {
				e = search.Not{Of: e.(search.Or)[1]}
			}
		}
		for range hops {
			e = search.Chain{Param: subject, Type: "Observation", Where: e}
		}
		if err := admit(e); err != nil {
			t.Fatal(err)
		}
		c := newCompiler(t.Context(), 0, true)
		f, err := c.filter("Observation", e)
		if err != nil {
			t.Fatal(err)
		}
		cases := cases{}
		cases.add("Observation", f)
		command := bson.D{{Key: "pipeline", Value: query{is("set", "Observation"), c.stages, cases.filter("set"), order{}}.pipeline(&position{ID: "x"}, 10)}}
		at := nesting(command)
		if at.levels > 200 || at.tests > 100 || at.pipelines > 20 || at.tests < limits.Depth-hops {
			t.Errorf("%d hops: %+v", hops, at)
		}
	}
}

// nested is how deep something is.
type nested struct{ levels, tests, pipelines int }

func nesting(value any) (deepest nested) {
	into := func(key string, v any) {
		at := nesting(v)
		switch key {
		case "$and", "$or", "$nor", "$elemMatch":
			at.tests++
		case "$lookup":
			at.pipelines++
		case "$match":
			deepest.tests = max(deepest.tests, at.tests)
			at.tests = 0
		}
		deepest.levels, deepest.pipelines = max(deepest.levels, at.levels), max(deepest.pipelines, at.pipelines)
		deepest.tests = max(deepest.tests, at.tests)
	}
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			into(e.Key, e.Value)
		}
	case bson.A:
		for _, e := range v {
			into("", e)
		}
	case []bson.D:
		for _, e := range v {
			into("", e)
		}
	default:
		return nested{}
	}
	deepest.levels++
	return deepest
}

// Each chain that leads to many is two stages, and who asks may repeat a parameter.
func TestAPipelineHasNoMoreStagesThanMongoDBTakes(t *testing.T) {
	subject := &search.Param{Type: "Observation", Code: "subject", Kind: search.KindReference}
	name := &search.Param{Type: "Patient", Code: "name", Kind: search.KindString}
	chains := func(n int) (all search.And) {
		for i := range n {
			where := search.String{Param: name, Op: search.Equals, Value: strings.Repeat("x", i)}
			all = append(all, search.Chain{Param: subject, Type: "Patient", Where: where})
		}
		return all
	}
	c := newCompiler(t.Context(), 0, true)
	if _, err := c.filter("Observation", chains(500)); err != nil || len(c.stages) != 501 {
		t.Errorf("500 chains: %v, %d stages", err, len(c.stages))
	}
	if _, err := newCompiler(t.Context(), 0, true).filter("Observation", chains(1000)); !errors.Is(err, store.ErrTooComplex) {
		t.Errorf("1,000 chains: %v", err)
	}
}

// As much of a prefix as a pattern can have is the prefix, or where it begins.
func TestPatternable(t *testing.T) {
	dots, letters := strings.Repeat(".", maxPattern), strings.Repeat("ä", maxPattern)
	for prefix, want := range map[string]string{
		"": "", "a.b": "a.b", "a\x00b": "a", "\x00": "",
		dots: dots[:maxPattern/2-1], letters: letters[:maxPattern/2-2],
	} {
		if got := patternable(prefix); got != want {
			t.Errorf("%.20q of %d bytes: %.20q of %d, want %d", prefix, len(prefix), got, len(got), len(want))
		}
	}
}
