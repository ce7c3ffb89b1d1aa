package sqlite

import (
	"sync"
	"time"

	"github.com/granary-fhir/granary/search"
)

// ranges remembers which open ranges of dates hold many rows. If there are a
// thousand since June, there are a thousand since May. As with counts, what it
// says may be a minute old. It is safe for concurrent use.
type ranges struct {
	mu   sync.Mutex
	wide map[openRange]wideRange
}

// openRange are comparisons each of which holds for more rows the further its
// value lies in one direction.
type openRange struct {
	param paramKey
	op    search.Prefix
}

// wideRange is a range that holds rows up to the bound, or more.
type wideRange struct {
	low, high int64
	bound     int
	at        time.Time
}

// rangeDirection is 1 for comparisons that hold for fewer rows the later their value
// is, -1 for those that hold for more, 0 for others.
func rangeDirection(op search.Prefix) int {
	switch op {
	case search.Ge, search.Gt, search.Sa:
		return 1
	case search.Le, search.Lt, search.Eb:
		return -1
	}
	return 0
}

// isWithin tells whether all rows of the range are among those for which the
// comparison, of the same kind, holds.
func (w wideRange) isWithin(e search.Date) bool {
	if rangeDirection(e.Op) > 0 {
		return e.Low <= w.low && e.High <= w.high
	}
	return e.Low >= w.low && e.High >= w.high
}

// isWide tells that a comparison is known to hold for bound rows or more.
func (r *ranges) isWide(e search.Date, bound int) bool {
	if rangeDirection(e.Op) == 0 {
		return false
	}
	r.mu.Lock()
	known, ok := r.wide[openRangeOf(e)]
	r.mu.Unlock()
	return ok && known.bound >= bound && known.isWithin(e) && time.Since(known.at) <= countsAge
}

// widen remembers that a comparison holds for bound rows.
func (r *ranges) widen(e search.Date, bound int) {
	if rangeDirection(e.Op) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wide == nil {
		r.wide = map[openRange]wideRange{}
	}
	key := openRangeOf(e)
	if known, ok := r.wide[key]; ok && known.bound > bound && time.Since(known.at) <= countsAge {
		return
	}
	r.wide[key] = wideRange{e.Low, e.High, bound, time.Now()}
}

func openRangeOf(e search.Date) openRange {
	return openRange{paramKey{e.Param.Type, e.Param.Code}, e.Op}
}
