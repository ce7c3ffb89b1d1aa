package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var randomTests = []test{
	{"random data and predicates agree with the definition", testRandom},
}

// testRandom fills a database by random writes and asks it random questions,
// each of which the model answers too.
func testRandom(t *testing.T, s *suite) {
	rapid.Check(t, func(r *rapid.T) {
		w := s.world(t)
		defer w.close()
		m := newModel()
		for range rapid.IntRange(1, 4).Draw(r, "transactions") {
			writeRandom(r, w, m)
		}
		for range 15 {
			w.clock.Advance(time.Duration(rapid.IntRange(0, 3).Draw(r, "minutes")) * time.Minute)
			m.now = w.backend.Now().UnixMicro()
			typ := rapid.SampledFrom([]string{typeO, typeO, typeO, typeP, typeL}).Draw(r, "type")
			where := drawExpr(typ, 3).Draw(r, "where")
			compareSearch(r, w, m, search.Select{Type: typ, Where: where, Sort: drawSort(typ).Draw(r, "sort")})
			compareVersions(r, w, m, typ, where)
		}
	})
}

// change is a write: a deletion where there is no doc.
type change struct {
	key store.Key
	doc *doc
}

func (c change) apply(ctx context.Context, tx store.Writer, now time.Time) error {
	if c.doc != nil {
		return putDoc(ctx, tx, c.doc, now)
	}
	if err := deleteKey(ctx, tx, c.key, now); err != nil {
		return err
	}
	return tx.Relate(ctx, c.key, nil)
}

// writeRandom makes some writes in one transaction.
func writeRandom(t *rapid.T, w *world, m *model) {
	var changes []change
	for range rapid.IntRange(1, 12).Draw(t, "writes") {
		d := drawDoc().Draw(t, "doc")
		if m.live(d.key) != nil && rapid.IntRange(0, 5).Draw(t, "delete") == 0 {
			m.delete(d.key)
			changes = append(changes, change{key: d.key})
		} else {
			m.put(d)
			changes = append(changes, change{d.key, d})
		}
	}
	err := w.backend.Write(w.ctx, func(tx store.Writer) error {
		for _, c := range changes {
			if err := c.apply(w.ctx, tx, w.backend.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("write: %v", err)
	}
}

// compareSearch compares rows, order, pages and counts.
func compareSearch(t *rapid.T, w *world, m *model, sel search.Select) {
	want := m.search(sel)
	byID := map[string]*doc{}
	for _, d := range want {
		byID[d.key.ID] = d
	}
	size := rapid.IntRange(1, 5).Draw(t, "page size")
	err := w.backend.Read(w.ctx, func(s store.Snapshot) error {
		got, err := pages(w.ctx, s, []search.Select{sel}, size)
		if err != nil {
			return err
		}
		if !slices.Equal(sorted(idsOf(got)), sorted(docIDs(want))) {
			return fmt.Errorf("%#v\n got %q\nwant %q", sel, sorted(idsOf(got)), sorted(docIDs(want)))
		}
		for i := 1; i < len(got); i++ {
			if compareDocs(sel.Sort, byID[got[i-1].ID], byID[got[i].ID]) > 0 {
				return fmt.Errorf("%#v: %s comes before %s: %q", sel, got[i-1].Key, got[i].Key, idsOf(got))
			}
		}
		n, complete, err := s.Count(w.ctx, []search.Select{sel}, store.CountLimit{})
		if err != nil || n != len(want) || !complete {
			return fmt.Errorf("%#v: counted %d, %v, %v; want %d", sel, n, complete, err, len(want))
		}
		if n, complete, err = s.Count(w.ctx, []search.Select{sel}, store.CountLimit{Touched: 3}); err != nil || complete && n != len(want) {
			return fmt.Errorf("%#v: counted, touching 3, %d, %v, %v; want %d", sel, n, complete, err, len(want))
		}
		if n, complete, err = s.Count(w.ctx, []search.Select{sel}, store.CountLimit{Found: 3}); err != nil || complete != (len(want) <= 3) || complete && n != len(want) {
			return fmt.Errorf("%#v: counted up to 3 %d, %v, %v; want %d", sel, n, complete, err, len(want))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// compareVersions compares which versions of one resource are seen.
func compareVersions(t *rapid.T, w *world, m *model, typ string, where search.Expr) {
	key := store.Key{Type: typ, ID: rapid.SampledFrom(someIDs).Draw(t, "id")}
	last := int64(len(m.versions[key]))
	var want []int64
	if last > 0 && m.holds(where, m.judged(key, last)) {
		for v := last; v > 0; v-- {
			if m.holds(where, m.judged(key, v)) {
				want = append(want, v)
			}
		}
	}
	err := w.backend.Read(w.ctx, func(s store.Snapshot) error {
		versions, err := s.Versions(w.ctx, key, where, store.VersionPage{})
		if err != nil {
			return err
		}
		if !slices.Equal(numbersOfVersions(versions), want) {
			return fmt.Errorf("versions of %s where %#v: got %v, want %v", key, where, numbersOfVersions(versions), want)
		}
		if n, err := s.CountVersions(w.ctx, key, where, store.VersionPage{}); err != nil || n != len(want) {
			return fmt.Errorf("versions of %s where %#v: counted %d, %v, want %v", key, where, n, err, want)
		}
		for v := int64(1); v <= last; v++ {
			_, err := s.Version(w.ctx, key, v, where)
			if seen := err == nil; seen != slices.Contains(want, v) || err != nil && !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("version %d of %s where %#v: %v, want one of %v", v, key, where, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func numbersOfVersions(versions []store.Resource) []int64 {
	var numbers []int64
	for _, v := range versions {
		numbers = append(numbers, v.Version)
	}
	return numbers
}

func docIDs(docs []*doc) []string {
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.key.ID)
	}
	return ids
}

func idsOf(matches []store.Match) []string {
	var ids []string
	for _, m := range matches {
		ids = append(ids, m.ID)
	}
	return ids
}

func sorted(ids []string) []string {
	slices.Sort(ids)
	return ids
}

// pages reads a whole search page by page.
func pages(ctx context.Context, s store.Snapshot, selects []search.Select, size int) ([]store.Match, error) {
	var all []store.Match
	var after store.Position
	for {
		page, err := s.Search(ctx, selects, after, size)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < size {
			return all, nil
		}
		if len(all) > 100_000 {
			return nil, errors.New("the pages do not end")
		}
		after = page[len(page)-1].Position
	}
}
