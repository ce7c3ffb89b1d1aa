package auth

import (
	"strconv"
	"sync"
	"testing"
)

func TestCacheIsBounded(t *testing.T) {
	c := newCache(3)
	for i := range 3 {
		c.put(strconv.Itoa(i), admission{grant: int64(i)})
	}
	c.get("0") // now 1 was used the longest ago
	c.put("3", admission{grant: 4})
	c.put("3", admission{grant: 3}) // the later one counts
	for i, want := range []bool{true, false, true, true} {
		a, ok := c.get(strconv.Itoa(i))
		if ok != want || ok && a.grant != int64(i) {
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
				if a, ok := c.get(strconv.FormatInt(key, 10)); ok && a.grant != key {
					t.Errorf("%d has the admission of %d", key, a.grant)
				}
				c.put(strconv.FormatInt(key, 10), admission{grant: key})
			}
		})
	}
	all.Wait()
}
