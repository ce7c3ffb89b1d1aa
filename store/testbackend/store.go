package testbackend

import (
	"cmp"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Definitions are R4's search parameters, and its compartments in terms of them. They
// are made once, since to make them takes longer than many a test, and nothing changes
// them.
func Definitions(t testing.TB) (*search.Registry, *compartments.Compartments) {
	t.Helper()
	d, err := r4()
	if err != nil {
		t.Fatal(err)
	}
	return d.registry, d.charts
}

type definitions struct {
	registry *search.Registry
	charts   *compartments.Compartments
}

var r4 = sync.OnceValues(func() (d definitions, err error) {
	if d.registry, err = search.NewRegistry(); err != nil {
		return d, err
	}
	d.charts, err = compartments.New(d.registry)
	return d, err
})

// StoreOptions are what a store is opened with. Without any it has no base URL, and
// checks nothing of what is written but that it can be indexed.
type StoreOptions struct {
	Base       string
	Validation store.Validation
	With       []store.Option
}

// Store opens a store of R4's definitions on the database, which runs by a clock.
// Several that are open at once are as several processes. What the test has not closed
// is closed at its end.
func (d *Database) Store(clock func() time.Time, o StoreOptions) *store.Store {
	d.t.Helper()
	registry, _ := Definitions(d.t)
	return StoreOn(d.t, d.Open(Options{Clock: clock, Registry: registry}), o)
}

// OpenStore opens a store on an empty database.
func OpenStore(t testing.TB, clock func() time.Time, o StoreOptions) *store.Store {
	t.Helper()
	return New(t).Store(clock, o)
}

// StoreOn puts a store of R4's definitions on a backend of the test's own. At the end
// of the test both are closed.
func StoreOn(t testing.TB, backend store.Backend, o StoreOptions) *store.Store {
	t.Helper()
	registry, charts := Definitions(t)
	s, err := store.New(backend, registry, charts, o.Base, cmp.Or(o.Validation, store.ValidateOff), o.With...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
