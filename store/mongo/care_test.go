package mongo

import (
	"context"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// Nearly every Write of a caller with a panel asks of it: two at once need not wait for each
// other. One that changes who is in a panel meets both.
func TestWritesWithinPanelsDoNotMeet(t *testing.T) {
	b, err := Open(t.Context(), mongotest.URI(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	ctx := t.Context()
	put := func(w store.Writer, id string) error {
		return w.Put(ctx, store.NewVersion{Resource: store.Resource{
			Key: store.Key{Type: "Patient", ID: id}, Version: 1, Updated: time.UnixMilli(1), Body: []byte("{}")}})
	}
	// A bounded create: what it leaves behind must be within the panel, or would not be kept.
	ask := func(w store.Writer, id string) error {
		if err := put(w, id); err != nil {
			return err
		}
		_, err := w.Current(ctx, store.Key{Type: "Patient", ID: id}, search.Not{Of: search.Related{Party: "Practitioner/1", Patient: "absent"}})
		return err
	}
	relate := func(w store.Writer, id string) error {
		return w.Relate(ctx, store.Key{Type: "CareTeam", ID: id}, []compartments.Relationship{{Party: "Practitioner/1", With: "Patient/other", From: search.TimeBegin, To: search.TimeEnd}})
	}
	attempts := func(outer, inner func(store.Writer, string) error, name string) (n int) {
		t.Helper()
		b.lanes.free = []int{0, squareSide + 1} // another row, another column
		err := b.Write(ctx, func(w store.Writer) error {
			if n++; n == 1 {
				if err := outer(w, name+"-outer"); err != nil {
					return err
				}
				return b.Write(context.WithoutCancel(ctx), func(w store.Writer) error { return inner(w, name+"-inner") })
			}
			return outer(w, name+"-outer")
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return n
	}
	if err := b.makeStripes(ctx, []string{careType, "Patient"}); err != nil {
		t.Fatal(err)
	}
	if n := attempts(ask, ask, "two that ask"); n != 1 {
		t.Errorf("of two that ask one ran %d times", n)
	}
	if n := attempts(ask, relate, "one that relates"); n != 2 {
		t.Errorf("one that asked, while another made a relationship, ran %d times", n)
	}
}
