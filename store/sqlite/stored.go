package sqlite

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/granary-fhir/granary/store"
)

// stored is a row of res or version as it is, and what it should be found by.
type stored struct {
	id, rid int64 // id: the rid, or the vrid of a superseded version
	version store.Resource
	sort    int64 // of the current version
	entries packed
	hasBody bool

	indexed store.Indexed
	flaws   []string
	err     error // the body is none
}

// rowSource says where rows come from.
type rowSource struct {
	columns, from string
	superseded    bool
}

var (
	currentRow = rowSource{
		columns: "r.rid, r.rid, r.type, r.id, r.sort, r.e, r.body IS NOT NULL, " + versionColumns("r"),
		from:    "res r",
	}
	supersededRow = rowSource{
		columns:    "v.vrid, v.rid, r.type, r.id, 0, v.e, v.body IS NOT NULL, " + versionColumns("v"),
		from:       "version v JOIN res r ON r.rid = v.rid",
		superseded: true,
	}
)

// The size of what is read and derived at a time.
const (
	batchRows  = 256
	batchBytes = 8 << 20
)

// read collects rows, not many at a time; where is what follows FROM.
func (of rowSource) read(c *conn, where fragment, limit int) ([]*stored, error) {
	var rows []*stored
	size := 0
	err := c.query("SELECT "+of.columns+" FROM "+of.from+where.text, where.args, func(r row) error {
		s := &stored{id: r.int(0), rid: r.int(1), sort: r.int(4), hasBody: r.bool(6)}
		if !r.isNull(5) {
			s.entries = r.blob(5)
		}
		s.version = r.version(7, keyOf(r.text(2), r.text(3)), nil)
		rows = append(rows, s)
		if size += len(s.version.Body); len(rows) >= limit || size > batchBytes {
			return errEnough
		}
		return nil
	})
	if err == errEnough { //nolint:errorlint // it is passed on as it is
		err = nil
	}
	return rows, err
}

func (s *stored) isLive() bool { return s.version.Version > 0 && !s.version.Deleted }

// derive asks the indexer about all rows that are live, on all processors: it
// takes far longer than to read them.
func derive(rows []*stored, indexer store.Indexer) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rows)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(rows)); i = next.Add(1) - 1 {
				if s := rows[i]; s.isLive() {
					s.indexed, s.flaws, s.err = indexer(s.version)
				}
			}
		})
	}
	all.Wait()
}
