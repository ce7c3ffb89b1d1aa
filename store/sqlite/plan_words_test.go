package sqlite_test

import (
	"context"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Words have no postings in charts; a search for one within a chart finds what a
// search for it finds of the chart.
func TestAWordWithinAChart(t *testing.T) {
	ctx := context.Background()
	b := open(t, t.TempDir(), time.Now)
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	content := &search.Param{Type: "Observation", Code: "_content", Kind: search.KindString}
	key := store.Key{Type: "Observation", ID: "o"}
	err := b.Write(ctx, func(w store.Writer) error {
		return w.Put(ctx, store.NewVersion{
			Resource: store.Resource{Key: key, Version: 1, Updated: b.Now(), Body: []byte("{}")},
			Entries:  search.Entries{Terms: []search.TermEntry{{Param: content, Code: "weight"}}, Sort: search.NoSort},
			Charts:   []string{"p"},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		word, patient string
		want          int
	}{{"weight", "p", 1}, {"weight", "q", 0}, {"height", "p", 0}} {
		where := search.And{search.Term{Param: content, System: search.Is(""), Code: search.Is(test.word)}, search.Chart{Patient: test.patient}}
		err := b.Read(ctx, func(s store.Snapshot) error {
			found, err := s.Search(ctx, []search.Select{{Type: "Observation", Where: where}}, nil, 10)
			if len(found) != test.want {
				t.Errorf("%s in the chart of %s: %d, want %d", test.word, test.patient, len(found), test.want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
