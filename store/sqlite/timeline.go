package sqlite

import (
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The versions of a type are in two tables: the current ones in res, as r, and the
// superseded ones in version, as v. Each is read in one of two ways.
//
// By time: along an index on the type and the time, newest first, testing each
// version and the current one of its resource. A page is soon full where much is
// visible, and a window of time that holds little is soon read.
//
// By candidates: where few resources are visible, as in one patient's chart, these
// are found first, the live ones as a search finds them, the deleted ones by their
// graves; then all their versions are read and put in order.

// timeline is how the versions of a type are found.
type timeline struct{ current, superseded arm }

// arm is a part of a timeline: rows that satisfy where are looked at, and those
// that pass the test are in the history.
type arm struct {
	row               string // r or v
	vrid              string // what names the superseded version, 0 for a current one
	from, where, test fragment
}

// worthMore is how many times as many candidates a history may collect as a
// search: it has no postings in its own order to walk instead.
const worthMore = 5

// timeline chooses the way; false if there can be no versions.
func (c *compiler) timeline(of store.Portion, page store.HistoryPage) (t timeline, ok bool, err error) {
	if err := admit(of.Where); err != nil {
		return t, false, err
	}
	if _, ok, err := c.typeTerm(of.Type); err != nil || !ok || search.IsConst(of.Where, search.False) {
		return t, false, err
	}
	if search.IsConst(of.Where, search.True) {
		t, err = c.byTime(of, page)
		return t, true, err
	}
	c.effort.small *= worthMore
	short, err := c.isShort(of.Type, page)
	if err != nil {
		return t, false, err
	}
	var live plan
	if !short {
		if live, err = c.plan(of.Type, of.Where); err != nil {
			return t, false, err
		}
	}
	if short || live.wide {
		t, err = c.byTime(of, page)
	} else {
		t, err = c.byCandidates(of, live, page)
	}
	return t, true, err
}

// isShort tells that few versions are new enough for the page.
func (c *compiler) isShort(typ string, page store.HistoryPage) (bool, error) {
	if page.Since.IsZero() {
		return false, nil
	}
	recent := concat(
		sql("SELECT 1 FROM res r INDEXED BY res_updated"), where(currentOf(typ), currentIn(page)),
		sql(" UNION ALL SELECT 1 FROM version v INDEXED BY version_updated"), where(supersededOf(typ), sql("v.updated >= ?", num(notBefore(page.Since)))))
	n, err := c.count(recent, c.effort.small)
	return n < c.effort.small, err
}

func currentOf(typ string) fragment    { return sql("r.type = ? AND r.ver > 0", text(typ)) }
func supersededOf(typ string) fragment { return sql("v.type = ?", text(typ)) }

// currentIn selects current versions of a page.
func currentIn(page store.HistoryPage) fragment {
	condition := always
	if !page.Since.IsZero() {
		condition = sql("r.updated >= ?", num(notBefore(page.Since)))
	}
	if page.At != (store.Interval{}) {
		condition = both(condition, sql("r.updated < ?", num(notBefore(page.At.To))))
	}
	return condition
}

// supersededIn selects superseded versions of a page.
func (c *compiler) supersededIn(of store.Portion, page store.HistoryPage) (fragment, error) {
	return c.pageCondition(of.Type, of.Where, store.VersionPage{Since: page.Since, At: page.At})
}

func (c *compiler) byTime(of store.Portion, page store.HistoryPage) (timeline, error) {
	judge, visible, err := c.visible(of)
	if err != nil {
		return timeline{}, err
	}
	older, holds, err := c.supersededHolds(of)
	if err != nil {
		return timeline{}, err
	}
	inPage, err := c.supersededIn(of, page)
	if err != nil {
		return timeline{}, err
	}
	superseded := sql("version v INDEXED BY version_updated")
	if !visible.isAlways() {
		superseded = concat(superseded, sql(" CROSS JOIN res r ON r.rid = v.rid"), judge)
	}
	return timeline{
		current: arm{"r", "0", concat(sql("res r INDEXED BY res_updated"), judge), both(currentOf(of.Type), currentIn(page)), visible},
		superseded: arm{"v", "v.vrid", concat(superseded, older), both(supersededOf(of.Type), inPage),
			both(holds, visible)},
	}, nil
}

func (c *compiler) byCandidates(of store.Portion, live plan, page store.HistoryPage) (timeline, error) {
	judge, visible, err := c.visible(of)
	if err != nil {
		return timeline{}, err
	}
	older, holds, err := c.supersededHolds(of)
	if err != nil {
		return timeline{}, err
	}
	inPage, err := c.supersededIn(of, page)
	if err != nil {
		return timeline{}, err
	}
	graves, err := c.graves(of.Type, of.Where)
	if err != nil {
		return timeline{}, err
	}
	rids := concat(
		sql("(SELECT r.rid FROM res r"), judge,
		where(concat(sql("r.rid IN ("), graves, sql(")")), sql("+r.type = ? AND r.ver > 0 AND r.deleted = 1", text(of.Type)), visible))
	if !live.isEmpty() {
		rids = concat(rids, sql(" UNION ALL SELECT p.rid FROM "), live.tested(), where(live.where, live.test()))
	}
	rids = concat(rids, sql(") c CROSS JOIN "))
	return timeline{
		current: arm{"r", "0", concat(rids, sql("res r ON r.rid = c.rid")), currentIn(page), always},
		superseded: arm{"v", "v.vrid", concat(rids, sql("version v ON v.rid = c.rid"), older),
			inPage, holds},
	}, nil
}

// visible tests a resource r by its current version: a deleted one by the last
// live version before. The join, where the test needs it, gives that version.
func (c *compiler) visible(of store.Portion) (join, test fragment, err error) {
	live, err := c.condition(liveRow(of.Type, "r"), of.Where)
	if err != nil {
		return join, never, err
	}
	dead, err := c.condition(subject{typ: of.Type, entries: "last.e", rid: "r.rid"}, of.Where)
	if err != nil || live.isAlways() && dead.isAlways() {
		return join, always, err
	}
	join = concat(sql(" LEFT JOIN version last ON r.deleted = 1 AND last.vrid = (SELECT l.vrid"), lastLive(sql("r.rid"), sql("r.ver")), sql(")"))
	return join, concat(sql("CASE WHEN r.deleted THEN "), dead, sql(" ELSE "), live, sql(" END")), nil
}

// supersededHolds tests a superseded version v, in the same way.
func (c *compiler) supersededHolds(of store.Portion) (join, test fragment, err error) {
	row := subject{typ: of.Type, entries: "coalesce(own.e, v.e)", rid: "v.rid"}
	test, err = c.condition(row, of.Where)
	if err != nil || test.isAlways() {
		return join, test, err
	}
	return concat(sql(" LEFT JOIN version own ON v.deleted = 1 AND own.vrid = (SELECT l.vrid"), lastLive(sql("v.rid"), sql("v.ver")), sql(")")), test, nil
}
