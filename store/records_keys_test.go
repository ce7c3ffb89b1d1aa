package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// What is below a prefix is found whole, however much it is, and nothing beside it; also
// while it is deleted.
func TestKeysBelow(t *testing.T) {
	t.Parallel()
	records := testbackend.OpenStore(t, time.Now, testbackend.StoreOptions{}).Records()
	put := func(kind, key string) {
		if _, err := records.Put(t.Context(), kind, key, nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for i := range 250 {
		name := fmt.Sprintf("%03d", i)
		put("kind", "anna/"+name)
		want = append(want, name)
	}
	for _, other := range []string{"anna", "anna/", "anna-2/1", "annb/1"} {
		put("kind", other)
	}
	put("other kind", "anna/x")
	below := func(prefix string, remove bool) (found []string) {
		for key, err := range store.KeysBelow(t.Context(), records, "kind", prefix) {
			if err != nil {
				t.Fatal(err)
			}
			if found = append(found, key); remove {
				if err := records.Delete(t.Context(), "kind", prefix+key); err != nil {
					t.Fatal(err)
				}
			}
		}
		return found
	}
	if got := below("anna/", false); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := below("anna/", true); !slices.Equal(got, want) {
		t.Errorf("while they are deleted: %q", got)
	}
	if got := below("anna/", false); len(got) != 0 {
		t.Errorf("afterwards: %q", got)
	}
	if got := below("ann", false); !slices.Equal(got, []string{"a", "a-2/1", "a/", "b/1"}) {
		t.Errorf("the others: %q", got)
	}
	if err := records.Delete(t.Context(), "kind", "anna"); err != nil {
		t.Fatal(err)
	}
	for range store.KeysBelow(t.Context(), records, "kind", "") {
		break // who has enough is asked no more
	}
}
