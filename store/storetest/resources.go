package storetest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var resourceTests = []test{
	{"a resource comes back as it was put", testPut},
	{"an update makes the next version", testUpdate},
	{"a deletion is a version", testDelete},
	{"a deleted resource can come back", testRecreate},
	{"a version must follow the current one", testWrongVersion},
	{"keys are exact", testKeys},
	{"a resource that is only referred to is not there", testNameOnly},
	{"bodies of any size and content", testBodies},
}

func testPut(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"))
	w.read(func(r store.Snapshot) {
		got, err := r.Current(w.ctx, store.Key{Type: typeP, ID: "1"}, search.True)
		if err != nil {
			t.Fatal(err)
		}
		if got.Key != (store.Key{Type: typeP, ID: "1"}) || got.Version != 1 || got.Deleted ||
			!got.Updated.Equal(w.clock.Now()) || got.Updated.Location() != time.UTC || !bytes.Equal(got.Body, patient("1").body(1)) {
			t.Errorf("got %+v %s", got, got.Body)
		}
		for _, key := range []store.Key{{Type: typeP, ID: "2"}, {Type: typeO, ID: "1"}} {
			if _, err := r.Current(w.ctx, key, search.True); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", key, err)
			}
		}
		if _, err := r.Current(w.ctx, got.Key, search.False); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a hidden resource: %v", err)
		}
	})
}

func testUpdate(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1").token(gender, "", "male"))
	w.clock.Advance(time.Second)
	w.put(patient("1").token(gender, "", "female"))
	w.found(typeP, is(gender, "", "male"))
	w.found(typeP, is(gender, "", "female"), "1")
	w.read(func(r store.Snapshot) {
		got, err := r.Current(w.ctx, store.Key{Type: typeP, ID: "1"}, search.True)
		if err != nil || got.Version != 2 || !got.Updated.Equal(w.clock.Now()) || !bytes.Equal(got.Body, patient("1").body(2)) {
			t.Errorf("got %+v %s, %v", got, got.Body, err)
		}
	})
}

func testDelete(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1").token(gender, "", "male").text(name, "Smith"))
	key := store.Key{Type: typeP, ID: "1"}
	w.delete(key)
	w.found(typeP, search.True)
	w.found(typeP, is(gender, "", "male"))
	w.found(typeP, search.String{Param: name, Value: "smith"})
	w.read(func(r store.Snapshot) {
		got, err := r.Current(w.ctx, key, search.True)
		if err != nil || !got.Deleted || got.Version != 2 || len(got.Body) > 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		for where, visible := range map[search.Expr]bool{is(gender, "", "male"): true, is(gender, "", "female"): false} {
			_, err := r.Current(w.ctx, key, where)
			if seen := err == nil; seen != visible || err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("the deletion where %v: %v", where, err)
			}
		}
	})
}

func testRecreate(t *testing.T, s *suite) {
	w := s.world(t)
	key := store.Key{Type: typeP, ID: "1"}
	w.put(patient("1").token(gender, "", "male"))
	w.delete(key)
	w.put(patient("1").token(gender, "", "female"))
	w.found(typeP, is(gender, "", "female"), "1")
	w.read(func(r store.Snapshot) {
		if got, err := r.Current(w.ctx, key, search.True); err != nil || got.Version != 3 || got.Deleted {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	w.delete(key)
	w.found(typeP, search.True)
}

func testWrongVersion(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"))
	for _, version := range []int64{0, 1, 3} {
		err := w.backend.Write(w.ctx, func(tx store.Writer) error {
			return tx.Put(w.ctx, store.NewVersion{Resource: store.Resource{Key: store.Key{Type: typeP, ID: "1"}, Version: version, Updated: w.backend.Now()}})
		})
		if err == nil {
			t.Errorf("version %d was put after version 1", version)
		}
		err = w.backend.Write(w.ctx, func(tx store.Writer) error {
			return tx.Delete(w.ctx, store.Key{Type: typeP, ID: "1"}, version, w.backend.Now())
		})
		if err == nil {
			t.Errorf("version %d was a deletion after version 1", version)
		}
	}
	w.found(typeP, search.True, "1")
}

func testKeys(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("a"), patient("A"), patient("a."), observation("a"))
	w.found(typeP, search.True, "A", "a", "a.")
	w.found(typeP, search.ID{"a"}, "a")
	w.found(typeO, search.ID{"A"})
}

func testNameOnly(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("1").of("2"))
	w.found(typeP, search.True)
	w.found(typeP, search.ID{"2"})
	w.found(typeO, search.Chain{Param: subject, Type: typeP, Where: search.True})
	w.read(func(r store.Snapshot) {
		key := store.Key{Type: typeP, ID: "2"}
		if _, err := r.Current(w.ctx, key, search.True); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("current: %v", err)
		}
		if versions, err := r.Versions(w.ctx, key, search.True, store.VersionPage{}); err != nil || len(versions) > 0 {
			t.Errorf("versions: %v, %v", versions, err)
		}
		if _, err := r.Version(w.ctx, key, 0, search.True); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("version 0: %v", err)
		}
	})
}

func testBodies(t *testing.T, s *suite) {
	w := s.world(t)
	bodies := [][]byte{[]byte("{}"), bytes.Repeat([]byte("x"), 4090), bytes.Repeat([]byte("\x00\xff'\"\n"), 1<<20)}
	for i, body := range bodies {
		w.write(func(tx store.Writer) error {
			return tx.Put(w.ctx, store.NewVersion{Resource: store.Resource{
				Key: store.Key{Type: typeP, ID: "1"}, Version: int64(i + 1), Updated: w.backend.Now(), Body: body}})
		})
	}
	w.read(func(r store.Snapshot) {
		for i, body := range bodies {
			got, err := r.Version(w.ctx, store.Key{Type: typeP, ID: "1"}, int64(i+1), search.True)
			if err != nil || !bytes.Equal(got.Body, body) {
				t.Errorf("body %d: %d bytes instead of %d, %v", i, len(got.Body), len(body), err)
			}
		}
	})
}
