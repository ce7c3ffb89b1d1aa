package sqlite

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// busyWriter is a writer whose connection is held until release is called.
func busyWriter(t *testing.T) (b *Backend, release func()) {
	t.Helper()
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	held, free, ended := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		ended <- b.Write(context.Background(), func(store.Writer) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return b, func() {
		close(free)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// put writes a record, and says what it was told.
func put(ctx context.Context, b *Backend, key string) error {
	_, err := b.Records().Put(ctx, "k", key, nil, time.Time{})
	return err
}

// Who waits too long for the writer is told so, and nothing of theirs is done.
func TestWriterHasALimit(t *testing.T) {
	b, release := busyWriter(t)
	b.writer.limit = 10 * time.Millisecond
	err := put(t.Context(), b, "late")
	if !errors.Is(err, store.ErrUnavailable) || err.Error() != "the store is unavailable: the writer was not free within 10ms" {
		t.Errorf("%v", err)
	}
	b.writer.limit = time.Minute
	next := make(chan error)
	go func() { next <- put(t.Context(), b, "next") }()
	release()
	if err := <-next; err != nil {
		t.Errorf("who came after: %v", err)
	}
	keys, err := b.Records().List(t.Context(), "k", "", 10)
	if err != nil || len(keys) != 1 || keys[0] != "next" {
		t.Errorf("%v %v", keys, err)
	}
	if got := b.Stats(); got.Refused != 1 || got.Queued != 0 {
		t.Errorf("%+v", got)
	}
}

// The queue is bounded: who finds it full does not wait.
func TestWriterQueueIsBounded(t *testing.T) {
	b, release := busyWriter(t)
	gone, leave := context.WithCancel(t.Context())
	answers := make(chan error, queueLength)
	for range queueLength {
		go func() { answers <- put(gone, b, "queued") }()
	}
	for b.Stats().Queued < queueLength {
		select {
		case err := <-answers:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	err := put(t.Context(), b, "one more")
	if !errors.Is(err, store.ErrUnavailable) || err.Error() != "the store is unavailable: 1024 callers wait for the writer" {
		t.Errorf("%v", err)
	}
	leave()
	for range queueLength {
		if err := <-answers; err != context.Canceled {
			t.Fatal(err)
		}
	}
	release()
	if err := put(t.Context(), b, "after"); err != nil {
		t.Error(err)
	}
	keys, err := b.Records().List(t.Context(), "k", "", 10)
	if err != nil || len(keys) != 1 || keys[0] != "after" {
		t.Errorf("%v %v", keys, err)
	}
}

// A write that fails for what another has written in the same transaction is told
// so once that is durable, and can be read: not before.
func TestAFailureWaitsForWhatItSaw(t *testing.T) {
	b, release := busyWriter(t)
	queued := 0
	queue := func(fn func() error) chan error {
		answer := make(chan error, 1)
		go func() { answer <- fn() }()
		for queued++; b.Stats().Queued < queued; {
			select {
			case err := <-answer:
				t.Fatal(err)
			case <-time.After(time.Millisecond):
			}
		}
		return answer
	}
	made := queue(func() error { return put(t.Context(), b, "x") })
	failed := queue(func() error {
		_, err := b.Records().Swap(t.Context(), "k", "x", 0, nil, time.Time{}) // as if it were absent
		return err
	})
	held, free := make(chan bool), make(chan bool)
	last := queue(func() error {
		return b.Write(t.Context(), func(store.Writer) error { close(held); <-free; return nil })
	})
	released := make(chan bool)
	go func() { release(); close(released) }()
	<-held // the transaction has all three, and goes on
	select {
	case err := <-failed:
		t.Errorf("told before the commit: %v", err)
		failed <- err
	case <-time.After(50 * time.Millisecond):
	}
	close(free)
	<-released
	if err := <-failed; err != store.ErrRecordChanged {
		t.Errorf("%v", err)
	}
	if _, err := b.Records().Get(t.Context(), "k", "x"); err != nil {
		t.Errorf("what it failed for cannot be read: %v", err)
	}
	for _, answer := range []chan error{made, last} {
		if err := <-answer; err != nil {
			t.Error(err)
		}
	}
}

// What the writer does is told as it happens.
func TestWriterIsObserved(t *testing.T) {
	var waits, callers int
	b, err := Open(t.TempDir(), Options{Observer: Observer{
		Waited:    func(time.Duration) { waits++ },
		Committed: func(n int, _ time.Duration) { callers += n },
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b"} {
		if err := put(t.Context(), b, key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Records().Swap(t.Context(), "k", "a", 99, nil, time.Time{}); err != store.ErrRecordChanged {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if waits != 3 || callers != 2 {
		t.Errorf("%d waits, %d callers whose work was committed; want 3 and 2", waits, callers)
	}
}
