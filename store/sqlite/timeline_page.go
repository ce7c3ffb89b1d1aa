package sqlite

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/granary-fhir/granary/store"
)

// moment is the place of a version in a history of many resources.
type moment struct{ updated, rid, version int64 }

// compare orders moments newest first.
func (m moment) compare(n moment) int {
	return cmp.Or(cmp.Compare(n.updated, m.updated), cmp.Compare(n.rid, m.rid), cmp.Compare(n.version, m.version))
}

func (m moment) encode() store.Position {
	b := binary.AppendVarint(nil, m.updated)
	b = appendRow(b, m.rid)
	return binary.AppendVarint(b, m.version)
}

// decodeMoment is the inverse; store.ErrCursor if the text is no moment.
func decodeMoment(text store.Position) (moment, error) {
	r := positionReader{rest: text}
	m := moment{r.int(), r.row(), r.int()}
	if r.bad || len(r.rest) > 0 {
		return moment{}, store.ErrCursor
	}
	return m, nil
}

// entry is a version in a history, before its content is read.
type entry struct {
	moment
	typ  string
	vrid int64 // 0 for the current version
}

// History implements store.Snapshot.
func (s *snapshot) History(ctx context.Context, of []store.Portion, page store.HistoryPage) ([]store.VersionMatch, error) {
	end, err := s.begin(ctx)
	if err != nil || page.Limit <= 0 {
		return nil, err
	}
	defer end()
	after := moment{updated: math.MaxInt64}
	if page.After != nil {
		if after, err = decodeMoment(page.After); err != nil {
			return nil, err
		}
	}
	entries, err := s.entries(ctx, of, page, after)
	if err != nil {
		return nil, orInterrupted(ctx, err)
	}
	found := make([]store.VersionMatch, len(entries))
	for i, e := range entries {
		if found[i].Resource, err = s.content(e); err != nil {
			return nil, orInterrupted(ctx, err)
		}
		found[i].Position = e.encode()
	}
	return found, nil
}

// entries are a page of the history. What an arm cannot add to the page, since
// it is full of what is newer, is not looked for.
func (s *snapshot) entries(ctx context.Context, of []store.Portion, page store.HistoryPage, after moment) ([]entry, error) {
	var all []entry
	floor := int64(math.MinInt64)
	for _, portion := range of {
		t, ok, err := s.compiler(ctx).timeline(portion, page)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		for _, arm := range []arm{t.current, t.superseded} {
			if all, err = s.merge(all, portion.Type, arm, after, floor, page.Limit); err != nil {
				return nil, err
			}
			if len(all) == page.Limit {
				floor = all[page.Limit-1].updated
			}
		}
	}
	return all, nil
}

// merge adds what an arm has behind a moment and not below the floor, and keeps
// the newest.
func (s *snapshot) merge(all []entry, typ string, a arm, after moment, floor int64, limit int) ([]entry, error) {
	q := a.entries(after, floor, limit)
	err := s.conn.query(q.text, q.args, func(r row) error {
		all = append(all, entry{moment{r.int(0), r.int(1), r.int(2)}, typ, r.int(3)})
		return nil
	})
	slices.SortFunc(all, func(a, b entry) int { return a.compare(b.moment) })
	return all[:min(limit, len(all))], err
}

// entries is the query for the newest of an arm.
func (a arm) entries(after moment, floor int64, limit int) fragment {
	updated, rid, version := a.row+".updated", a.row+".rid", a.row+".ver"
	behind := sql(updated+" <= ? AND ("+updated+", "+rid+", "+version+") < (?, ?, ?)",
		num(after.updated), num(after.updated), num(after.rid), num(after.version))
	order := " ORDER BY " + updated + " DESC, " + rid + " DESC"
	if a.vrid != "0" { // a resource has one current version
		order += ", " + version + " DESC"
	}
	return concat(
		sql("SELECT "+updated+", "+rid+", "+version+", "+a.vrid+" FROM "), a.from,
		where(a.where, behind, sql(updated+" >= ?", num(floor)), a.test),
		sql(order+" LIMIT ?+0", num(int64(limit))))
}

// content reads the version of an entry.
func (s *snapshot) content(e entry) (version store.Resource, err error) {
	query, id := "SELECT r.id, "+versionColumns("r")+" FROM res r WHERE r.rid = ?", e.rid
	if e.vrid != 0 {
		query, id = "SELECT r.id, "+versionColumns("v")+" FROM version v CROSS JOIN res r ON r.rid = v.rid WHERE v.vrid = ?", e.vrid
	}
	_, err = s.conn.first(query, []value{num(id)}, func(r row) { version = r.version(1, keyOf(e.typ, r.text(0)), nil) })
	return version, err
}

// CountHistory implements store.Snapshot.
func (s *snapshot) CountHistory(ctx context.Context, of []store.Portion, page store.HistoryPage, limit store.CountLimit) (int, bool, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return 0, false, err
	}
	defer end()
	versions := tally{limit: limit}
	for _, portion := range of {
		t, ok, err := s.compiler(ctx).timeline(portion, page)
		if err != nil {
			return 0, false, orInterrupted(ctx, err)
		}
		if !ok {
			continue
		}
		for _, arm := range []arm{t.current, t.superseded} {
			if err := versions.add(s, arm.from, arm.where, arm.test); err != nil {
				return 0, false, orInterrupted(ctx, err)
			}
			if versions.passed() {
				return versions.found, false, nil
			}
		}
	}
	return versions.found, true, nil
}
