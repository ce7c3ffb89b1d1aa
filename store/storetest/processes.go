package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// processTests are of several backends that are open on one database.
var processTests = []struct {
	name string
	run  func(*testing.T, Database)
}{
	{"processes lose no update", testProcessUpdates},
	{"no process writes what another one at once forbids", testProcessSkew},
	{"processes see each other's writes at once", testProcessWrites},
	{"of processes that swap or take one wins", testProcessRecords},
	{"processes that open an empty database at once", testProcessOpen},
	{"everything is there after opening again", testReopen},
}

// processes are two backends on one database.
func processes(t *testing.T, database Database) (a, b *world) {
	t.Helper()
	c := newClock()
	open := database(t)
	a = &world{t, open(c.Now), c, t.Context()}
	t.Cleanup(a.close)
	b = &world{t, open(c.Now), c, t.Context()}
	t.Cleanup(b.close)
	return a, b
}

func testProcessUpdates(t *testing.T, database Database) {
	a, b := processes(t, database)
	incrementAll(t, a.ctx, a.backend, b.backend)
}

func testProcessWrites(t *testing.T, database Database) {
	a, b := processes(t, database)
	for i := range 10 {
		id := itoa(i)
		d := patient(id).token(gender, "", "g"+id).refer(doctor, "Practitioner/"+id)
		d.relations = []compartments.Relationship{care("Practitioner/"+id, id, search.TimeBegin, search.TimeEnd)}
		b.found(typeP, is(gender, "", "g"+id)) // so that nothing remembers that there is none
		b.found(typeP, search.Panel{Party: "Practitioner/" + id})
		a.put(d)
		b.found(typeP, is(gender, "", "g"+id), id)
		b.found(typeP, search.Panel{Party: "Practitioner/" + id}, id)
		b.found(typeP, search.Chart{Patient: id}, id)
		b.put(observation(id).of(id).token(code, "", "c"+id))
		a.found(typeO, search.And{search.Chart{Patient: id}, is(code, "", "c"+id)}, id)
		a.found(typeO, search.Chain{Param: subject, Type: typeP, Where: is(gender, "", "g"+id)}, id)
		b.delete(store.Key{Type: typeP, ID: id})
		a.found(typeP, search.ID{id})
		a, b = b, a
	}
}

func testProcessRecords(t *testing.T, database Database) {
	a, b := processes(t, database)
	swapAll(t, a, a.backend, b.backend)
	takeAll(t, a, a.backend, b.backend)
	revisionsOfOthers(t, a, a.backend.Records(), b.backend.Records())
}

// revisionsOfOthers: what one process does counts at once in the other.
func revisionsOfOthers(t *testing.T, w *world, mine, others store.Records) {
	name := store.RecordName{Kind: "grant", Key: "1"}
	for range 3 {
		put, err := others.Put(w.ctx, name.Kind, name.Key, []byte("v"), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := mine.Revisions(w.ctx, name); err != nil || got[0] != put {
			t.Errorf("revision %v, %v; the other process put %d", got, err, put)
		}
		if err := others.Delete(w.ctx, name.Kind, name.Key); err != nil {
			t.Fatal(err)
		}
		if got, err := mine.Revisions(w.ctx, name); err != nil || got[0] != 0 {
			t.Errorf("revision %v, %v; the other process deleted it", got, err)
		}
	}
}

func testProcessOpen(t *testing.T, database Database) {
	open := database(t)
	c := newClock()
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			w := &world{t, open(c.Now), c, t.Context()}
			defer w.close()
			err := w.backend.Write(w.ctx, func(tx store.Writer) error {
				return putDoc(w.ctx, tx, patient(itoa(i)), w.backend.Now())
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w := &world{t, open(c.Now), c, t.Context()}
	defer w.close()
	w.found(typeP, search.True, "0", "1", "2", "3", "4")
}

func testReopen(t *testing.T, database Database) {
	open := database(t)
	c := newClock()
	for i := range 3 {
		w := &world{t, open(c.Now), c, t.Context()}
		w.put(patient("1").token(gender, "", "g"+itoa(i)))
		w.close()
		w = &world{t, open(c.Now), c, t.Context()}
		w.found(typeP, is(gender, "", "g"+itoa(i)), "1")
		w.wantCurrent(store.Key{Type: typeP, ID: "1"}, int64(i+1))
		w.close()
	}
}

func (w *world) wantCurrent(key store.Key, version int64) {
	w.Helper()
	w.read(func(r store.Snapshot) {
		if got, err := r.Current(w.ctx, key, search.True); err != nil || got.Version != version {
			w.Errorf("%s: version %d, %v; want %d", key, got.Version, err, version)
		}
	})
}
