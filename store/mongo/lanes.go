package mongo

import (
	"math/rand/v2"
	"sync"
)

// lanes says which stripe a Write touches of each type that it writes. Writes that run
// at once have different ones as long as there are any. Those that were used last are
// used next, and those on which a Write has failed last of all: so processes drift
// apart, each to a few stripes of its own.
type lanes struct {
	mu   sync.Mutex
	free []int
}

func newLanes() *lanes { return &lanes{free: rand.Perm(stripeCount)} }

func (l *lanes) take() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.free) - 1
	if last < 0 {
		return rand.N(stripeCount) // beside another one
	}
	lane := l.free[last]
	l.free = l.free[:last]
	return lane
}

// give takes a lane back, and whether the Write on it met nobody.
func (l *lanes) give(lane int, met bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, other := range l.free {
		if other == lane { // it was taken twice
			return
		}
	}
	if met {
		l.free = append([]int{lane}, l.free...)
	} else {
		l.free = append(l.free, lane)
	}
}
