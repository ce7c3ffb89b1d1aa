package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// gaveUp tells whether a call has ended with its deadline. Where the server sees that
// before the client, MongoDB has a code for it, and the engine for tests the words of
// PostgreSQL (SQLSTATE 57014, query_canceled).
func gaveUp(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || err != nil && strings.Contains(err.Error(), "(InternalError) 57014 ")
}

func TestAWriteGivesUpAtItsDeadline(t *testing.T) {
	uri := mongotest.URI(t)
	a, b := open(t, uri, time.Now), open(t, uri, time.Now)
	ctx := t.Context()
	err := a.Write(ctx, func(w store.Writer) error {
		if err := next(ctx, w, "1", "male"); err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, 150*time.Millisecond)
		defer cancel()
		err := b.Write(limited, func(w store.Writer) error { return next(limited, w, "1", "female") })
		if !gaveUp(err) {
			t.Errorf("while another has the resource: %v", err)
		}
		gone, leave := context.WithCancel(ctx)
		err = b.Write(gone, func(w store.Writer) error {
			leave()
			return next(ctx, w, "1", "female")
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("of a caller who is gone: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Write(ctx, func(w store.Writer) error { return next(ctx, w, "1", "female") }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	err = b.Read(ctx, func(r store.Snapshot) error {
		got, err := r.Current(ctx, store.Key{Type: "Patient", ID: "1"}, isGender("female"))
		if err == nil && got.Version != 2 {
			t.Errorf("it has version %d", got.Version)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The storm: all ask whether there is an observation of a patient, and write one.
func TestManyConditionalWritesInTwoProcesses(t *testing.T) {
	uri := mongotest.URI(t)
	a, b := open(t, uri, time.Now), open(t, uri, time.Now)
	ctx := t.Context()
	if err := a.Write(ctx, func(w store.Writer) error { return next(ctx, w, "asked", "male") }); err != nil {
		t.Fatal(err)
	}
	male := search.Has{Param: &search.Param{Type: "Patient", Code: "link", Kind: search.KindReference}, Where: search.True}
	var all sync.WaitGroup
	for i := range 100 {
		backend := a
		if i%2 == 0 {
			backend = b
		}
		all.Go(func() {
			err := backend.Write(ctx, func(w store.Writer) error {
				if _, err := w.Current(ctx, store.Key{Type: "Patient", ID: "asked"}, search.Not{Of: male}); err != nil {
					return err
				}
				return next(ctx, w, fmt.Sprint(i), "male")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	start := time.Now()
	all.Wait()
	t.Log(time.Since(start))
}
