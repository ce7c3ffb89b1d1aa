package sqlite

import "fmt"

// FileName is the database's name in its folder.
const FileName = "granary.db"

// steps make the schema: step n brings it from version n to version n+1, and
// what has been released is never changed. A new file takes all of them, so that
// it is the same as one that was brought up to date.
var steps = [...]func(migration) error{
	func(m migration) error { return m.conn.script(schema1()) },
	func(m migration) error { return m.conn.script(schema2) },
	packEntries,
	relateOrganizations,
}

// schema2 keeps how versions came about, and what histories of many resources are
// found by: the versions of a type by time, and the deleted resources of a chart
// (see timeline.go). In a row the new columns stand behind the body: they are
// read together with it, or from an index.
const schema2 = `
ALTER TABLE res ADD COLUMN verb INTEGER NOT NULL DEFAULT 0;     -- see encodeVerb
ALTER TABLE version ADD COLUMN verb INTEGER NOT NULL DEFAULT 0;
ALTER TABLE version ADD COLUMN type TEXT NOT NULL DEFAULT '';
UPDATE version SET type = (SELECT r.type FROM res r WHERE r.rid = version.rid);
UPDATE res SET verb = 8 WHERE ver > 1 AND deleted = 0 AND EXISTS(
  SELECT 1 FROM version w WHERE w.rid = res.rid AND w.ver = res.ver - 1 AND w.deleted = 1);
UPDATE version SET verb = 8 WHERE ver > 1 AND deleted = 0 AND EXISTS(
  SELECT 1 FROM version w WHERE w.rid = version.rid AND w.ver = version.ver - 1 AND w.deleted = 1);

CREATE INDEX res_updated ON res(type, updated) WHERE ver > 0;
CREATE INDEX version_updated ON version(type, updated);

INSERT INTO term(param, code, system) SELECT p.id, 'deleted', '' FROM param p WHERE p.code = '';
INSERT INTO ix(chart, term, sort, rid)
  SELECT 0, t.id, r.sort, r.rid FROM res r
  JOIN param p ON p.type = r.type AND p.code = '' JOIN term t ON t.param = p.id AND t.code = 'deleted' AND t.system = ''
  WHERE r.deleted = 1;
INSERT OR IGNORE INTO ix(chart, term, sort, rid)
  SELECT e.term, t.id, r.sort, r.rid FROM res r
  JOIN param p ON p.type = r.type AND p.code = '' JOIN term t ON t.param = p.id AND t.code = 'deleted' AND t.system = ''
  JOIN h_entry e ON e.param = 0 AND e.owner = (
    SELECT l.vrid FROM version l WHERE l.rid = r.rid AND l.ver < r.ver AND l.deleted = 0 ORDER BY l.ver DESC LIMIT 1)
  WHERE r.deleted = 1;
`

// schema1 is version 1. Columns that every probe reads come before the body, so
// that they are read without its overflow pages.
func schema1() string {
	return `
CREATE TABLE res(
  rid INTEGER PRIMARY KEY,
  type TEXT NOT NULL, id TEXT NOT NULL,
  ver INTEGER NOT NULL,      -- 0: known by name only
  updated INTEGER NOT NULL,  -- milliseconds since 1970
  deleted INTEGER NOT NULL,
  sort INTEGER NOT NULL,     -- main clinical date, microseconds since 1970
  body BLOB,
  UNIQUE(type, id));

CREATE TABLE version(
  vrid INTEGER PRIMARY KEY,
  rid INTEGER NOT NULL, ver INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  ended INTEGER NOT NULL,    -- when the next version came
  deleted INTEGER NOT NULL,
  body BLOB,
  UNIQUE(rid, ver));

CREATE TABLE param(id INTEGER PRIMARY KEY, type TEXT NOT NULL, code TEXT NOT NULL, UNIQUE(type, code));

CREATE TABLE term(
  id INTEGER PRIMARY KEY,
  param INTEGER NOT NULL, code TEXT NOT NULL, system TEXT NOT NULL,
  target INTEGER,            -- rid of the resource that a literal reference names
  UNIQUE(param, code, system));
CREATE INDEX term_system ON term(param, system);
CREATE INDEX term_target ON term(target, param) WHERE target IS NOT NULL;

CREATE TABLE ix(
  chart INTEGER NOT NULL,    -- 0: the population; else the rid of a Patient
  term INTEGER NOT NULL, sort INTEGER NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(chart, term, sort, rid)) WITHOUT ROWID;
` + entryTables("") + `
CREATE INDEX str_folded ON str(param, folded);
CREATE INDEX date_range ON date(param, class, lo, hi);
CREATE INDEX qty_range ON qty(param, unit, lo, hi);
` + entryTables("h_") + `
CREATE TABLE care(
  party TEXT NOT NULL, patient INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY(party, patient, start, stop, source)) WITHOUT ROWID;
CREATE INDEX care_source ON care(source);

CREATE TABLE record(
  kind TEXT NOT NULL, key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  expires INTEGER,           -- nanoseconds since 1970; NULL for never
  value BLOB NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE INDEX record_expires ON record(expires) WHERE expires IS NOT NULL;
CREATE TABLE revision(last INTEGER NOT NULL);
INSERT INTO revision VALUES(0);
`
}

// entryTables hold what versions are found by. The owner is a rid, or a vrid in
// the tables of superseded versions.
func entryTables(prefix string) string {
	return fmt.Sprintf(`
CREATE TABLE %[1]sentry(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, term INTEGER NOT NULL, grp INTEGER NOT NULL,
  PRIMARY KEY(owner, param, term, grp)) WITHOUT ROWID;
CREATE TABLE %[1]sstr(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, n INTEGER NOT NULL, grp INTEGER NOT NULL,
  folded TEXT NOT NULL, exact TEXT NOT NULL,
  PRIMARY KEY(owner, param, n)) WITHOUT ROWID;
CREATE TABLE %[1]sdate(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, n INTEGER NOT NULL, grp INTEGER NOT NULL,
  class INTEGER NOT NULL,    -- bound of hi - lo: see dateClasses
  lo INTEGER NOT NULL, hi INTEGER NOT NULL,
  PRIMARY KEY(owner, param, n)) WITHOUT ROWID;
CREATE TABLE %[1]sqty(
  owner INTEGER NOT NULL, param INTEGER NOT NULL, n INTEGER NOT NULL, grp INTEGER NOT NULL,
  unit INTEGER NOT NULL,     -- term of the same parameter: code and system of the unit
  lo REAL NOT NULL, hi REAL NOT NULL,
  PRIMARY KEY(owner, param, n)) WITHOUT ROWID;
`, prefix)
}
