package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// skewTests are of two transactions at once, each of which is right as long as the other
// has not happened: what one of them asked, the other changes, and they write nothing
// that is the same. One must be run after the other.
var skewTests = []struct {
	name string
	run  func(*skew)
}{
	{"what a search does not find is made once", (*skew).search},
	{"what is not found behind a reference is made once", (*skew).hop},
	{"a resource that was read and not written", (*skew).read},
	{"a resource that was read and absent", (*skew).absent},
	{"a care relationship that is absent", (*skew).relationship},
	{"a record that was read and not written", (*skew).record},
	{"records that were listed", (*skew).list},
}

// testSkew runs them on one backend.
func testSkew(t *testing.T, s *suite) {
	w := s.world(t)
	skewAll(t, w, w)
}

// testProcessSkew runs them on two.
func testProcessSkew(t *testing.T, database Database) {
	a, b := processes(t, database)
	skewAll(t, a, b)
}

func skewAll(t *testing.T, a, b *world) {
	for _, test := range skewTests {
		t.Run(test.name, func(t *testing.T) {
			for round := range 6 {
				test.run(&skew{T: t, both: [2]*world{a, b}, round: test.name + itoa(round), id: "r" + itoa(round)})
			}
		})
	}
}

// skew is one round of a test.
type skew struct {
	*testing.T
	both  [2]*world
	round string // of all rounds of all tests none is named the same
	id    string // the same for ids
}

// run runs both transactions at once. Each asks, waits a while for the other to have
// asked too, and writes if what it was told permits that; how many did is returned.
func (s *skew) run(ask func(side int, tx store.Writer) (bool, error), write func(side int, tx store.Writer) error) (wrote int) {
	var asked, all sync.WaitGroup
	asked.Add(2)
	met := make(chan struct{})
	go func() {
		asked.Wait()
		close(met)
	}()
	var did [2]bool
	for side, w := range s.both {
		var once sync.Once
		all.Go(func() {
			err := w.backend.Write(w.ctx, func(tx store.Writer) error {
				free, err := ask(side, tx)
				if err != nil {
					return err
				}
				once.Do(func() {
					asked.Done()
					select {
					case <-met:
					case <-time.After(10 * time.Millisecond): // of a backend that runs one at a time
					}
				})
				if did[side] = free; !free {
					return nil
				}
				return write(side, tx)
			})
			if err != nil {
				s.Error(err)
			}
			once.Do(asked.Done)
		})
	}
	all.Wait()
	for _, d := range did {
		if d {
			wrote++
		}
	}
	return wrote
}

// once checks that one of both transactions wrote.
func (s *skew) once(ask func(side int, tx store.Writer) (bool, error), write func(side int, tx store.Writer) error) {
	s.Helper()
	if n := s.run(ask, write); n != 1 {
		s.Errorf("%s: %d of both wrote", s.round, n)
	}
}

func (s *skew) name(side int) string { return s.id + []string{"-a", "-b"}[side] }

func (s *skew) ctx() context.Context { return s.both[0].ctx }

func (s *skew) put(tx store.Writer, d *doc) error {
	return putDoc(s.ctx(), tx, d, s.both[0].backend.Now())
}

// none tells that no resource of a type satisfies a predicate.
func (s *skew) none(tx store.Writer, typ string, where search.Expr) (bool, error) {
	found, err := tx.Search(s.ctx(), []search.Select{{Type: typ, Where: where}}, nil, 2)
	return len(found) == 0, err
}

func (s *skew) search() {
	where := is(code, "", s.round)
	s.once(func(_ int, tx store.Writer) (bool, error) { return s.none(tx, typeO, where) },
		func(side int, tx store.Writer) error {
			return s.put(tx, observation("search-"+s.name(side)).token(code, "", s.round))
		})
	if found := s.both[0].find(typeO, where); len(found) != 1 {
		s.Errorf("there are %q", found)
	}
}

// hop: of two patients one may have an observation. Each transaction asks of the one and
// writes of the other, so that they share no more than the reference.
func (s *skew) hop() {
	of := func(side int) string { return "hop-" + s.name(side) }
	s.both[0].put(patient(of(0)), patient(of(1)))
	none := search.Not{Of: search.Has{Param: subject, Where: is(code, "", s.round)}}
	s.once(func(side int, tx store.Writer) (bool, error) {
		_, err := tx.Current(s.ctx(), store.Key{Type: typeP, ID: of(1 - side)}, none)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}, func(side int, tx store.Writer) error {
		return s.put(tx, observation(of(side)).of(of(side)).token(code, "", s.round))
	})
}

// read: of two resources one must keep its content.
func (s *skew) read() {
	keys := [2]string{"read-" + s.name(0), "read-" + s.name(1)}
	s.both[0].put(patient(keys[0]), patient(keys[1]))
	s.once(func(_ int, tx store.Writer) (bool, error) {
		for _, id := range keys {
			if got, err := tx.Current(s.ctx(), store.Key{Type: typeP, ID: id}, search.True); err != nil || got.Version != 1 {
				return false, err
			}
		}
		return true, nil
	}, func(side int, tx store.Writer) error { return s.put(tx, patient(keys[side])) })
}

func (s *skew) absent() {
	s.once(func(side int, tx store.Writer) (bool, error) {
		_, err := tx.Current(s.ctx(), store.Key{Type: typeP, ID: "absent-" + s.name(1-side)}, search.True)
		if errors.Is(err, store.ErrNotFound) {
			return true, nil
		}
		return false, err
	}, func(side int, tx store.Writer) error { return s.put(tx, patient("absent-"+s.name(side))) })
}

// relationship: of two patients one may be in the panel of a party.
func (s *skew) relationship() {
	party := "Practitioner/" + s.id
	cared := func(side int) string { return "cared-" + s.name(side) }
	s.both[0].put(patient(cared(0)), patient(cared(1)))
	s.once(func(side int, tx store.Writer) (bool, error) {
		_, err := tx.Current(s.ctx(), store.Key{Type: typeP, ID: cared(1 - side)}, search.Not{Of: search.Panel{Party: party}})
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}, func(side int, tx store.Writer) error {
		return tx.Relate(s.ctx(), store.Key{Type: typeP, ID: cared(side)}, []compartments.Relationship{care(party, cared(side), search.TimeBegin, search.TimeEnd)})
	})
}

// record: of two records one must keep its value.
func (s *skew) record() {
	for side := range 2 {
		if _, err := s.both[0].backend.Records().Put(s.ctx(), "skew", s.name(side), []byte("before"), time.Time{}); err != nil {
			s.Fatal(err)
		}
	}
	s.once(func(_ int, tx store.Writer) (bool, error) {
		for side := range 2 {
			if got, err := tx.Records().Get(s.ctx(), "skew", s.name(side)); err != nil || string(got.Value) != "before" {
				return false, err
			}
		}
		return true, nil
	}, func(side int, tx store.Writer) error {
		_, err := tx.Records().Put(s.ctx(), "skew", s.name(side), []byte("after"), time.Time{})
		return err
	})
}

// list: there may be one record of a kind.
func (s *skew) list() {
	kind := "skew " + s.id
	s.once(func(_ int, tx store.Writer) (bool, error) {
		keys, err := tx.Records().List(s.ctx(), kind, "", 9)
		return len(keys) == 0, err
	}, func(side int, tx store.Writer) error {
		_, err := tx.Records().Put(s.ctx(), kind, s.name(side), nil, time.Time{})
		return err
	})
	if keys, err := s.both[0].backend.Records().List(s.ctx(), kind, "", 9); err != nil || len(keys) != 1 || !slices.Contains([]string{s.name(0), s.name(1)}, keys[0]) {
		s.Errorf("there are %q, %v", keys, err)
	}
}
