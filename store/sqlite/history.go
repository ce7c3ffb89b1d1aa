package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Version implements store.Snapshot.
func (s *snapshot) Version(ctx context.Context, key store.Key, version int64, where search.Expr) (store.Resource, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return store.Resource{}, err
	}
	defer end()
	found, err := s.currentWhere(ctx, key, where)
	if err != nil || found.version.Version == version {
		return found.version, orInterrupted(ctx, err)
	}
	versions, err := s.superseded(ctx, found, where, sql("v.ver = ?", num(version)), 1)
	if err == nil && len(versions) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Resource{}, orInterrupted(ctx, err)
	}
	return versions[0], nil
}

// Versions implements store.Snapshot.
func (s *snapshot) Versions(ctx context.Context, key store.Key, where search.Expr, page store.VersionPage) ([]store.Resource, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	found, err := s.currentWhere(ctx, key, where)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	var versions []store.Resource
	if inPage(found.version, page) {
		versions = append(versions, found.version)
	}
	if page.Limit > 0 && len(versions) == page.Limit {
		return versions, nil
	}
	limit := -1
	if page.Limit > 0 {
		limit = page.Limit - len(versions)
	}
	condition, err := s.compiler(ctx).pageCondition(key.Type, where, page)
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	older, err := s.superseded(ctx, found, where, condition, limit)
	return append(versions, older...), orInterrupted(ctx, err)
}

// CountVersions implements store.Snapshot.
func (s *snapshot) CountVersions(ctx context.Context, key store.Key, where search.Expr, page store.VersionPage) (int, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	page.Before, page.Limit = 0, 0
	found, err := s.currentWhere(ctx, key, where)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, orInterrupted(ctx, err)
	}
	n := 0
	if inPage(found.version, page) {
		n++
	}
	condition, err := s.compiler(ctx).pageCondition(key.Type, where, page)
	if err != nil {
		return 0, orInterrupted(ctx, err)
	}
	from, err := s.supersededFrom(ctx, found, where, condition)
	if err != nil {
		return 0, orInterrupted(ctx, err)
	}
	q := concat(sql("SELECT count(*)"), from)
	_, err = s.conn.first(q.text, q.args, func(r row) { n += int(r.int(0)) })
	return n, orInterrupted(ctx, err)
}

// superseded reads the superseded versions for which the predicate and the
// condition on v hold, newest first, at most limit; all with -1.
func (s *snapshot) superseded(ctx context.Context, of current, where search.Expr, condition fragment, limit int) ([]store.Resource, error) {
	from, err := s.supersededFrom(ctx, of, where, condition)
	if err != nil {
		return nil, err
	}
	var versions []store.Resource
	var a arena
	q := concat(sql("SELECT "+versionColumns("v")), from, sql(" ORDER BY v.ver DESC LIMIT ?+0", num(int64(limit))))
	err = s.conn.query(q.text, q.args, func(r row) error {
		versions = append(versions, r.version(0, of.version.Key, &a))
		return nil
	})
	return versions, err
}

// supersededFrom is the FROM and WHERE of those versions.
func (s *snapshot) supersededFrom(ctx context.Context, of current, e search.Expr, condition fragment) (fragment, error) {
	row := subject{typ: of.version.Type, entries: "v.entries", rid: "v.rid"}
	holds, err := s.condition(ctx, row, e)
	if err != nil {
		return never, err
	}
	return concat(sql(" FROM "), judged(sql("w.rid = ?", num(of.rid))), sql(" v"), where(condition, holds)), nil
}

// judged are superseded versions w, with the entries by which each is judged: its
// own, for a deletion those of the last live version before it.
func judged(condition fragment) fragment {
	return concat(
		sql("(SELECT w.*, CASE WHEN w.deleted THEN (SELECT l.e"), lastLive(sql("w.rid"), sql("w.ver")),
		sql(") ELSE w.e END AS entries FROM version w"), where(condition), sql(")"),
	)
}

// inPage tells whether the current version, which has not ended, is in a page.
func inPage(v store.Resource, page store.VersionPage) bool {
	return (page.Before == 0 || v.Version < page.Before) &&
		!v.Updated.Before(page.Since) &&
		(page.At == (store.Interval{}) || v.Updated.Before(page.At.To))
}

// pageCondition selects superseded versions v of a page.
func (c *compiler) pageCondition(typ string, visible search.Expr, page store.VersionPage) (fragment, error) {
	condition := always
	if page.Before > 0 {
		condition = both(condition, sql("v.ver < ?", num(page.Before)))
	}
	if !page.Since.IsZero() {
		condition = both(condition, sql("v.updated >= ?", num(notBefore(page.Since))))
	}
	if page.At == (store.Interval{}) {
		return condition, nil
	}
	followed, err := c.followed(typ, visible, page.At.From.UnixMilli())
	// One that lasted less than a millisecond was current at its instant.
	return both(condition,
		sql("v.updated < ?", num(notBefore(page.At.To))),
		anyOf(negate(followed), sql("v.updated >= ?", num(notBefore(page.At.From)))),
	), err
}

// followed tells whether the next version after v came until a time. Only visible
// ones count: of a hidden one it is not told when it came (leaks.md row 1). The
// current version is visible where any other is.
func (c *compiler) followed(typ string, visible search.Expr, until int64) (fragment, error) {
	if search.IsConst(visible, search.True) {
		return sql("v.ended <= ?", num(until)), nil
	}
	holds, err := c.condition(subject{typ: typ, entries: "later.entries", rid: "later.rid"}, visible)
	return both(
		sql("v.ended <= ?", num(until)),
		anyOf(
			sql("(SELECT f.updated FROM res f WHERE f.rid = v.rid) <= ?", num(until)),
			concat(sql("EXISTS(SELECT 1 FROM "), judged(sql("w.rid = v.rid AND w.ver > v.ver AND w.updated <= ?", num(until))),
				sql(" later"), where(holds), sql(")")),
		),
	), err
}

// notBefore is the first millisecond that does not begin before a time.
func notBefore(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}
