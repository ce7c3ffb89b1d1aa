package auth

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// cacheSize is how many tokens are kept with what was made of them.
const cacheSize = 1024

// cache keeps what was made of the tokens that were used last, by the keys of
// their records. It holds no answer about validity: that is a Principal's Standing,
// which is read from the store each time. It is safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	size    int
	recent  *list.List // of cached, the latest used first
	entries map[string]*list.Element

	hits, misses atomic.Uint64
}

type cached struct {
	key       string
	principal Principal
}

func newCache(size int) *cache {
	return &cache{size: size, recent: list.New(), entries: map[string]*list.Element{}}
}

func (c *cache) get(key string) (Principal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return Principal{}, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached).principal, true
}

func (c *cache) put(key string, p Principal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		e.Value.(*cached).principal = p
		return
	}
	c.entries[key] = c.recent.PushFront(&cached{key, p})
	if c.recent.Len() > c.size {
		last := c.recent.Back()
		delete(c.entries, last.Value.(*cached).key)
		c.recent.Remove(last)
	}
}
