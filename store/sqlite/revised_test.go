package sqlite_test

import (
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// Revisions that were read are good for later snapshots until a record changes, in
// this process or another, or expires.
func TestRevisionsOfSnapshots(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	b, other := open(t, dir, func() time.Time { return now }), open(t, dir, func() time.Time { return now })
	defer closed(t, b)
	defer closed(t, other)
	token, grant := store.RecordName{Kind: "token", Key: "1"}, store.RecordName{Kind: "grant", Key: "1"}
	seen := func() (revisions []int64) {
		t.Helper()
		for range 2 { // as they are read, and as they are remembered
			err := b.Read(t.Context(), func(s store.Snapshot) error {
				now, err := s.Revisions(t.Context(), token, grant)
				if revisions != nil && !slices.Equal(now, revisions) {
					t.Errorf("%v, and %v the second time", revisions, now)
				}
				revisions = slices.Clone(now)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return revisions
	}
	is := func(what string, want ...int64) {
		t.Helper()
		if got := seen(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	put := func(at *store.RecordName, in store.Backend, expires time.Time) int64 {
		t.Helper()
		revision, err := in.Records().Put(t.Context(), at.Kind, at.Key, []byte("x"), expires)
		if err != nil {
			t.Fatal(err)
		}
		return revision
	}
	is("none", 0, 0)
	g := put(&grant, other, time.Time{})
	k := put(&token, b, now.Add(time.Hour))
	is("both", k, g)
	g = put(&grant, other, time.Time{})
	is("changed by another process", k, g)
	if err := other.Records().Delete(t.Context(), grant.Kind, grant.Key); err != nil {
		t.Fatal(err)
	}
	is("deleted by another process", k, 0)
	g = put(&grant, b, time.Time{})
	is("there again", k, g)
	if _, err := other.Records().Take(t.Context(), grant.Kind, grant.Key); err != nil {
		t.Fatal(err)
	}
	is("taken by another process", k, 0)
	now = now.Add(time.Hour)
	is("expired", 0, 0)
}
