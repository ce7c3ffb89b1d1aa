package sqlite

import (
	"sync/atomic"
	"time"
)

// Observer is told what the writer does, as it happens. Its functions are called
// by those who write, at the same time, and must be quick; those that are nil are
// not called.
type Observer struct {
	// Waited: a caller stood in the writer's queue for so long, until its turn
	// came or it gave up.
	Waited func(time.Duration)
	// Committed: the work of so many callers was made durable by one commit,
	// which took so long.
	Committed func(callers int, took time.Duration)
}

func (o Observer) waited(since time.Time) {
	if o.Waited != nil {
		o.Waited(time.Since(since))
	}
}

func (o Observer) committed(callers int, since time.Time) {
	if o.Committed != nil {
		o.Committed(callers, time.Since(since))
	}
}

// Stats are a backend's numbers: what is so now, and what has happened since it
// was opened.
type Stats struct {
	Queued  int    // callers that wait for the writer
	Refused uint64 // callers that were told the store is too busy
	Readers ReaderStats
	// Dictionary are look-ups of the ids of parameters, terms and resources;
	// Counts those of how many postings a term has.
	Dictionary, Counts CacheStats
}

// ReaderStats are the connections that read.
type ReaderStats struct {
	Open, InUse int
	Waits       uint64        // callers for whom no connection was free
	Waited      time.Duration // how long these waited, together
}

// CacheStats are look-ups in a cache.
type CacheStats struct{ Hits, Misses uint64 }

// Stats are the numbers of this moment.
func (b *Backend) Stats() Stats {
	return Stats{
		Queued:     len(b.writer.queue),
		Refused:    b.writer.refused.Load() + b.readers.refused.Load(),
		Readers:    b.readers.stats(),
		Dictionary: b.cache.used.stats(),
		Counts:     b.cache.counts.used.stats(),
	}
}

func (p *pool) stats() ReaderStats {
	p.mu.Lock()
	open := p.open
	p.mu.Unlock()
	return ReaderStats{
		Open:   open,
		InUse:  max(0, open-len(p.idle)), // the two are not of the very same moment
		Waits:  p.waits.Load(),
		Waited: time.Duration(p.waited.Load()),
	}
}

// usage counts look-ups.
type usage struct{ hits, misses atomic.Uint64 }

func (u *usage) count(hit bool) {
	if hit {
		u.hits.Add(1)
	} else {
		u.misses.Add(1)
	}
}

func (u *usage) stats() CacheStats { return CacheStats{u.hits.Load(), u.misses.Load()} }
