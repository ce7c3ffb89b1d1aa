package mongo

import (
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
)

// Observer is told what Writes do, as it happens. Its function is called by those who
// write, at the same time, and must be quick; nil is not called.
type Observer struct {
	// Committed: a transaction became durable by a commit that took so long.
	Committed func(took time.Duration)
}

func (o Observer) committed(since time.Time) {
	if o.Committed != nil {
		o.Committed(time.Since(since))
	}
}

// Stats are a backend's numbers: what is so now, and what has happened since it was
// opened.
type Stats struct {
	Open, InUse int64         // connections
	Failed      uint64        // calls for which there was no connection
	Waited      time.Duration // how long all calls together waited for one
	Conflicts   uint64        // Writes that were run again, each time
}

// Stats are the numbers of this moment.
func (b *Backend) Stats() Stats {
	return Stats{
		Open:      b.counts.open.Load(),
		InUse:     max(0, b.counts.inUse.Load()),
		Failed:    b.counts.failed.Load(),
		Waited:    time.Duration(b.counts.waited.Load()),
		Conflicts: b.counts.conflicts.Load(),
	}
}

// counts are what Stats are made of.
type counts struct {
	open, inUse, waited atomic.Int64
	failed, conflicts   atomic.Uint64
}

// monitor counts what happens to connections.
func (c *counts) monitor() *event.PoolMonitor {
	return &event.PoolMonitor{Event: func(e *event.PoolEvent) {
		switch e.Type {
		case event.ConnectionCreated:
			c.open.Add(1)
		case event.ConnectionClosed:
			c.open.Add(-1)
		case event.ConnectionCheckedOut:
			c.inUse.Add(1)
			c.waited.Add(int64(e.Duration))
		case event.ConnectionCheckedIn:
			c.inUse.Add(-1)
		case event.ConnectionCheckOutFailed:
			c.failed.Add(1)
			c.waited.Add(int64(e.Duration))
		}
	}}
}
