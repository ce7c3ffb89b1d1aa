package mongo_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// A document has 16 MB at most (mongodb.com/docs/manual/reference/limits).
func TestAResourceThatIsTooLargeIsRefused(t *testing.T) {
	b := open(t, mongotest.URI(t), time.Now)
	ctx := t.Context()
	put := func(version int64, size int) error {
		return b.Write(ctx, func(w store.Writer) error {
			return w.Put(ctx, store.NewVersion{Resource: store.Resource{
				Key: store.Key{Type: "Patient", ID: "1"}, Version: version, Updated: time.UnixMilli(1), Body: bytes.Repeat([]byte("x"), size)}})
		})
	}
	for version := range int64(2) { // a first one, and one that follows
		if err := put(version+1, 16<<20); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("16 MB as version %d: %v", version+1, err)
		}
		if err := put(version+1, 15<<20); err != nil {
			t.Errorf("15 MB as version %d: %v", version+1, err)
		}
	}
	err := b.Read(ctx, func(r store.Snapshot) error {
		got, err := r.Current(ctx, store.Key{Type: "Patient", ID: "1"}, search.True)
		if got.Version != 2 || len(got.Body) != 15<<20 {
			t.Errorf("there is version %d of %d bytes", got.Version, len(got.Body))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
