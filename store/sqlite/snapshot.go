package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// snapshot implements store.Snapshot on a connection within a transaction.
type snapshot struct {
	*dictionary
	backend *Backend
	now     int64 // microseconds since 1970
	// settle writes what the transaction has kept back and a query could miss; nil
	// on a snapshot that is only read.
	settle func() error
}

// begin prepares a method: its queries see all that was written, and stop when
// ctx is done. The function that it returns undoes that.
func (s *snapshot) begin(ctx context.Context) (end func(), err error) {
	if s.settle != nil {
		if err := s.settle(); err != nil {
			return nil, err
		}
	}
	return s.watch(ctx)
}

// watch is begin for a method that asks for nothing that is kept back.
func (s *snapshot) watch(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.conn.watches(ctx) {
		return func() {}, nil
	}
	before := s.conn.ctx
	s.conn.interruptible(ctx)
	return func() { s.conn.interruptible(before) }, nil
}

func (s *snapshot) compiler(ctx context.Context) *compiler {
	return &compiler{ctx: ctx, dictionary: s.dictionary, effort: s.backend.effort, now: s.now}
}

// condition compiles a predicate on a row, if it is within the limits.
func (s *snapshot) condition(ctx context.Context, row subject, e search.Expr) (fragment, error) {
	if err := admit(e); err != nil {
		return never, err
	}
	return s.compiler(ctx).condition(row, e)
}

// current is the row of a resource.
type current struct {
	rid     int64
	sort    int64
	version store.Resource
}

// row reads the row of a resource; store.ErrNotFound if it has no version.
func (s *snapshot) row(key store.Key) (current, error) {
	found := current{version: store.Resource{Key: key}}
	ok, err := s.conn.first("SELECT rid, sort, "+versionColumns("r")+" FROM res r WHERE type = ? AND id = ? AND ver > 0",
		[]value{text(key.Type), text(key.ID)}, func(r row) {
			found.rid, found.sort, found.version = r.int(0), r.int(1), r.version(2, key)
		})
	if err == nil && !ok {
		err = store.ErrNotFound
	}
	return found, err
}

func instant(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

// Current implements store.Snapshot.
func (s *snapshot) Current(ctx context.Context, key store.Key, where search.Expr) (store.Resource, error) {
	begin := s.begin
	if where == search.True { // postings are not asked
		begin = s.watch
	}
	end, err := begin(ctx)
	if err != nil {
		return store.Resource{}, err
	}
	defer end()
	found, err := s.currentWhere(ctx, key, where)
	return found.version, orInterrupted(ctx, err)
}

// currentWhere reads the current version if the predicate holds for it.
func (s *snapshot) currentWhere(ctx context.Context, key store.Key, where search.Expr) (current, error) {
	found, err := s.row(key)
	if err != nil {
		return current{}, err
	}
	holds, err := s.holds(ctx, found, where)
	if err != nil {
		return current{}, err
	}
	if !holds {
		return current{}, store.ErrNotFound
	}
	return found, nil
}

// holds evaluates a predicate on the current version; on the last live one if
// that is a deletion.
func (s *snapshot) holds(ctx context.Context, of current, e search.Expr) (bool, error) {
	row := subject{typ: of.version.Type, owner: "p.owner", rid: "p.rid"}
	owner := sql("?", num(of.rid))
	if of.version.Deleted {
		row.prefix = "h_"
		owner = lastLive(sql("?", num(of.rid)), sql("?", num(of.version.Version)))
	}
	condition, err := s.condition(ctx, row, e)
	if err != nil || condition.isNever() {
		return false, err
	}
	if condition.isAlways() {
		return true, nil
	}
	q := concat(sql("SELECT 1 FROM (SELECT "), owner, sql(" AS owner, ? AS rid) p", num(of.rid)), where(condition))
	return s.conn.first(q.text, q.args, noColumns)
}

func noColumns(row) {}

// lastLive is the vrid of the last version before the given one that was live.
func lastLive(rid, version fragment) fragment {
	return concat(sql("(SELECT l.vrid FROM version l WHERE l.rid = "), rid, sql(" AND l.ver < "), version,
		sql(" AND l.deleted = 0 ORDER BY l.ver DESC LIMIT 1)"))
}

// errVersion: a caller did not read the current version before it wrote.
func errVersion(key store.Key, version, current int64) error {
	return fmt.Errorf("%s: version %d cannot follow version %d", key, version, current)
}
