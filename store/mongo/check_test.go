package mongo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

const otherBase = "http://elsewhere.test/fhir"

// based is a store on a database, with a base URL.
func based(t *testing.T, uri, base string) (*store.Store, *Backend) {
	t.Helper()
	registry, err := registryOnce()
	if err != nil {
		t.Fatal(err)
	}
	charts, err := compartments.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), uri, Options{Registry: registry})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	s, err := store.New(b, registry, charts, base, store.ValidateOff)
	if err != nil {
		t.Fatal(err)
	}
	return s, b
}

// save writes resources under their ids in one transaction.
func save(ctx context.Context, s *store.Store, resources ...string) error {
	return s.View(store.Unrestricted("test data")).Transact(ctx, func(tx *store.Tx) error {
		for _, text := range resources {
			resource, err := fhirjson.Parse([]byte(text))
			if err != nil {
				return err
			}
			key := store.Key{Type: resource.Get("resourceType").Text(), ID: resource.Get("id").Text()}
			draft, err := tx.Draft(key.Type, resource)
			if err != nil {
				return err
			}
			if _, err = tx.Update(ctx, key, draft, store.Precondition{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// observation refers absolutely to a patient below a base URL.
func observation(id, patient, text string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"status":"final","code":{"text":%q},"subject":{"reference":"%s/Patient/%s"}}`, id, text, testBase, patient)
}

// eventful is a database with an updated, a deleted and a revived resource, and care.
func eventful(t *testing.T, uri string) *store.Store {
	t.Helper()
	s, _ := based(t, uri, testBase)
	remove := func(key store.Key) error {
		return s.View(store.Unrestricted("test data")).Transact(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Delete(t.Context(), key, store.Precondition{})
			return err
		})
	}
	for _, step := range []func() error{
		func() error {
			return save(t.Context(), s, `{"resourceType":"Patient","id":"a","generalPractitioner":[{"reference":"Practitioner/1"}]}`,
				observation("1", "a", "first"), observation("2", "a", "x"), observation("3", "a", "x"))
		},
		func() error { return save(t.Context(), s, observation("1", "a", "second")) },
		func() error { return remove(store.Key{Type: "Observation", ID: "2"}) },
		func() error { return remove(store.Key{Type: "Observation", ID: "3"}) },
		func() error { return save(t.Context(), s, observation("3", "a", "again")) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// findings are what a check finds.
func findings(t *testing.T, s *store.Store) (texts []string, outdated int64) {
	t.Helper()
	report, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		texts = append(texts, string(f.Kind)+" "+f.String())
	}
	slices.Sort(texts)
	return texts, report.Outdated
}

func untold(store.Reindexed) {}

// Of an absolute reference below the old base URL the new one makes another entry.
func TestReindexAfterAnotherBaseURL(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	old := eventful(t, uri)
	if texts, outdated := findings(t, old); len(texts) != 0 || outdated != 0 {
		t.Fatalf("at first: %q, %d", texts, outdated)
	}
	s, _ := based(t, uri, otherBase)
	const absolute = 7 // all versions of observations
	if texts, outdated := findings(t, s); len(texts) != 0 || outdated != absolute {
		t.Errorf("with another base URL: %q, %d outdated", texts, outdated)
	}
	stopped, stop := context.WithCancel(t.Context())
	if _, err := s.Reindex(stopped, false, func(store.Reindexed) { stop() }); err == nil {
		t.Error("what was stopped came to its end")
	}
	var last store.Reindexed
	done, err := s.Reindex(t.Context(), false, func(at store.Reindexed) { last = at })
	if err != nil || done.Looked != 8 || done.Written != absolute || last.Done != last.Total || last.Total == 0 {
		t.Errorf("reindexed: %+v, %+v, %v", done, last, err)
	}
	if texts, outdated := findings(t, s); len(texts) != 0 || outdated != 0 {
		t.Errorf("afterwards: %q, %d", texts, outdated)
	}
	if done, err = s.Reindex(t.Context(), true, untold); err != nil || done.Written != 0 {
		t.Errorf("the second time: %+v, %v", done, err)
	}
}

// Who writes meanwhile is neither held up nor undone.
func TestReindexBesideWriters(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	old, _ := based(t, uri, testBase)
	var all []string
	for i := range 60 {
		all = append(all, observation(fmt.Sprint(i), fmt.Sprint(i%7), "old"))
	}
	if err := save(t.Context(), old, all...); err != nil {
		t.Fatal(err)
	}
	s, b := based(t, uri, otherBase)
	other, _ := based(t, uri, otherBase)
	var running sync.WaitGroup
	for w := range 2 {
		running.Go(func() {
			for i := range 10 {
				if err := save(t.Context(), other, observation(fmt.Sprint(w*30+i*3), "9", "new")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Go(func() {
		if _, err := s.Reindex(t.Context(), false, untold); err != nil {
			t.Error(err)
		}
	})
	running.Wait()
	if texts, outdated := findings(t, s); len(texts) != 0 || outdated != 0 {
		t.Errorf("afterwards: %q, %d", texts, outdated)
	}
	if n, err := b.collection(versions).CountDocuments(t.Context(), bson.D{}); err != nil || n != 20 {
		t.Errorf("there are %d superseded versions, %v", n, err)
	}
}

func TestDamageIsFoundAndRepaired(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	s := eventful(t, uri)
	_, b := based(t, uri, testBase)
	set := func(collection, id, field string, value any) {
		t.Helper()
		done, err := b.collection(collection).UpdateOne(t.Context(), is("_id", id), is("$set", is(field, value)))
		if err != nil || done.ModifiedCount != 1 {
			t.Fatalf("%s %s: %+v, %v", collection, id, done, err)
		}
	}
	set(resources, "Observation/1", "k", bson.A{"nothing"})
	set(resources, "Observation/3", "z", int64(1))
	set(versions, "Observation/1/1", "c", bson.A{"b"})
	if _, err := b.collection(relationships).InsertOne(t.Context(), relationshipDocument{"Practitioner/9", "Patient/a", 0, 1, "Patient/a"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.collection(relationships).InsertOne(t.Context(), relationshipDocument{"Practitioner/9", "Patient/z", 0, 1, "Patient/z"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"damaged Observation/3: its document is not what goes with its body",
		"damaged Patient/a: its care relationships are not those that its body says",
		"damaged Patient/z: there are care relationships of it, and it is not there",
	}
	if texts, outdated := findings(t, s); !slices.Equal(texts, want) || outdated != 2 {
		t.Errorf("%d outdated, %q", outdated, texts)
	}
	if err := s.Repair(t.Context(), untold); err != nil {
		t.Fatal(err)
	}
	if texts, outdated := findings(t, s); len(texts) != 0 || outdated != 0 {
		t.Errorf("repaired: %d outdated, %q", outdated, texts)
	}
	// What cannot be put right is named.
	if _, err := b.collection(versions).DeleteOne(t.Context(), is("_id", "Observation/1/1")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.collection(resources).DeleteOne(t.Context(), is("_id", "Observation/3")); err != nil {
		t.Fatal(err)
	}
	set(resources, "Patient/a", "b", []byte(`{"resourceType":"Patient","id":"b"}`))
	if err := s.Repair(t.Context(), untold); err != nil {
		t.Fatal(err)
	}
	texts, _ := findings(t, s)
	for _, w := range []string{
		"lost Observation/1/_history/1: version 1 is not there", "lost Observation/3/_history/2: there is no current version of it",
		`lost Patient/a: its body has the id "b", and its row "a"`,
	} {
		if !slices.ContainsFunc(texts, func(text string) bool { return text == w || len(text) > len(w) && text[:len(w)] == w }) {
			t.Errorf("%q is not found: %q", w, texts)
		}
	}
}
