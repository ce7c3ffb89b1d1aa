package user

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// cheap is what hashes cost in tests.
var cheap = Argon2{Memory: 64, Time: 1, Threads: 1}

// world is records with accounts.
type world struct {
	*testing.T
	ctx      context.Context
	clock    *testclock.Clock
	records  store.Records
	store    *store.Store // nil where the records are a memory
	accounts *Accounts
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c := testclock.At(time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	w := &world{T: t, ctx: t.Context(), clock: c, records: newMemory(c.Now)}
	w.accounts = w.with(Options{})
	return w
}

// memory are the records of a world that has no store.
func (w *world) memory() *memory { return w.records.(*memory) }

// newStoreWorld is a world in a store, for what happens in transactions and at the same
// time.
func newStoreWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.store = testbackend.OpenStore(t, w.clock.Now, testbackend.StoreOptions{Validation: store.ValidateStructure})
	w.records = w.store.Records()
	w.accounts = w.with(Options{})
	return w
}

// with are the accounts under other options.
func (w *world) with(o Options) *Accounts {
	o.Clock = w.clock.Now
	if o.Argon2 == (Argon2{}) {
		o.Argon2 = cheap
	}
	return NewAccounts(w.records, o)
}

// anna is an account that most tests have.
var anna = Account{Name: "anna", DisplayName: "Anna Berg", Role: Practitioner, FHIRUser: "Practitioner/1"}

const annas = "annas own secret" // her password

// add adds an account that must be right.
func (w *world) add(account Account, password string) Account {
	w.Helper()
	added, err := w.accounts.Add(w.ctx, account, w.hash(account, password))
	if err != nil {
		w.Fatal(err)
	}
	return added
}

func (w *world) hash(of Account, password string) Password {
	w.Helper()
	hashed, err := w.accounts.Hash(w.ctx, of, password)
	if err != nil {
		w.Fatal(err)
	}
	return hashed
}

// wrong asserts that an error is *Invalid about a field.
func (w *world) wrong(err error, field string) {
	w.Helper()
	var invalid *Invalid
	if !errors.As(err, &invalid) || invalid.Field != field {
		w.Errorf("%v, want one about %s", err, field)
	}
}

// transact runs fn in a transaction that may do everything.
func (w *world) transact(fn func(tx *store.Tx) error) error {
	return w.store.View(store.Unrestricted("test")).Transact(w.ctx, fn)
}
