package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

var walkTests = []test{
	{"all resources are gone through in order", testHeads},
	{"all records are gone through in order", testNames},
}

func (w *world) walker(t *testing.T) store.Walker {
	t.Helper()
	walker, ok := w.backend.(store.Walker)
	if !ok {
		t.Skip("this backend is no store.Walker")
	}
	return walker
}

func testHeads(t *testing.T, s *suite) {
	w := s.world(t)
	walker := w.walker(t)
	w.put(patient("b"), patient("B"), patient("a-1"), patient("a.1"), patient("a1"), patient("gone"))
	w.put(patient("b"))
	w.delete(store.Key{Type: typeP, ID: "gone"})
	want := []string{"B 1 false", "a-1 1 false", "a.1 1 false", "a1 1 false", "b 2 false", "gone 2 true"}
	for _, limit := range []int{1, 2, 100} {
		var got []string
		for after := (store.Key{}); ; {
			heads, err := walker.Heads(w.ctx, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(heads) == 0 {
				break
			}
			for _, h := range heads {
				got = append(got, h.ID+" "+itoa(int(h.Version))+" "+map[bool]string{true: "true", false: "false"}[h.Deleted])
				if h.Type != typeP || h.Body != nil {
					t.Errorf("%+v", h)
				}
			}
			after = heads[len(heads)-1].Key
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d at a time: %q, want %q", limit, got, want)
		}
	}
	if n, err := walker.About(w.ctx); err != nil || n < 6 || n > 10 {
		t.Errorf("about %d versions, %v; there are 8", n, err)
	}
}

func testNames(t *testing.T, s *suite) {
	w := s.world(t)
	walker := w.walker(t)
	for _, name := range []string{"k-2/a", "k/b", "k/B", "k/a", "l/"} {
		kind, key, _ := strings.Cut(name, "/")
		if _, err := w.backend.Records().Put(w.ctx, kind, key, []byte("x"), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.backend.Records().Put(w.ctx, "k", "expired", nil, w.clock.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := w.backend.Records().Delete(w.ctx, "k", "a"); err != nil {
		t.Fatal(err)
	}
	want := []store.RecordName{{Kind: "k", Key: "B"}, {Kind: "k", Key: "b"}, {Kind: "k-2", Key: "a"}, {Kind: "l"}}
	for _, limit := range []int{1, 3, 100} {
		var got []store.RecordName
		for after := (store.RecordName{}); ; {
			names, err := walker.Names(w.ctx, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(names) == 0 {
				break
			}
			got = append(got, names...)
			after = names[len(names)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d at a time: %v, want %v", limit, got, want)
		}
	}
}
