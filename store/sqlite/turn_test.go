package sqlite

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// Two have the store open, as two processes may, and write without a pause. Neither
// keeps the other from writing.
func TestWritersTakeTurns(t *testing.T) {
	dir := t.TempDir()
	const enough = 30
	var written [2]atomic.Int64
	both := func() bool { return min(written[0].Load(), written[1].Load()) >= enough }
	var writers sync.WaitGroup
	for i := range written {
		b := opened(t, dir)
		writers.Go(func() {
			for !both() {
				if err := many(b); err != nil {
					t.Error(err)
					written[i].Store(enough) // the other one may end
					return
				}
				written[i].Add(1)
			}
		})
	}
	writers.Wait()
	// They take turns, but for the moments in which one is given no processor.
	if most := max(written[0].Load(), written[1].Load()); most > 4*enough {
		t.Errorf("one wrote %d times while the other wrote %d times", most, enough)
	}
}

func opened(t *testing.T, dir string) *Backend {
	t.Helper()
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// many writes some records in one transaction, which takes a while.
func many(b *Backend) error {
	return b.Write(context.Background(), func(w store.Writer) error {
		for i := range 200 {
			if _, err := w.Records().Put(context.Background(), "k", fmt.Sprint(i), make([]byte, 100), time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// A process that was stopped while it had the turn does not stop others.
func TestTheTurnIsNoLock(t *testing.T) {
	b := opened(t, t.TempDir())
	b.writer.turn.patience = 10 * time.Millisecond
	giveBack := turnOf(b.path).take(t.Context())
	defer giveBack()
	if err := put(t.Context(), b, "x"); err != nil {
		t.Error(err)
	}
}
