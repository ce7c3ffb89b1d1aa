package sqlite_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// A search by the main date finds the same whether or not the store knows that it
// is the main date, whose place in the postings spares look-ups.
func TestMainDateSparesNoRow(t *testing.T) {
	ctx := context.Background()
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	date := registry.SortParam("Observation")
	dir := t.TempDir()
	knows, err := sqlite.Open(dir, sqlite.Options{Registry: registry})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = knows.Close() }()
	knowsNot := open(t, dir, time.Now)
	defer func() { _ = knowsNot.Close() }()

	random := rand.New(rand.NewPCG(1, 2))
	point := func() int64 { return random.Int64N(12) }
	err = knows.Write(ctx, func(w store.Writer) error {
		for i := range 150 {
			e := search.Entries{Sort: search.NoSort}
			for range random.IntN(3) {
				lo := point()
				x := search.DateEntry{Param: date, Low: lo, High: lo + 1 + point()}
				switch random.IntN(8) {
				case 0:
					x.Low = search.TimeBegin
				case 1:
					x.High = search.TimeEnd
				}
				if e.Sort == search.NoSort || x.Low < e.Sort {
					e.Sort = x.Low
				}
				e.Dates = append(e.Dates, x)
			}
			key := store.Key{Type: "Observation", ID: strconv.Itoa(i)}
			err := w.Put(ctx, store.NewVersion{Resource: store.Resource{Key: key, Version: 1, Updated: knows.Now(), Body: []byte("{}")}, Entries: e})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// all finds the ids page by page, and their number.
	all := func(b *sqlite.Backend, sel search.Select) (ids []string, total int) {
		err := b.Read(ctx, func(s store.Snapshot) (err error) {
			for after := store.Position(nil); ; {
				found, err := s.Search(ctx, []search.Select{sel}, after, 7)
				if err != nil {
					return err
				}
				for _, m := range found {
					ids, after = append(ids, m.ID), m.Position
				}
				if len(found) < 7 {
					break
				}
			}
			total, _, err = s.Count(ctx, []search.Select{sel}, store.CountLimit{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids, total
	}
	ops := []search.Prefix{search.Eq, search.Ne, search.Gt, search.Lt, search.Ge, search.Le, search.Sa, search.Eb, search.Ap}
	drawn := func() search.Expr {
		low := point()
		return search.Date{Param: date, Op: ops[random.IntN(len(ops))], Low: low, High: low + 1 + random.Int64N(3)}
	}
	matched := 0
	for range 200 {
		where := search.And{drawn()}
		if random.IntN(2) == 0 {
			where = append(where, drawn())
		}
		sel := search.Select{Type: "Observation", Where: where}
		want, total := all(knowsNot, sel)
		got, n := all(knows, sel)
		if !slices.Equal(got, want) || n != total || total != len(want) {
			t.Fatalf("%+v: %v, %d; it should be %v, %d", where, got, n, want, total)
		}
		matched += n
		for _, descending := range []bool{false, true} {
			sel.Sort = []search.SortKey{{Param: date, Descending: descending}}
			sorted, _ := all(knows, sel)
			slices.Sort(sorted)
			if !slices.Equal(sorted, slices.Sorted(slices.Values(want))) {
				t.Fatalf("%+v, sorted: %v; it should be %v", where, sorted, want)
			}
		}
	}
	if matched < 1000 {
		t.Errorf("only %d matches", matched)
	}
}
