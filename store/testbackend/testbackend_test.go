package testbackend_test

import (
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

func TestBackendsOfOneDatabaseSeeEachOther(t *testing.T) {
	database := testbackend.New(t)
	a, b := database.Open(testbackend.Options{}), database.Open(testbackend.Options{})
	if _, err := a.Records().Put(t.Context(), "kind", "key", []byte("value"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Records().Get(t.Context(), "kind", "key"); err != nil || string(got.Value) != "value" {
		t.Errorf("the other sees %+v, %v", got, err)
	}
	if keys, err := testbackend.Open(t, testbackend.Options{}).Records().List(t.Context(), "kind", "", 9); err != nil || len(keys) != 0 {
		t.Errorf("in a database of its own there are %q, %v", keys, err)
	}
}

func TestStoresOfOneDatabaseSeeEachOther(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	database := testbackend.New(t)
	a, b := database.Store(clock, testbackend.StoreOptions{}), database.Store(clock, testbackend.StoreOptions{})
	key := store.Key{Type: "Patient", ID: "1"}
	put := func(s *store.Store, text string) error {
		return s.View(store.Unrestricted("test")).Transact(t.Context(), func(tx *store.Tx) error {
			resource, err := fhirjson.Parse([]byte(text))
			if err != nil {
				return err
			}
			draft, err := tx.Draft(key.Type, resource)
			if err != nil {
				return err
			}
			_, err = tx.Update(t.Context(), key, draft, store.Precondition{})
			return err
		})
	}
	const odd = `{"resourceType":"Patient","id":"1","colour":"red"}`
	if err := put(a, odd); err != nil {
		t.Fatal(err)
	}
	if got, err := b.View(store.Unrestricted("test")).Read(t.Context(), key); err != nil || !got.Updated.Equal(now) {
		t.Errorf("the other sees %+v, %v", got, err)
	}
	strict := testbackend.OpenStore(t, clock, testbackend.StoreOptions{Base: "http://granary.test/fhir", Validation: store.ValidateStructure})
	if _, err := strict.View(store.Unrestricted("test")).Read(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("in a database of its own: %v", err)
	}
	if err := put(strict, odd); err == nil || strict.Base() != "http://granary.test/fhir" {
		t.Errorf("it takes %s at %s", odd, strict.Base())
	}
}
