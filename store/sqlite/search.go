package sqlite

import (
	"context"
	"slices"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// hit is a found resource and its place.
type hit struct {
	position
	resource store.Resource
}

// Search implements store.Snapshot.
func (s *snapshot) Search(ctx context.Context, selects []search.Select, after store.Position, limit int) ([]store.Match, error) {
	end, err := s.begin(ctx)
	if err != nil || len(selects) == 0 || limit <= 0 {
		return nil, err
	}
	defer end()
	var from *position
	if after != nil {
		if from, err = decodePosition(after, len(selects[0].Sort)); err != nil {
			return nil, err
		}
	}
	var all []*hit
	var by order
	for _, sel := range selects {
		var hits []*hit
		if hits, by, err = s.page(ctx, sel, from, limit); err != nil {
			return nil, orInterrupted(ctx, err)
		}
		if len(selects) == 1 {
			all = hits
			break
		}
		all = append(all, hits...)
	}
	if len(selects) > 1 {
		slices.SortFunc(all, func(a, b *hit) int { return by.compare(&a.position, &b.position) })
	}
	all = all[:min(limit, len(all))]
	matches := make([]store.Match, len(all))
	for i, h := range all {
		matches[i] = store.Match{Resource: h.resource, Position: h.encode()}
	}
	return matches, nil
}

// page finds up to limit rows of one type behind a position.
func (s *snapshot) page(ctx context.Context, sel search.Select, from *position, limit int) ([]*hit, order, error) {
	c := s.searching(ctx, sel.Type)
	by, err := c.order(sel, c.main)
	if err != nil {
		return nil, by, err
	}
	plan, err := c.plan(sel.Type, sel.Where)
	if err != nil || plan.isEmpty() {
		return nil, by, err
	}
	if by.walk == oldestFirst {
		hits, err := s.oldest(sel.Type, plan, by, from, limit)
		return hits, by, err
	}
	if plan.wide && by.walk == noWalk {
		if hits, err := s.alongKey(c, sel, by, from, limit); err != nil || len(hits) == limit {
			return hits, by, err
		}
	}
	hits, err := s.fetch(sel.Type, by, plan.rows(by, from, limit))
	return hits, by, err
}

// searching is the compiler for a search of rows of a type.
func (s *snapshot) searching(ctx context.Context, typ string) *compiler {
	c := s.compiler(ctx)
	if s.backend.registry != nil {
		c.main = s.backend.registry.SortParam(typ)
	}
	return c
}

// rows is the query for the rids, places and keys of a page.
func (p plan) rows(by order, from *position, limit int) fragment {
	end := sql(by.orderBy()+" LIMIT ?+0", num(int64(limit)))
	columns := concat(sql("SELECT p.rid AS rid, p.sort AS sort"), by.columns(), sql(" FROM "), p.from)
	if by.walk == newestFirst {
		behind := p.until
		if from != nil { // which is itself within that bound
			behind = sql("(p.sort, p.rid) < (?, ?)", num(from.sort), num(from.rid))
		}
		return concat(columns, where(p.where, behind, p.test), sql(" ORDER BY p.sort DESC, p.rid DESC LIMIT ?+0", num(int64(limit))))
	}
	behind := always
	if from != nil {
		behind = by.after(from)
	}
	// The keys are computed once a row, before they are compared.
	return concat(
		sql("WITH keyed AS MATERIALIZED ("), columns, where(p.where, p.until, p.test),
		sql(") SELECT * FROM keyed"), where(behind), end)
}

// oldest walks the postings the other way: first the rows with a main date, then
// those without.
func (s *snapshot) oldest(typ string, p plan, by order, from *position, limit int) ([]*hit, error) {
	var hits []*hit
	columns := concat(sql("SELECT p.rid AS rid, p.sort AS sort"), by.columns(), sql(" FROM "), p.from)
	if from == nil || from.sort != search.NoSort {
		behind := sql("p.sort > ?", num(search.NoSort))
		if from != nil {
			behind = sql("(p.sort, p.rid) > (?, ?)", num(from.sort), num(from.rid))
		}
		dated, err := s.fetch(typ, by, concat(columns, where(p.where, behind, p.until, p.test),
			sql(" ORDER BY p.sort ASC, p.rid ASC LIMIT ?+0", num(int64(limit)))))
		if err != nil || len(dated) == limit {
			return dated, err
		}
		hits, from = dated, &position{rid: -1}
	}
	undated, err := s.fetch(typ, by, concat(columns,
		where(p.where, sql("p.sort = ? AND p.rid > ?", num(search.NoSort), num(from.rid)), p.test),
		sql(" ORDER BY p.rid ASC LIMIT ?+0", num(int64(limit-len(hits))))))
	return append(hits, undated...), err
}

// fetch reads the resources of a page.
func (s *snapshot) fetch(typ string, by order, rows fragment) ([]*hit, error) {
	columns := "o.rid, o.sort, r.id, " + versionColumns("r")
	for i := range by.keys {
		columns += ", o." + by.name(i)
	}
	var hits []*hit
	q := concat(sql("SELECT "+columns+" FROM ("), rows, sql(") o CROSS JOIN res r ON r.rid = o.rid"))
	err := s.conn.query(q.text, q.args, func(r row) error {
		h := &hit{position: position{rid: r.int(0), sort: r.int(1)}}
		h.resource = r.version(3, keyOf(typ, r.text(2)))
		for i := range by.keys {
			h.keys = append(h.keys, r.value(8+i))
		}
		hits = append(hits, h)
		return nil
	})
	return hits, err
}

// Count implements store.Snapshot.
func (s *snapshot) Count(ctx context.Context, selects []search.Select, limit int) (int, bool, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return 0, false, err
	}
	defer end()
	total, touched := 0, 0
	for _, sel := range selects {
		n, rows, err := s.countOne(ctx, sel, limit, touched)
		if err != nil {
			return 0, false, orInterrupted(ctx, err)
		}
		total, touched = total+n, touched+rows
		if limit > 0 && touched > limit {
			return total, false, nil
		}
	}
	return total, true, nil
}

// countOne counts the matches of one type, and the candidates that were touched.
func (s *snapshot) countOne(ctx context.Context, sel search.Select, limit, touched int) (n, rows int, err error) {
	p, err := s.searching(ctx, sel.Type).plan(sel.Type, sel.Where)
	if err != nil || p.isEmpty() {
		return 0, 0, err
	}
	return s.countRows(p.from, both(p.where, p.until), p.test, limit, touched)
}

// countRows counts the rows that pass a test, and those that were looked at: with a
// limit, of which some are used up, one more than it at most.
func (s *snapshot) countRows(from, among, test fragment, limit, used int) (n, rows int, err error) {
	if limit <= 0 {
		q := concat(sql("SELECT count(*) FROM "), from, where(among, test))
		_, err = s.conn.first(q.text, q.args, func(r row) { n = int(r.int(0)) })
		return n, n, err
	}
	q := concat(sql("SELECT count(*), coalesce(sum(ok), 0) FROM (SELECT "), test, sql(" AS ok FROM "), from, where(among),
		sql(" LIMIT ?+0)", num(int64(limit-used+1))))
	_, err = s.conn.first(q.text, q.args, func(r row) { rows, n = int(r.int(0)), int(r.int(1)) })
	return n, rows, err
}
