package sqlite

import (
	"context"

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
	owners, ids, err := s.ends(from, params)
	if err != nil || len(owners) == 0 || len(ids) == 0 {
		return nil, orInterrupted(ctx, err)
	}
	types, byType, err := s.targets(owners, ids, target)
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

// targets are the live resources that the rows refer to, by type.
func (s *snapshot) targets(owners, params []int64, target string) (types []string, byType map[string][]int64, err error) {
	byType = map[string][]int64{}
	ofType := always
	if target != "" {
		ofType = sql("q.type = ?", text(target))
	}
	q := concat(
		sql(`SELECT DISTINCT q.rid, q.type FROM json_each(?) o CROSS JOIN json_each(?) m
			CROSS JOIN entry ref ON ref.owner = o.value AND ref.param = m.value
			CROSS JOIN term link ON link.id = ref.term
			CROSS JOIN res q ON q.rid = link.target`, numsJSON(owners), numsJSON(params)),
		where(live("q"), ofType))
	err = s.conn.query(q.text, q.args, func(r row) error {
		typ := r.text(1)
		if byType[typ] == nil {
			types = append(types, typ)
		}
		byType[typ] = append(byType[typ], r.int(0))
		return nil
	})
	return types, byType, err
}

// included reads the rows of a source that satisfy the predicate, at most limit.
func (s *snapshot) included(ctx context.Context, typ string, rows source, e search.Expr, limit int) ([]store.Resource, error) {
	if limit <= 0 {
		return nil, nil
	}
	test, err := s.condition(ctx, liveRow(typ, "p.rid"), e)
	if err != nil || test.isNever() {
		return nil, err
	}
	hits, err := s.fetch(typ, order{}, concat(
		sql("SELECT DISTINCT p.rid AS rid, p.sort AS sort FROM "), rows.from, where(rows.where, test), sql(" LIMIT ?+0", num(int64(limit)))))
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
			from: sql("json_each(?) o CROSS JOIN json_each(?) m CROSS JOIN term link ON link.target = o.value AND link.param = m.value CROSS JOIN ix p ON p.chart = 0 AND p.term = link.id",
				numsJSON(targets), numsJSON(ids)),
			where: always,
		}
		more, err := s.included(ctx, typ, rows, predicate(typ), limit-len(found))
		if err != nil {
			return nil, orInterrupted(ctx, err)
		}
		found = append(found, more...)
	}
	return found, nil
}
