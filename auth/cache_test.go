package auth

import (
	"strconv"
	"sync"
	"testing"
)

func TestCacheIsBounded(t *testing.T) {
	c := newCache(3)
	key := func(i int) cacheKey { return cacheKey{"g", int64(i)} }
	for i := range 3 {
		c.put(key(i), Principal{Grant: Grant{ID: strconv.Itoa(i)}})
	}
	c.get(key(0)) // now 1 was used the longest ago
	c.put(key(3), Principal{Grant: Grant{ID: "3"}})
	c.put(key(3), Principal{Grant: Grant{ID: "3"}})
	for i, want := range []bool{true, false, true, true} {
		p, ok := c.get(key(i))
		if ok != want || ok && p.Grant.ID != strconv.Itoa(i) {
			t.Errorf("get(%d) = %v, %v, want %v", i, p.Grant.ID, ok, want)
		}
	}
	if len(c.entries) != 3 || c.recent.Len() != 3 {
		t.Errorf("%d entries, %d in order", len(c.entries), c.recent.Len())
	}
}

func TestCacheConcurrently(t *testing.T) {
	c := newCache(5)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 200 {
				key := cacheKey{"g", int64((n + i) % 9)}
				if p, ok := c.get(key); ok && p.Grant.ID != strconv.FormatInt(key.revision, 10) {
					t.Errorf("%v has the principal of %s", key, p.Grant.ID)
				}
				c.put(key, Principal{Grant: Grant{ID: strconv.FormatInt(key.revision, 10)}})
			}
		})
	}
	all.Wait()
}
