package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var lifeTests = []test{
	{"now is the clock in whole milliseconds", testNow},
	{"a closed backend is unavailable", testClose},
	{"close waits for running calls", testCloseWaits},
}

func testNow(t *testing.T, s *suite) {
	w := s.world(t)
	w.clock.Advance(123456789 * time.Nanosecond)
	if now := w.backend.Now(); now.Location() != time.UTC || !now.Equal(w.clock.Now().Truncate(time.Millisecond)) {
		t.Errorf("now is %v", now)
	}
}

func testClose(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"))
	records := w.backend.Records()
	for range 2 {
		if err := w.backend.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, call := range map[string]func() error{
		"read":   func() error { return w.backend.Read(w.ctx, func(store.Snapshot) error { return nil }) },
		"write":  func() error { return w.backend.Write(w.ctx, func(store.Writer) error { return nil }) },
		"get":    func() error { _, err := records.Get(w.ctx, "k", "1"); return err },
		"put":    func() error { _, err := records.Put(w.ctx, "k", "1", nil, time.Time{}); return err },
		"delete": func() error { return records.Delete(w.ctx, "k", "1") },
	} {
		if err := call(); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s after close: %v", name, err)
		}
	}
}

func testCloseWaits(t *testing.T, s *suite) {
	w := s.world(t)
	closed := make(chan error)
	started := make(chan bool)
	w.write(func(tx store.Writer) error {
		go func() {
			close(started)
			closed <- w.backend.Close()
		}()
		<-started
		for i := range 20 {
			if err := putDoc(w.ctx, tx, patient(itoa(i)), w.backend.Now()); err != nil {
				return err
			}
		}
		if _, err := tx.Current(w.ctx, store.Key{Type: typeP, ID: "7"}, search.True); err != nil {
			t.Error(err)
		}
		select {
		case <-closed:
			t.Error("closed while a write was running")
		default:
		}
		return nil
	})
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
