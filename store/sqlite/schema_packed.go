package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
)

// schema3 packs the entries of each version into its row (see packed.go), and
// keeps of the indexes what rows are found by, each in the order in which it is
// asked.
const schema3 = `
CREATE TABLE res(
  rid INTEGER PRIMARY KEY,
  type TEXT NOT NULL, id TEXT NOT NULL,
  ver INTEGER NOT NULL,      -- 0: known by name only
  updated INTEGER NOT NULL,  -- milliseconds since 1970
  deleted INTEGER NOT NULL,
  sort INTEGER NOT NULL,     -- main clinical date, microseconds since 1970
  verb INTEGER NOT NULL DEFAULT 0,
  e BLOB,                    -- packed entries; NULL of a deletion
  body BLOB,
  UNIQUE(type, id));
CREATE INDEX res_updated ON res(type, updated) WHERE ver > 0;

CREATE TABLE version(
  vrid INTEGER PRIMARY KEY,
  rid INTEGER NOT NULL, ver INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  ended INTEGER NOT NULL,    -- when the next version came
  deleted INTEGER NOT NULL,
  verb INTEGER NOT NULL,
  type TEXT NOT NULL,
  e BLOB,
  body BLOB,
  UNIQUE(rid, ver));
CREATE INDEX version_updated ON version(type, updated);

CREATE TABLE ix(
  chart INTEGER NOT NULL,    -- 0: the population; else the rid of a Patient
  term INTEGER NOT NULL, sort INTEGER NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(chart, term, sort, rid)) WITHOUT ROWID;
CREATE TABLE rx(
  term INTEGER NOT NULL, rid INTEGER NOT NULL, sort INTEGER NOT NULL,
  PRIMARY KEY(term, rid)) WITHOUT ROWID;
CREATE TABLE str(
  param INTEGER NOT NULL, folded TEXT NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(param, folded, rid)) WITHOUT ROWID;
CREATE TABLE date(
  param INTEGER NOT NULL,
  class INTEGER NOT NULL,    -- bound of hi - lo: see dateClasses
  lo INTEGER NOT NULL, hi INTEGER NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(param, class, lo, hi, rid)) WITHOUT ROWID;
CREATE TABLE qty(
  param INTEGER NOT NULL,
  unit INTEGER NOT NULL,     -- term of the same parameter: code and system of the unit
  lo REAL NOT NULL, hi REAL NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(param, unit, lo, hi, rid)) WITHOUT ROWID;

-- The terms of _text and _content, written as wordOf does.
CREATE VIRTUAL TABLE words USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO words(words, rank) VALUES('automerge', 8);
`

// packEntries is the step to version 3: it makes all rows anew.
func packEntries(m migration) error {
	if err := m.conn.script(`
		DROP INDEX res_updated; DROP INDEX version_updated;
		DROP INDEX str_folded; DROP INDEX date_range; DROP INDEX qty_range;`); err != nil {
		return err
	}
	old := []string{"res", "version", "ix", "entry", "str", "date", "qty", "h_entry", "h_str", "h_date", "h_qty"}
	for _, table := range old {
		if err := m.conn.script("ALTER TABLE " + table + " RENAME TO old_" + table); err != nil {
			return err
		}
	}
	if err := m.conn.script(schema3); err != nil {
		return err
	}
	if err := m.packRows(); err != nil {
		return err
	}
	for _, table := range old {
		if err := m.conn.script("DROP TABLE old_" + table); err != nil {
			return err
		}
	}
	return nil
}

func (m migration) packRows() error {
	some, err := m.conn.first("SELECT 1 FROM old_res", nil, noColumns)
	if err != nil || !some {
		return err
	}
	if m.registry == nil { // rare enough to make one
		if m.registry, err = search.NewRegistry(); err != nil {
			return err
		}
	}
	params, err := m.params()
	if err != nil {
		return err
	}
	if err := m.packLive(params); err != nil {
		return err
	}
	return m.packVersions(params)
}

// params tell how rows are found by each parameter.
func (m migration) params() (map[int64]found, error) {
	params := map[int64]found{}
	err := m.conn.query("SELECT id, type, code FROM param", nil, func(r row) error {
		p, ok := m.registry.Param(r.text(1), r.text(2))
		if !ok {
			p, ok = m.registry.Derived(r.text(1), r.text(2))
		}
		if ok {
			params[r.int(0)] = foundBy(p)
		}
		return nil
	})
	return params, err
}

func (m migration) packLive(params map[int64]found) error {
	t := &tx{snapshot: &snapshot{dictionary: &dictionary{conn: m.conn, shared: new(cache), allocated: newIDs()}}}
	err := m.conn.script(`
		INSERT INTO res(rid, type, id, ver, updated, deleted, sort, verb)
			SELECT rid, type, id, ver, updated, deleted, sort, verb FROM old_res WHERE ver = 0 OR deleted = 1;
		INSERT INTO ix(chart, term, sort, rid)
			SELECT i.chart, i.term, i.sort, i.rid FROM term t JOIN param p ON p.id = t.param JOIN old_ix i ON i.term = t.id
			WHERE p.code = '' AND t.code = '` + graveCode + `';`)
	if err != nil {
		return err
	}
	const live = "SELECT rid, type, sort FROM old_res WHERE ver > 0 AND deleted = 0"
	err = m.conn.query(live, nil, func(r row) error {
		of := current{rid: r.int(0), sort: r.int(2)}
		of.version.Type = r.text(1)
		entries, err := m.entriesOf("old_", of.rid, params)
		if err != nil {
			return err
		}
		of.entries = entries.pack()
		err = m.conn.exec(`INSERT INTO res(rid, type, id, ver, updated, deleted, sort, verb, e, body)
			SELECT rid, type, id, ver, updated, 0, sort, verb, ?, body FROM old_res WHERE rid = ?`, blob(of.entries), num(of.rid))
		if err != nil {
			return err
		}
		rows, err := t.currentRows(of)
		if err != nil {
			return err
		}
		return t.reindex(of.rid, nil, rows)
	})
	if err != nil {
		return err
	}
	return t.settleIndex()
}

func (m migration) packVersions(params map[int64]found) error {
	const superseded = "SELECT vrid, deleted FROM old_version"
	return m.conn.query(superseded, nil, func(r row) error {
		packed := null
		if !r.bool(1) {
			entries, err := m.entriesOf("old_h_", r.int(0), params)
			if err != nil {
				return err
			}
			packed = blob(entries.pack())
		}
		return m.conn.exec(`INSERT INTO version(vrid, rid, ver, updated, ended, deleted, verb, type, e, body)
			SELECT vrid, rid, ver, updated, ended, deleted, verb, type, ?, body FROM old_version WHERE vrid = ?`, packed, num(r.int(0)))
	})
}

// entriesOf reads the entries of a version from the tables of version 2.
func (m migration) entriesOf(prefix string, owner int64, params map[int64]found) (resolved, error) {
	var out resolved
	read := func(table, columns string, scan func(row)) error {
		q := fmt.Sprintf("SELECT %s FROM %s%s WHERE owner = ?", columns, prefix, table)
		return m.conn.query(q, []value{num(owner)}, func(r row) error { scan(r); return nil })
	}
	err := read("entry", "param, grp, term", func(r row) {
		if r.int(0) == 0 { // the reserved parameter of charts
			out.charts = append(out.charts, r.int(2))
			return
		}
		out.terms = append(out.terms, termRow{param: r.int(0), group: r.int(1), found: params[r.int(0)], term: r.int(2)})
	})
	if err == nil {
		err = read("str", "param, grp, folded, exact", func(r row) {
			out.strings = append(out.strings, stringRow{r.int(0), r.int(1), params[r.int(0)], r.text(2), r.text(3)})
		})
	}
	if err == nil {
		err = read("date", "param, grp, lo, hi", func(r row) {
			out.dates = append(out.dates, dateRow{r.int(0), r.int(1), params[r.int(0)], r.int(2), r.int(3)})
		})
	}
	if err == nil {
		err = read("qty", "param, grp, unit, lo, hi", func(r row) {
			out.numbers = append(out.numbers, quantityRow{r.int(0), r.int(1), params[r.int(0)], r.int(2), r.float(3), r.float(4)})
		})
	}
	out.sort()
	return out, err
}
