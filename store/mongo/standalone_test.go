package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

var gender = &search.Param{Type: "Patient", Code: "gender", Kind: search.KindToken}

func isGender(code string) search.Expr { return search.Term{Param: gender, Code: search.Is(code)} }

// next puts the next version of a patient.
func next(ctx context.Context, w store.Writer, id, code string) error {
	key := store.Key{Type: "Patient", ID: id}
	was, err := w.Current(ctx, key, search.True)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return w.Put(ctx, store.NewVersion{
		Resource: store.Resource{Key: key, Version: was.Version + 1, Updated: time.UnixMilli(was.Version + 1), Body: fmt.Append(nil, was.Version+1)},
		Entries:  search.Entries{Sort: search.NoSort, Terms: []search.TermEntry{{Param: gender, Code: code}}},
	})
}

// standalone is a backend that uses no transactions, and counts what is in its database.
func standalone(t *testing.T) (*mongo.Backend, func(collection string) int64) {
	t.Helper()
	return standaloneOn(t, mongotest.URI(t))
}

func standaloneOn(t *testing.T, uri string) (*mongo.Backend, func(collection string) int64) {
	t.Helper()
	b := open(t, uri, time.Now)
	b.Standalone()
	database := raw(t, uri)
	return b, func(collection string) int64 {
		n, err := database.Collection(collection).CountDocuments(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func TestStandaloneWritesOneResource(t *testing.T) {
	b, count := standalone(t)
	ctx := t.Context()
	key := store.Key{Type: "Patient", ID: "1"}
	for i := range 3 {
		err := b.Write(ctx, func(w store.Writer) error {
			if err := next(ctx, w, "1", "g"+fmt.Sprint(i)); err != nil {
				return err
			}
			// What was put is judged, though it is not yet there.
			if got, err := w.Current(ctx, key, isGender("g"+fmt.Sprint(i))); err != nil || got.Version != int64(i+1) {
				t.Errorf("inside: %+v, %v", got, err)
			}
			if _, err := w.Current(ctx, key, isGender("other")); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("inside, where another one is asked for: %v", err)
			}
			if resources, versions := count("resource"), count("version"); resources != int64(min(i, 1)) || versions != int64(max(i-1, 0)) {
				t.Errorf("outside there are %d resources and %d versions before the end of write %d", resources, versions, i)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Write(ctx, func(w store.Writer) error { return w.Delete(ctx, key, 4, time.UnixMilli(4)) }); err != nil {
		t.Fatal(err)
	}
	if resources, versions := count("resource"), count("version"); resources != 1 || versions != 3 {
		t.Errorf("there are %d resources and %d versions", resources, versions)
	}
	err := b.Read(ctx, func(r store.Snapshot) error {
		got, err := r.Current(ctx, key, isGender("g2"))
		if err == nil && (!got.Deleted || got.Version != 4) {
			t.Errorf("got %+v", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStandaloneRefusesASecondResource(t *testing.T) {
	b, count := standalone(t)
	err := b.Write(t.Context(), func(w store.Writer) error {
		if err := next(t.Context(), w, "1", "male"); err != nil {
			return err
		}
		return next(t.Context(), w, "2", "male")
	})
	if !errors.Is(err, store.ErrNoTransactions) {
		t.Errorf("two resources: %v", err)
	}
	if n := count("resource"); n != 0 {
		t.Errorf("%d of them are there", n)
	}
}

// What says what a Write does is written with it, however much that is, and is not there
// if a second resource is refused.
func TestStandaloneKeepsWhatIsNoted(t *testing.T) {
	b, count := standalone(t)
	ctx := t.Context()
	note := func(w store.Writer, id string) error {
		return w.(store.Noter).Note(ctx, store.NewVersion{
			Resource: store.Resource{Key: store.Key{Type: "AuditEvent", ID: id}, Version: 1, Updated: time.UnixMilli(1), Body: []byte("noted")},
			Entries:  search.Entries{Sort: search.NoSort},
		})
	}
	err := b.Write(ctx, func(w store.Writer) error {
		return errors.Join(note(w, "a"), next(ctx, w, "1", "male"), note(w, "b"), next(ctx, w, "2", "male"))
	})
	if n := count("resource"); !errors.Is(err, store.ErrNoTransactions) || n != 0 {
		t.Errorf("two resources: %v, and %d are there", err, n)
	}
	for want, fn := range map[int64]func(store.Writer) error{
		2: func(w store.Writer) error { return errors.Join(note(w, "a"), note(w, "b")) },
		3: func(w store.Writer) error { return errors.Join(next(ctx, w, "1", "male"), note(w, "c"), note(w, "d")) },
	} {
		before := count("resource")
		if err := b.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
		if n := count("resource") - before; n != want {
			t.Errorf("%d resources were written", n)
		}
	}
	err = b.Read(ctx, func(r store.Snapshot) error {
		got, err := r.Current(ctx, store.Key{Type: "AuditEvent", ID: "a"}, search.True)
		if err == nil && (string(got.Body) != "noted" || !got.Created || got.Version != 1) {
			t.Errorf("got %+v", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStandaloneLosesNoUpdate(t *testing.T) {
	b, count := standalone(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := b.Write(t.Context(), func(w store.Writer) error { return next(t.Context(), w, "1", "male") })
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := count("version"); n != 19 {
		t.Errorf("there are %d superseded versions of 20 writes", n)
	}
}

// Another process may not be there, but nothing is lost if it is.
func TestStandaloneIsOvertaken(t *testing.T) {
	uri := mongotest.URI(t)
	b, count := standaloneOn(t, uri)
	ctx := t.Context()
	write := func(fn func(store.Writer) error) {
		t.Helper()
		if err := b.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(w store.Writer) error { return next(ctx, w, "1", "first") })
	other := open(t, uri, time.Now)
	runs := 0
	write(func(w store.Writer) error {
		if runs++; runs == 1 {
			defer func() {
				if err := other.Write(ctx, func(w store.Writer) error { return next(ctx, w, "1", "other") }); err != nil {
					t.Error(err)
				}
			}()
		}
		return next(ctx, w, "1", "last")
	})
	if n := count("version"); runs != 2 || n != 2 {
		t.Errorf("the function ran %d times, and there are %d superseded versions", runs, n)
	}
}

// A server without transactions that dies between the commands of a Write leaves a superseded
// version of a resource that was not changed. Once it is a replica set the next Write of the
// resource puts its own in that place.
func TestWhatAStandaloneServerLeftIsNotInTheWay(t *testing.T) {
	uri := mongotest.URI(t)
	b := open(t, uri, time.Now)
	ctx := t.Context()
	write := func(code string) error {
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		return b.Write(limited, func(w store.Writer) error { return next(limited, w, "1", code) })
	}
	if err := write("first"); err != nil {
		t.Fatal(err)
	}
	left := bson.D{{Key: "_id", Value: "Patient/1/1"}, {Key: "of", Value: "Patient/1"}, {Key: "v", Value: 1}, {Key: "b", Value: []byte("left")}}
	if _, err := raw(t, uri).Collection("version").InsertOne(ctx, left); err != nil {
		t.Fatal(err)
	}
	if err := write("second"); err != nil {
		t.Fatal(err)
	}
	if got := bodies(ctx, t, b, store.Key{Type: "Patient", ID: "1"}); fmt.Sprint(got) != "[2 1]" {
		t.Errorf("its versions are %q", got)
	}
}
