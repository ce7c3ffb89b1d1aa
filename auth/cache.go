package auth

import (
	"container/list"
	"sync"
	"time"
)

// cacheSize is how many tokens are kept with what was made of them.
const cacheSize = 1024

// admission is what was made of a token: good as long as the records of the token
// and of its grant have these revisions, and until then.
type admission struct {
	token, grant int64
	until        time.Time
	principal    Principal
}

// cache keeps what was made of the tokens that were used last, by the keys of
// their records. It holds no answer about validity: that is read from the store
// each time. It is safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	size    int
	recent  *list.List // of cached, the latest used first
	entries map[string]*list.Element
}

type cached struct {
	key string
	admission
}

func newCache(size int) *cache {
	return &cache{size: size, recent: list.New(), entries: map[string]*list.Element{}}
}

func (c *cache) get(key string) (admission, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		return admission{}, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached).admission, true
}

func (c *cache) put(key string, a admission) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		e.Value.(*cached).admission = a
		return
	}
	c.entries[key] = c.recent.PushFront(&cached{key, a})
	if c.recent.Len() > c.size {
		last := c.recent.Back()
		delete(c.entries, last.Value.(*cached).key)
		c.recent.Remove(last)
	}
}
