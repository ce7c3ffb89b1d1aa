package sqlite

import (
	"cmp"
	"context"
	"slices"
)

// postings are the rows of ix for a live version.
type postings struct {
	sort   int64
	keys   []posting // sorted
	exists bool
}

type posting struct{ chart, term int64 }

func (p posting) compare(q posting) int {
	if p.chart != q.chart {
		return int(min(max(p.chart-q.chart, -1), 1))
	}
	return int(min(max(p.term-q.term, -1), 1))
}

// postingsOf are those of a new version: its type and its terms, in the
// population and in each chart where it is of use.
func (t *tx) postingsOf(typ string, r resolved, sort int64) (postings, error) {
	typeTerm, err := t.makeTypeTerm(typ)
	if err != nil {
		return postings{}, err
	}
	p := postings{sort: sort, exists: true, keys: []posting{{0, typeTerm}}}
	for _, chart := range r.charts {
		p.keys = append(p.keys, posting{chart, typeTerm})
	}
	for _, x := range r.terms {
		p.keys = append(p.keys, posting{0, x.term})
		for _, chart := range r.charts {
			if x.isPostedIn(chart) {
				p.keys = append(p.keys, posting{chart, x.term})
			}
		}
	}
	p.normalize()
	return p, nil
}

// isPostedIn tells whether a term has postings in a chart.
func (x termRow) isPostedIn(chart int64) bool { return !x.words && x.target != chart }

func (p *postings) normalize() {
	slices.SortFunc(p.keys, posting.compare)
	p.keys = slices.Compact(p.keys)
}

// postings are those of the current version, read from its entries.
func (t *tx) postings(of current) (postings, error) {
	var charts []int64
	var terms []termRow
	err := t.conn.query(`SELECT e.param, e.term, p.code IN ('_text', '_content'), t.target FROM entry e
		LEFT JOIN param p ON p.id = e.param LEFT JOIN term t ON t.id = e.term AND e.param <> 0 WHERE e.owner = ?`,
		[]value{num(of.rid)}, func(r row) error {
			if r.int(0) == chartParam {
				charts = append(charts, r.int(1))
			} else {
				terms = append(terms, termRow{param: r.int(0), term: r.int(1), words: r.bool(2), target: r.int(3)})
			}
			return nil
		})
	if err != nil {
		return postings{}, err
	}
	return t.postingsOf(of.version.Type, resolved{terms: terms, charts: charts}, of.sort)
}

// repost changes ix from one version's postings to another's, when the
// transaction settles. Most updates leave most of them where they are.
func (t *tx) repost(rid int64, before, after postings) error {
	same := before.exists && after.exists && before.sort == after.sort
	for _, key := range before.keys {
		if !same || !after.has(key) {
			t.unsettle(reposting{posting: key, sort: before.sort, rid: rid, removed: true})
		}
	}
	for _, key := range after.keys {
		if !same || !before.has(key) {
			t.unsettle(reposting{posting: key, sort: after.sort, rid: rid})
		}
	}
	if len(t.unsettled) > maxUnsettled {
		return t.settlePostings()
	}
	return nil
}

// maxUnsettled is how many changes of postings are kept in memory.
const maxUnsettled = 100_000

// reposting is a change of ix that waits.
type reposting struct {
	posting
	sort, rid int64
	nth       int // in the order of changes: of the same key the later one counts
	removed   bool
}

func (t *tx) unsettle(p reposting) {
	p.nth = len(t.unsettled)
	t.unsettled = append(t.unsettled, p)
}

func (p reposting) compare(q reposting) int {
	if by := p.posting.compare(q.posting); by != 0 {
		return by
	}
	return cmp.Or(cmp.Compare(p.sort, q.sort), cmp.Compare(p.rid, q.rid), cmp.Compare(p.nth, q.nth))
}

// settlePostings changes ix in the order of its keys, so that what many resources
// change in a page of the tree is changed at once: a transaction of many would
// else come back to thousands of pages again and again.
func (t *tx) settlePostings() error {
	if len(t.unsettled) == 0 {
		return nil
	}
	t.conn.interruptible(context.Background())
	slices.SortFunc(t.unsettled, reposting.compare)
	for _, p := range t.unsettled {
		change := "INSERT INTO ix(chart, term, sort, rid) VALUES(?, ?, ?, ?)"
		if p.removed {
			change = "DELETE FROM ix WHERE chart = ? AND term = ? AND sort = ? AND rid = ?"
		}
		if err := t.conn.exec(change, num(p.chart), num(p.term), num(p.sort), num(p.rid)); err != nil {
			return err
		}
	}
	t.unsettled = t.unsettled[:0]
	return nil
}

func (p postings) has(key posting) bool {
	_, ok := slices.BinarySearchFunc(p.keys, key, posting.compare)
	return ok
}
