package mongo

import (
	"context"
	"math/rand/v2"
	"time"
)

// The pauses between attempts.
const (
	firstPause   = 2 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// pause is a wait that grows each time, and is of a random length, so that those who
// have met do not meet again.
type pause struct{ longest time.Duration }

func newPause() *pause { return &pause{firstPause} }

// wait is the context's error if that is done before the pause has passed.
func (p *pause) wait(ctx context.Context) error {
	timer := time.NewTimer(rand.N(p.longest))
	defer timer.Stop()
	p.longest = min(2*p.longest, longestPause)
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
