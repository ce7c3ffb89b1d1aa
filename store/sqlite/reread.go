package sqlite

import (
	"context"
	"slices"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Within implements store.Snapshot.
func (s *snapshot) Within(bytes int) store.Snapshot {
	within := *s
	within.room = &bytes
	return &within
}

// found is the version in a row of a search, with its body if there is room.
func (s *snapshot) found(r row, first int, key store.Key, rid int64, into *arena) store.Resource {
	if s.room == nil {
		return r.version(first, key, into)
	}
	v := r.head(first, key)
	v.Row, v.Size = rid, r.size(first+4)
	if *s.room -= v.Size; *s.room >= 0 {
		v.Body = r.blobIn(first+4, into)
	}
	return v
}

// Reread implements store.Snapshot.
func (s *snapshot) Reread(ctx context.Context, found []store.Resource, predicate store.Predicates, settled func(string) bool) ([]store.Resource, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	now, err := s.rows(found)
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	if err := s.retest(ctx, doubtful(found, now, settled), now, predicate); err != nil {
		return nil, orInterrupted(ctx, err)
	}
	again := make([]store.Resource, 0, len(found))
	for _, f := range found {
		if resource, ok := now[f.Row]; ok {
			again = append(again, resource)
		}
	}
	return again, nil
}

// rows reads those that are live, in one pass and in the order of their rows. A row
// is never given to another resource.
func (s *snapshot) rows(found []store.Resource) (map[int64]store.Resource, error) {
	keys := make(map[int64]store.Key, len(found))
	rids := make([]int64, len(found))
	for i, f := range found {
		rids[i], keys[f.Row] = f.Row, f.Key
	}
	slices.Sort(rids)
	now := make(map[int64]store.Resource, len(found))
	var a arena
	err := s.eachRow(rids, func(r row, rid int64) {
		if v := r.version(2, keys[rid], &a); v.Version > 0 && !v.Deleted {
			now[rid] = v
		}
	})
	return now, err
}

// doubtful are the rows, by type, for which the predicate may not hold any more.
func doubtful(found []store.Resource, now map[int64]store.Resource, settled func(string) bool) map[string][]int64 {
	rids := make(map[string][]int64)
	for _, f := range found {
		if resource, ok := now[f.Row]; ok && (resource.Version != f.Version || !settled(f.Type)) {
			rids[f.Type] = append(rids[f.Type], f.Row)
		}
	}
	return rids
}

// retest removes rows for which the predicate does not hold.
func (s *snapshot) retest(ctx context.Context, byType map[string][]int64, now map[int64]store.Resource, predicate store.Predicates) error {
	for typ, rids := range byType {
		holds, err := s.among(ctx, typ, rids, predicate(typ))
		if err != nil {
			return err
		}
		for _, rid := range rids {
			if !holds[rid] {
				delete(now, rid)
			}
		}
	}
	return nil
}

// among are those rows for which a predicate holds.
func (s *snapshot) among(ctx context.Context, typ string, rids []int64, e search.Expr) (map[int64]bool, error) {
	test, err := s.condition(ctx, liveRow(typ, "p"), e)
	if err != nil {
		return nil, err
	}
	holds := make(map[int64]bool, len(rids))
	rows := rowsOf(typ, sql("SELECT value FROM json_each(?)", numsJSON(rids)))
	q := concat(sql("SELECT p.rid FROM "), rows.from, where(rows.where, test))
	err = s.conn.query(q.text, q.args, func(r row) error {
		holds[r.int(0)] = true
		return nil
	})
	return holds, err
}
