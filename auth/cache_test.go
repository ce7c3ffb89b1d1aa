package auth

import (
	"strconv"
	"sync"
	"testing"
)

func named(i int) Principal { return Principal{Grant: Grant{ID: strconv.Itoa(i)}} }

func TestCacheIsBounded(t *testing.T) {
	c := newCache(3)
	for i := range 3 {
		c.put(strconv.Itoa(i), named(i))
	}
	c.get("0") // now 1 was used the longest ago
	c.put("3", named(4))
	c.put("3", named(3)) // the later one counts
	for i, want := range []bool{true, false, true, true} {
		a, ok := c.get(strconv.Itoa(i))
		if ok != want || ok && a.Grant.ID != strconv.Itoa(i) {
			t.Errorf("get(%d) = %+v, %v, want %v", i, a, ok, want)
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
				key := int64((n + i) % 9)
				if a, ok := c.get(strconv.FormatInt(key, 10)); ok && a.Grant.ID != strconv.FormatInt(key, 10) {
					t.Errorf("%d is known as %s", key, a.Grant.ID)
				}
				c.put(strconv.FormatInt(key, 10), named(int(key)))
			}
		})
	}
	all.Wait()
}
