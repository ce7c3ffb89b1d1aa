package api

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/granary-fhir/granary/store"
)

// Admission bounds how many requests are worked on at the same time. Some more
// wait for a place, for a short time; whoever comes beyond that is refused at once,
// which costs little, so that those who are in are still served. Requests that
// only read have places of their own: they go on while those that write wait for
// a long transaction. It is safe for concurrent use.
type Admission struct{ reading, writing line }

// NewAdmission makes one with so many places for requests that read, and as many
// for those that write. So many wait for each at most, and no longer than
// patience.
func NewAdmission(places, waiting int, patience time.Duration) *Admission {
	return &Admission{newLine(places, waiting, patience), newLine(places, waiting, patience)}
}

// AdmissionStats are what an Admission does now, and whom it has refused.
type AdmissionStats struct{ Reading, Writing LineStats }

// LineStats are the places of one kind of request.
type LineStats struct {
	Working, Waiting int
	Refused          uint64
}

// Stats are the numbers of this moment.
func (a *Admission) Stats() AdmissionStats {
	return AdmissionStats{a.reading.stats(), a.writing.stats()}
}

// of is the line in which a route's requests wait.
func (a *Admission) of(rt *route) *line {
	if rt.reads() {
		return &a.reading
	}
	return &a.writing
}

// line is a number of places, and those who wait for one in the order in which
// they came.
type line struct {
	places   chan struct{} // one in it for each that is taken
	most     int64
	patience time.Duration
	waiting  atomic.Int64
	refused  atomic.Uint64
}

func newLine(places, waiting int, patience time.Duration) line {
	return line{places: make(chan struct{}, places), most: int64(waiting), patience: patience}
}

// enter takes a place; after that the caller must leave. store.ErrUnavailable if
// none is free for too long.
func (l *line) enter(ctx context.Context) error {
	select {
	case l.places <- struct{}{}:
		return nil
	default:
	}
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > l.most {
		l.refused.Add(1)
		return fmt.Errorf("%w: all %d places are taken, and %d requests wait for one", store.ErrUnavailable, cap(l.places), l.most)
	}
	timer := time.NewTimer(l.patience)
	defer timer.Stop()
	select {
	case l.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		l.refused.Add(1)
		return fmt.Errorf("%w: none of %d places became free within %v", store.ErrUnavailable, cap(l.places), l.patience)
	}
}

func (l *line) leave() { <-l.places }

func (l *line) stats() LineStats {
	return LineStats{Working: len(l.places), Waiting: int(l.waiting.Load()), Refused: l.refused.Load()}
}
