package sqlite

import (
	"context"
	"fmt"
	"slices"
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
	// room is how many bytes of bodies searches may still read; nil for all.
	room *int
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
	entries packed // of the last live version
	version store.Resource
}

// row reads the row of a resource; store.ErrNotFound if it has no version.
func (s *snapshot) row(key store.Key) (current, error) {
	found := current{version: store.Resource{Key: key}}
	rid, known := s.shared.resources.get(key)
	where, args := "rid = ?", []value{num(rid)}
	if !known {
		where, args = "type = ? AND id = ?", []value{text(key.Type), text(key.ID)}
	}
	ok, err := s.conn.first("SELECT rid, sort, e, "+versionColumns("r")+" FROM res r WHERE "+where+" AND ver > 0", args, func(r row) {
		found.rid, found.sort, found.entries, found.version = r.int(0), r.int(1), r.blob(2), r.version(3, key, nil)
	})
	if ok && !known && s.settle == nil { // committed, and its row is its for ever
		s.shared.resources.put(key, found.rid)
	}
	switch {
	case err == nil && !ok:
		err = store.ErrNotFound
	case err == nil && found.version.Deleted:
		found.entries, err = s.lastEntries(found.rid, found.version.Version)
	}
	return found, err
}

// lastEntries are those of the last version before the given one that was live.
func (s *snapshot) lastEntries(rid, version int64) (e packed, err error) {
	q := concat(sql("SELECT l.e"), lastLive(sql("?", num(rid)), sql("?", num(version))))
	_, err = s.conn.first(q.text, q.args, func(r row) { e = r.blob(0) })
	return e, err
}

func instant(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

// Current implements store.Snapshot.
func (s *snapshot) Current(ctx context.Context, key store.Key, where search.Expr) (store.Resource, error) {
	begin := s.watch
	if asksPostings(where) {
		begin = s.begin
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
	if err := admit(e); err != nil {
		return false, err
	}
	if isLocal(e) {
		t, err := s.compiler(ctx).local(e)
		if err != nil {
			return false, err
		}
		return t.of(of.entries)
	}
	condition, err := s.condition(ctx, subject{typ: of.version.Type, entries: "p.e", rid: "p.rid"}, e)
	if err != nil || condition.isNever() {
		return false, err
	}
	if condition.isAlways() {
		return true, nil
	}
	q := concat(sql("SELECT 1 FROM (SELECT ? AS e, ? AS rid) p", blob(of.entries), num(of.rid)), where(condition))
	return s.conn.first(q.text, q.args, noColumns)
}

func noColumns(row) {}

// lastLive is the FROM of the last version l before the given one that was live.
func lastLive(rid, version fragment) fragment {
	return concat(sql(" FROM version l WHERE l.rid = "), rid, sql(" AND l.ver < "), version,
		sql(" AND l.deleted = 0 ORDER BY l.ver DESC LIMIT 1"))
}

// errVersion: a caller did not read the current version before it wrote.
func errVersion(key store.Key, version, current int64) error {
	return fmt.Errorf("%s: version %d cannot follow version %d", key, version, current)
}

// asksPostings tells whether a condition on one row compiles to a query of the
// postings of others.
func asksPostings(e search.Expr) bool {
	switch e := e.(type) {
	case search.And:
		return slices.ContainsFunc(e, asksPostings)
	case search.Or:
		return slices.ContainsFunc(e, asksPostings)
	case search.Not:
		return asksPostings(e.Of)
	case search.Chain:
		return asksPostings(e.Where)
	case search.All:
		for _, where := range e.Where {
			if asksPostings(where) {
				return true
			}
		}
	case search.Has:
		return true
	}
	return false
}
