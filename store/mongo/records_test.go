package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// Without transactions a record that another one makes between a question and its answer is
// one that has changed: nothing waits for it to go away.
func TestStandaloneInsertsARecordOnce(t *testing.T) {
	b, err := Open(t.Context(), mongotest.URI(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	b.Standalone()
	if _, err := b.Records().Put(t.Context(), "k", "1", []byte("first"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	limited, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = b.write(limited, func(x *tx) error {
		r := &records{b, x}
		// As Swap does, once it was told that there is none.
		absent := replacement{value: []byte("second"), insert: true, only: bson.D{where("expires", lte(r.now()))}}
		_, err := r.replace(limited, "k", "1", absent)
		return err
	})
	if !errors.Is(err, store.ErrRecordChanged) {
		t.Errorf("what was made meanwhile: %v", err)
	}
}
