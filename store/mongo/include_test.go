package mongo

import (
	"maps"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// What a Write has asked of becomes conflicts, with lock documents for each type: those of
// types that there are, whatever clients write into references.
func TestAnIncludeAsksOfItsTypes(t *testing.T) {
	r := newRecorder(t)
	subject := &search.Param{Type: "Observation", Code: "subject", Kind: search.KindReference}
	r.Finds(func(mongotest.Command) []bson.D {
		entry := func(code string) bson.D {
			return bson.D{{Key: "p", Value: "subject"}, {Key: "c", Value: code}, {Key: "y", Value: ""}}
		}
		return []bson.D{{
			{Key: "_id", Value: "Observation/1"}, {Key: "type", Value: "Observation"},
			{Key: "t", Value: bson.A{entry("Patient/1"), entry("https://elsewhere.org/Patient/2"), entry("nonsense/3")}},
		}}
	})
	predicate := func(typ string) search.Expr { return search.Const(typ == "Patient") }
	from := []store.Key{{Type: "Observation", ID: "1"}}
	asked := func(ask func(*tx) error) []string {
		t.Helper()
		s, err := r.backend.begin(t.Context())
		r.must(err)
		defer s.abort(t.Context())
		s.writes = &tx{snapshot: s}
		r.must(ask(s.writes))
		return slices.Sorted(maps.Keys(s.writes.reads.types))
	}
	forward := asked(func(x *tx) error {
		_, err := x.Forward(t.Context(), from, []*search.Param{subject}, "", predicate, 9)
		return err
	})
	if want := []string{"Observation", "Patient"}; !slices.Equal(forward, want) {
		t.Errorf("forward asks of %q, not of %q", forward, want)
	}
	reverse := asked(func(x *tx) error {
		_, err := x.Reverse(t.Context(), []store.Key{{Type: "Patient", ID: "1"}}, []*search.Param{subject}, func(string) search.Expr { return search.True }, 9)
		return err
	})
	if want := []string{"Observation"}; !slices.Equal(reverse, want) {
		t.Errorf("backwards asks of %q, not of %q", reverse, want)
	}
}
