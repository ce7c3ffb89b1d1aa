package sqlite

import (
	"context"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Count implements store.Snapshot.
func (s *snapshot) Count(ctx context.Context, selects []search.Select, limit store.CountLimit) (int, bool, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return 0, false, err
	}
	defer end()
	if len(selects) > 1 {
		if selects, err = s.inCharts(selects); err != nil {
			return 0, false, orInterrupted(ctx, err)
		}
	}
	t := tally{limit: limit}
	for _, sel := range selects {
		p, err := s.searching(ctx, sel.Type).plan(sel.Type, sel.Where)
		if err == nil && !p.isEmpty() {
			err = t.add(s, p.tested(), both(p.where, p.until), p.test())
		}
		if err != nil {
			return 0, false, orInterrupted(ctx, err)
		}
		if t.passed() {
			return t.found, false, nil
		}
	}
	return t.found, true, nil
}

// tally adds up what is counted in several places, as long as it is within a limit.
type tally struct {
	limit          store.CountLimit
	found, touched int // touched is counted where it has a limit
}

func (t *tally) passed() bool {
	return t.limit.Found > 0 && t.found > t.limit.Found || t.limit.Touched > 0 && t.touched > t.limit.Touched
}

// add counts rows that pass a test, up to the first that passes the limit.
func (t *tally) add(s *snapshot, from, among, test fragment) error {
	if t.limit.Touched > 0 {
		q := concat(sql("SELECT count(*), coalesce(sum(ok), 0) FROM (SELECT "), test, sql(" AS ok FROM "), from, where(among),
			sql(" LIMIT ?+0)", num(int64(t.limit.Touched-t.touched+1))))
		_, err := s.conn.first(q.text, q.args, func(r row) { t.touched, t.found = t.touched+int(r.int(0)), t.found+int(r.int(1)) })
		return err
	}
	q := concat(sql("SELECT count(*) FROM "), from, where(among, test))
	if t.limit.Found > 0 {
		q = concat(sql("SELECT count(*) FROM (SELECT 1 FROM "), from, where(among, test), sql(" LIMIT ?+0)", num(int64(t.limit.Found-t.found+1))))
	}
	_, err := s.conn.first(q.text, q.args, func(r row) { t.found += int(r.int(0)) })
	return err
}
