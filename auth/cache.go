package auth

import (
	"container/list"
	"sync"
)

// cacheSize is how many principals are kept compiled.
const cacheSize = 1024

// cacheKey is one revision of a grant, which never changes.
type cacheKey struct {
	grant    string
	revision int64
}

// cache keeps what was compiled last. It holds no answer about validity: that is
// read from the store each time. It is safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	size    int
	recent  *list.List // of cached, the latest used first
	entries map[cacheKey]*list.Element
}

type cached struct {
	key       cacheKey
	principal Principal
}

func newCache(size int) *cache {
	return &cache{size: size, recent: list.New(), entries: map[cacheKey]*list.Element{}}
}

func (c *cache) get(key cacheKey) (Principal, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return Principal{}, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(cached).principal, true
}

func (c *cache) put(key cacheKey, p Principal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[key]; ok {
		return // another request compiled the same
	}
	c.entries[key] = c.recent.PushFront(cached{key, p})
	if c.recent.Len() > c.size {
		last := c.recent.Back()
		delete(c.entries, last.Value.(cached).key)
		c.recent.Remove(last)
	}
}
