package sqlite

import (
	"context"
	"errors"
	"slices"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// hit is a found resource and its place.
type hit struct {
	position
	resource store.Resource // of one that is only located, its type
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
	var hits []hit
	if len(selects) == 1 {
		hits, _, err = s.page(ctx, selects[0], from, limit, fetched)
	} else {
		hits, err = s.pageOfTypes(ctx, selects, from, limit)
	}
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	matches := make([]store.Match, len(hits))
	positions := make([]byte, 0, 32*len(hits)) // of all matches together
	for i := range hits {
		start := len(positions)
		positions = hits[i].append(positions)
		matches[i] = store.Match{Resource: hits[i].resource, Position: positions[start:len(positions):len(positions)]}
	}
	return matches, nil
}

// reading says how much of a hit is read at once.
type reading bool

const (
	located reading = false // its place in the order
	fetched reading = true  // the resource too
)

// pageOfTypes puts the pages of several types in order before it reads what is on
// the page.
func (s *snapshot) pageOfTypes(ctx context.Context, selects []search.Select, from *position, limit int) ([]hit, error) {
	selects, err := s.inCharts(selects)
	if err != nil {
		return nil, err
	}
	var all []hit
	var by order
	for _, sel := range selects {
		var hits []hit
		if hits, by, err = s.page(ctx, sel, from, limit, located); err != nil {
			return nil, err
		}
		all = append(all, hits...)
	}
	all = by.first(all, limit)
	return all, s.fill(all)
}

// first are the first hits in the order, at most limit. Their places are put in
// order, since hits are large.
func (o order) first(hits []hit, limit int) []hit {
	places := make([]*hit, len(hits))
	for i := range hits {
		places[i] = &hits[i]
	}
	slices.SortFunc(places, func(a, b *hit) int { return o.compare(&a.position, &b.position) })
	ordered := make([]hit, min(limit, len(hits)))
	for i := range ordered {
		ordered[i] = *places[i]
	}
	return ordered
}

// page finds up to limit rows of one type behind a position.
func (s *snapshot) page(ctx context.Context, sel search.Select, from *position, limit int, how reading) ([]hit, order, error) {
	c := s.searching(ctx, sel.Type)
	by, err := c.order(sel, c.main)
	if err != nil {
		return nil, by, err
	}
	plan, err := c.plan(sel.Type, sel.Where)
	if err != nil || plan.isEmpty() {
		return nil, by, err
	}
	p := pageOf{snapshot: s, typ: sel.Type, by: by, how: how}
	switch {
	case by.walk == oldestFirst:
		hits, err := p.oldest(plan, from, limit)
		return hits, by, err
	case by.walk == newestFirst && plan.walks != nil:
		hits, err := p.newest(plan, from, limit)
		return hits, by, err
	case plan.wide && by.walk == noWalk:
		if hits, err := p.alongKey(c, sel, from, limit); err != nil || len(hits) == limit {
			return hits, by, err
		}
	}
	hits, err := p.fetch(p.read(plan.rows(by, from, limit)), limit)
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

// pageOf are pages of one type in one order.
type pageOf struct {
	*snapshot
	typ string
	by  order
	how reading
}

// columns are those of a hit: place and keys from the alias o, and the row of the
// resource from r where it is wanted. The keys may be given as expressions.
func (p pageOf) columns(o string, keys fragment) fragment {
	columns := concat(sql("SELECT "+o+".rid, "+o+".sort"), keys)
	if p.how == fetched {
		columns = concat(columns, sql(", r.id, "+versionColumns("r")))
	}
	return columns
}

// newest is a page that a walk delivers in its order. What can be tested by the
// entries of a row is tested here, on the way: SQLite would call for each row what
// it gives back for each row.
func (p pageOf) newest(of plan, from *position, limit int) ([]hit, error) {
	return p.take(p.walking(of, from, limit), limit, of.local)
}

// walking is the query of newest, which is not in need of sorting.
func (p pageOf) walking(of plan, from *position, limit int) fragment {
	bound := of.until
	if from != nil { // which is itself within that bound
		bound = sql("(p.sort, p.rid) < (?, ?)", num(from.sort), num(from.rid))
	}
	rows, among, end := of.from, both(of.where, bound), sql(" ORDER BY p.sort DESC, p.rid DESC")
	if len(of.walks) > 1 {
		rows, among, end = of.merged(bound), always, fragment{}
	}
	columns := p.columns("p", p.by.columns())
	tested := !of.local.isAlways()
	if tested {
		columns = concat(columns, sql(", r.e"))
	}
	if p.how == fetched || tested || !of.hops.isAlways() {
		rows = concat(rows, of.join())
	}
	if !tested {
		end = concat(end, sql(" LIMIT ?+0", num(int64(limit))))
	}
	return concat(columns, sql(" FROM "), rows, where(among, of.hops), end)
}

// rows is the query for the rids, places and keys of a page, of any source.
func (p plan) rows(by order, from *position, limit int) fragment {
	end := sql(by.orderBy()+" LIMIT ?+0", num(int64(limit)))
	rows := p.tested()
	if len(by.keys) > 0 {
		rows = concat(p.from, p.join())
	}
	columns := concat(sql("SELECT p.rid AS rid, p.sort AS sort"), by.columns(), sql(" FROM "), rows)
	if by.walk == newestFirst {
		behind := p.until
		if from != nil {
			behind = sql("(p.sort, p.rid) < (?, ?)", num(from.sort), num(from.rid))
		}
		return concat(columns, where(p.where, behind, p.test()), sql(" ORDER BY p.sort DESC, p.rid DESC LIMIT ?+0", num(int64(limit))))
	}
	behind := always
	if from != nil {
		behind = by.after(from)
	}
	// The keys are computed once a row, before they are compared.
	return concat(
		sql("WITH keyed AS MATERIALIZED ("), columns, where(p.where, p.until, p.test()),
		sql(") SELECT * FROM keyed"), where(behind), end)
}

// oldest walks the postings the other way: first the rows with a main date, then
// those without.
func (p pageOf) oldest(of plan, from *position, limit int) ([]hit, error) {
	var hits []hit
	columns := concat(sql("SELECT p.rid AS rid, p.sort AS sort"), p.by.columns(), sql(" FROM "), of.from, of.join())
	if from == nil || from.sort != search.NoSort {
		behind := sql("p.sort > ?", num(search.NoSort))
		if from != nil {
			behind = sql("(p.sort, p.rid) > (?, ?)", num(from.sort), num(from.rid))
		}
		dated, err := p.fetch(p.read(concat(columns, where(of.where, behind, of.until, of.test()),
			sql(" ORDER BY p.sort ASC, p.rid ASC LIMIT ?+0", num(int64(limit))))), limit)
		if err != nil || len(dated) == limit {
			return dated, err
		}
		hits, from = dated, &position{rid: -1}
	}
	undated, err := p.fetch(p.read(concat(columns,
		where(of.where, sql("p.sort = ? AND p.rid > ?", num(search.NoSort), num(from.rid)), of.test()),
		sql(" ORDER BY p.rid ASC LIMIT ?+0", num(int64(limit-len(hits)))))), limit-len(hits))
	return append(hits, undated...), err
}

// read makes a query for rids, places and keys one for hits.
func (p pageOf) read(rows fragment) fragment {
	keys := ""
	for i := range p.by.keys {
		keys += ", o." + p.by.name(i)
	}
	q := concat(p.columns("o", sql(keys)), sql(" FROM ("), rows, sql(") o"))
	if p.how == fetched {
		q = concat(q, sql(" CROSS JOIN res r ON r.rid = o.rid"))
	}
	return q
}

// keysIn are the sort keys of a row, in memory for those of several.
func keysIn(r row, n int, memory []value) (keys, left []value) {
	if cap(memory)-len(memory) < n {
		memory = make([]value, 0, 16*n)
	}
	begin := len(memory)
	for i := range n {
		memory = append(memory, r.value(2+i))
	}
	return memory[begin:len(memory):len(memory)], memory
}

// fetch runs a query for hits, which gives no more than the limit if it is not negative.
func (p pageOf) fetch(q fragment, limit int) ([]hit, error) { return p.take(q, limit, rowTest{}) }

// take runs a query for hits, of which it keeps those that pass a test, until there
// are as many as the limit says. What the test reads is the last column.
func (p pageOf) take(q fragment, limit int, passes rowTest) ([]hit, error) {
	hits := make([]hit, 0, min(max(limit, 16), 64))
	a := arena{expected: max(limit, 0)}
	var entries []byte
	keys := len(p.by.keys)
	var places []value // the keys of several hits together
	last := 2 + keys
	if p.how == fetched {
		last += 1 + versionWidth
	}
	err := p.conn.query(q.text, q.args, func(r row) error {
		at := position{rid: r.int(0), sort: r.int(1)}
		if !passes.byPlace(at.sort) {
			entries = r.blobOver(last, entries)
			if ok, err := passes.of(at.sort, entries); err != nil || !ok {
				return err
			}
		}
		if keys > 0 {
			at.keys, places = keysIn(r, keys, places)
		}
		h := hit{position: at}
		if p.how == fetched {
			h.resource = p.found(r, 3+keys, keyOf(p.typ, r.text(2+keys)), at.rid, &a)
		} else {
			h.resource.Type = p.typ
		}
		if hits = append(hits, h); len(hits) == limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return hits, err
}
