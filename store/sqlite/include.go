package sqlite

import (
	"context"
	"slices"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Forward implements store.Snapshot.
func (s *snapshot) Forward(ctx context.Context, from []store.Key, params []*search.Param, target string, predicate store.Predicates, limit int) ([]store.Resource, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	types, byType, err := s.targets(from, params, target)
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	var found []store.Resource
	for _, typ := range types {
		rows := rowsOf(typ, sql("SELECT value FROM json_each(?)", numsJSON(byType[typ])))
		more, err := s.included(ctx, typ, rows, predicate(typ), limit-len(found))
		if err != nil {
			return nil, orInterrupted(ctx, err)
		}
		found = append(found, more...)
	}
	return found, nil
}

// ends finds the ids of resources and parameters that are known.
func (s *snapshot) ends(keys []store.Key, params []*search.Param) (rids, ids []int64, err error) {
	for _, key := range keys {
		rid, ok, err := s.resource(key)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			rids = append(rids, rid)
		}
	}
	for _, p := range params {
		id, ok, err := s.param(p)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			ids = append(ids, id)
		}
	}
	return rids, ids, nil
}

// targets are the live resources that others refer to, by type. Each type refers by
// parameters of its own, of which there may be hundreds in all.
func (s *snapshot) targets(from []store.Key, params []*search.Param, target string) (types []string, byType map[string][]int64, err error) {
	byType = map[string][]int64{}
	seen := map[int64]bool{}
	for len(from) > 0 {
		typ := from[0].Type
		var same, others []store.Key
		for _, key := range from {
			if key.Type == typ {
				same = append(same, key)
			} else {
				others = append(others, key)
			}
		}
		from = others
		own := slices.DeleteFunc(slices.Clone(params), func(p *search.Param) bool { return p.Type != typ })
		err := s.referred(same, own, target, func(rid int64, typ string) {
			if seen[rid] {
				return
			}
			seen[rid] = true
			if byType[typ] == nil {
				types = append(types, typ)
			}
			byType[typ] = append(byType[typ], rid)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return types, byType, nil
}

// referred are the live resources to which some of one type refer.
func (s *snapshot) referred(from []store.Key, params []*search.Param, target string, each func(rid int64, typ string)) error {
	owners, ids, err := s.ends(from, params)
	if err != nil || len(owners) == 0 || len(ids) == 0 {
		return err
	}
	links, err := s.links(owners, ids)
	if err != nil || len(links) == 0 {
		return err
	}
	ofType := always
	if target != "" {
		ofType = sql("q.type = ?", text(target))
	}
	q := concat(
		sql("SELECT DISTINCT q.rid, q.type FROM json_each(?) t CROSS JOIN term link ON link.id = t.value CROSS JOIN res q ON q.rid = link.target", numsJSON(links)),
		where(live("q"), ofType))
	return s.conn.query(q.text, q.args, func(r row) error {
		each(r.int(0), r.text(1))
		return nil
	})
}

// links are the terms of references by some parameters that rows have, each once: those
// of a chart refer to the same few resources again and again.
func (s *snapshot) links(rids, params []int64) (links []int64, err error) {
	seen, under := map[int64]bool{}, map[int64]bool{}
	for _, param := range params {
		under[param] = true
	}
	var e []byte
	err = s.conn.query("SELECT s.e FROM json_each(?) o CROSS JOIN res s ON s.rid = o.value", []value{numsJSON(rids)}, func(r row) error {
		e = r.blobOver(0, e)
		return packed(e).eachTerm(under, func(term int64) {
			if !seen[term] {
				seen[term] = true
				links = append(links, term)
			}
		})
	})
	return links, err
}

// included reads the rows of a source that satisfy the predicate, at most limit.
func (s *snapshot) included(ctx context.Context, typ string, rows source, e search.Expr, limit int) ([]store.Resource, error) {
	if limit <= 0 {
		return nil, nil
	}
	test, err := s.condition(ctx, liveRow(typ, rows.row), e)
	if err != nil || test.isNever() {
		return nil, err
	}
	of := plan{source: rows, hops: test}
	p := pageOf{snapshot: s, typ: typ, how: fetched}
	hits, err := p.fetch(p.read(concat(
		sql("SELECT DISTINCT p.rid AS rid, p.sort AS sort FROM "), of.tested(), where(rows.where, test), sql(" LIMIT ?+0", num(int64(limit))))), -1)
	found := make([]store.Resource, len(hits))
	for i, h := range hits {
		found[i] = h.resource
	}
	return found, err
}

// Reverse implements store.Snapshot.
func (s *snapshot) Reverse(ctx context.Context, to []store.Key, params []*search.Param, predicate store.Predicates, limit int) ([]store.Resource, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	var types []string
	byType := map[string][]*search.Param{}
	for _, p := range params {
		if byType[p.Type] == nil {
			types = append(types, p.Type)
		}
		byType[p.Type] = append(byType[p.Type], p)
	}
	var found []store.Resource
	for _, typ := range types {
		targets, ids, err := s.ends(to, byType[typ])
		if err != nil {
			return nil, orInterrupted(ctx, err)
		}
		rows := source{
			from: sql("json_each(?) o CROSS JOIN json_each(?) m CROSS JOIN term link ON link.target = o.value AND link.param = m.value CROSS JOIN rx p ON p.term = link.id",
				numsJSON(targets), numsJSON(ids)),
			where: always, row: "r",
		}
		more, err := s.included(ctx, typ, rows, predicate(typ), limit-len(found))
		if err != nil {
			return nil, orInterrupted(ctx, err)
		}
		found = append(found, more...)
	}
	return found, nil
}
