package sqlite

import (
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// Every change of a record makes the number in the table revision another, in the
// same transaction, by whatever process. As long as a snapshot has the number that
// an earlier one had, all records have the revisions that they had then, but for
// those that have expired since. So the token of a request, and its grant, are
// looked up only when some record has changed.

// changesQuery reads that number.
const changesQuery = "SELECT last FROM revision"

// pair are the names of one record or two: of a token and its grant.
type pair [2]store.RecordName

// revised are the revisions of records.
type revised struct {
	changes   int64 // the number
	revisions [2]int64
	until     time.Time // when the first of them expires; zero for never
}

// maxRevised is how many are remembered.
const maxRevised = 10_000

// revisedMemory remembers them. It is safe for concurrent use.
type revisedMemory struct {
	mu    sync.RWMutex
	known map[pair]revised
}

func (m *revisedMemory) get(names pair, changes int64, now time.Time) ([]int64, bool) {
	m.mu.RLock()
	known, ok := m.known[names]
	m.mu.RUnlock()
	if !ok || known.changes != changes || !known.until.IsZero() && !now.Before(known.until) {
		return nil, false
	}
	return known.revisions[:], true
}

func (m *revisedMemory) put(names pair, r revised) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxRevised {
		m.known = map[pair]revised{}
	}
	m.known[names] = r
}

// validUntil reads the revisions of records, and when the first of them expires.
func (r *records) validUntil(c *conn, names pair) (revisions [2]int64, until time.Time, err error) {
	for i, name := range names {
		if name == (store.RecordName{}) {
			continue
		}
		_, err := c.first("SELECT revision, expires FROM record WHERE kind = ? AND key = ? AND "+isValid,
			[]value{text(name.Kind), text(name.Key), r.now()}, func(row row) {
				revisions[i] = row.int(0)
				if expires := time.Unix(0, row.int(1)); !row.isNull(1) && (until.IsZero() || expires.Before(until)) {
					until = expires
				}
			})
		if err != nil {
			return revisions, until, err
		}
	}
	return revisions, until, nil
}
