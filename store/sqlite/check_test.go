package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

type definitions struct {
	registry *search.Registry
	charts   *compartments.Compartments
}

// r4 are R4's definitions, which take long to read.
var r4 = sync.OnceValues(func() (d definitions, err error) {
	if d.registry, err = search.NewRegistry(); err == nil {
		d.charts, err = compartments.New(d.registry)
	}
	return d, err
})

// fhir opens a store of FHIR resources at a base URL. No two versions are of one
// instant.
func fhir(t *testing.T, dir, base string) *store.Store {
	t.Helper()
	d, err := r4()
	if err != nil {
		t.Fatal(err)
	}
	var ticks atomic.Int64
	start := time.Now()
	clock := func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
	backend, err := sqlite.Open(dir, sqlite.Options{Clock: clock, Registry: d.registry})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(backend, d.registry, d.charts, base, store.ValidateOff)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// update writes a resource in a transaction of its own.
func update(t *testing.T, s *store.Store, body string) {
	t.Helper()
	if err := tryUpdate(t, s, body); err != nil {
		t.Fatal(err)
	}
}

func tryUpdate(t *testing.T, s *store.Store, bodies ...string) error {
	view := s.View(store.Unrestricted("test"))
	return view.Transact(t.Context(), func(tx *store.Tx) error {
		for _, body := range bodies {
			resource, err := fhirjson.Parse([]byte(body))
			if err != nil {
				return err
			}
			key := store.Key{Type: resource.Get("resourceType").Text(), ID: resource.Get("id").Text()}
			draft, err := view.Draft(key.Type, resource)
			if err != nil {
				return err
			}
			if _, err = tx.Update(t.Context(), key, draft, store.Precondition{}); err != nil {
				return err
			}
		}
		return nil
	})
}

func tryRemove(t *testing.T, s *store.Store, key store.Key) error {
	return s.View(store.Unrestricted("test")).Transact(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Delete(t.Context(), key, store.Precondition{})
		return err
	})
}

func remove(t *testing.T, s *store.Store, key store.Key) {
	t.Helper()
	if err := tryRemove(t, s, key); err != nil {
		t.Fatal(err)
	}
}

const (
	oldBase = "http://old.example/fhir"
	newBase = "http://new.example/fhir"
)

// observation is one of a patient, with entries of every kind.
func observationOf(id, patient, code string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"status":"final","subject":{"reference":"Patient/%s"},
		"performer":[{"reference":"Practitioner/house"},{"reference":"%s/Organization/clinic"}],
		"code":{"coding":[{"system":"http://loinc.org","code":%q}],"text":"Body weight of %s"},
		"effectiveDateTime":"2024-03-01T10:00:00Z","valueQuantity":{"value":71.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}`,
		id, patient, oldBase, code, id)
}

// eventful is a folder with a store in which everything has happened that can: the
// tests copy it.
func eventful(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := fhir(t, dir, oldBase)
	for _, body := range []string{
		`{"resourceType":"Patient","id":"a","name":[{"family":"Chalmers","given":["Peter"]}],"birthDate":"1974-12-25","generalPractitioner":[{"reference":"Practitioner/house"}]}`,
		`{"resourceType":"Patient","id":"b","name":[{"family":"Levin"}],"generalPractitioner":[{"reference":"` + oldBase + `/Practitioner/cuddy"}]}`,
		observationOf("stays", "a", "1"),
		observationOf("changes", "a", "1"), observationOf("changes", "a", "2"), observationOf("changes", "a", "3"),
		observationOf("moves", "a", "1"), observationOf("moves", "b", "1"),
		observationOf("goes", "a", "1"),
		observationOf("returns", "a", "1"),
		`{"resourceType":"CareTeam","id":"team","status":"active","subject":{"reference":"Patient/b"},"participant":[{"member":{"reference":"Practitioner/wilson"}}]}`,
	} {
		update(t, s, body)
	}
	remove(t, s, store.Key{Type: "Observation", ID: "goes"})
	remove(t, s, store.Key{Type: "Observation", ID: "returns"})
	update(t, s, observationOf("returns", "b", "2"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	whole, err := os.ReadFile(filepath.Join(dir, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, sqlite.FileName), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// checked are the findings of a check, sorted, and how many versions are outdated.
func checked(t *testing.T, s *store.Store) (findings []string, outdated int64) {
	t.Helper()
	report, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		findings = append(findings, f.String())
	}
	slices.Sort(findings)
	return findings, report.Outdated
}

// sound wants a check to find nothing.
func sound(t *testing.T, s *store.Store) {
	t.Helper()
	report, err := s.Check(t.Context())
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		t.Error(err)
	}
}

// dump is everything that is derived from resources, and these, as text.
func dump(t *testing.T, dir string) string {
	t.Helper()
	c, err := driver.OpenConn(filepath.Join(dir, sqlite.FileName), driver.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	var b strings.Builder
	if err := sqlitex.ExecuteTransient(c, "CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, words, instance)", nil); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"SELECT 'res', rid, type, id, ver, updated, deleted, sort, verb, hex(e), body FROM res ORDER BY rid",
		"SELECT 'version', vrid, rid, ver, updated, ended, deleted, verb, type, hex(e), body FROM version ORDER BY vrid",
		"SELECT 'param', * FROM param ORDER BY id", "SELECT 'term', * FROM term ORDER BY id",
		"SELECT 'ix', * FROM ix ORDER BY 2, 3, 4, 5", "SELECT 'rx', * FROM rx ORDER BY 2, 3", "SELECT 'str', * FROM str ORDER BY 2, 3, 4",
		"SELECT 'date', * FROM date ORDER BY 2, 3, 4, 5, 6", "SELECT 'qty', * FROM qty ORDER BY 2, 3, 4, 5, 6",
		"SELECT 'care', * FROM care ORDER BY 2, 3, 4, 5, 6", "SELECT 'member', * FROM member ORDER BY 2, 3, 4, 5, 6",
		"SELECT 'words', term, doc FROM temp.held ORDER BY 3, 2", "SELECT 'docs', id FROM words_docsize ORDER BY 2",
	} {
		err := sqlitex.ExecuteTransient(c, query, &sqlitex.ExecOptions{ResultFunc: func(s *driver.Stmt) error {
			for i := range s.ColumnCount() {
				fmt.Fprintf(&b, "%s|", s.ColumnText(i))
			}
			b.WriteByte('\n')
			return nil
		}})
		if err != nil {
			t.Fatal(query, err)
		}
	}
	return b.String()
}

func TestASoundStoreHasNoFindings(t *testing.T) {
	dir := eventful(t)
	s := fhir(t, dir, oldBase)
	report, err := s.Check(t.Context())
	if err != nil || report.Err() != nil || report.Resources != 8 || report.Versions != 6 {
		t.Errorf("%+v, %v", report, err)
	}
	closed(t, s)
	before := dump(t, dir)
	s = fhir(t, dir, oldBase)
	done, err := s.Reindex(t.Context(), false, func(store.Reindexed) {})
	if err != nil || done.Written != 0 || done.Next != nil {
		t.Errorf("reindex: %+v, %v", done, err)
	}
	closed(t, s)
	if after := dump(t, dir); after != before {
		t.Errorf("reindex has changed it from\n%s\nto\n%s", before, after)
	}
}

// rid and term are subqueries.
func rid(id string) string { return "(SELECT rid FROM res WHERE id = '" + id + "')" }

const (
	codeParam = "(SELECT id FROM param WHERE type = 'Observation' AND code = 'code')"
	codeTerm  = "(SELECT id FROM term WHERE param = " + codeParam + " AND code = '1' AND system <> '')"
	performer = "(SELECT t.id FROM term t JOIN param p ON p.id = t.param WHERE p.code = 'performer' AND t.code = 'Practitioner/house')"
)

var damages = []struct {
	name, damage string
	want         []string
	outdated     int64
	lost         bool // beyond repair
	renamed      bool // what is brought back has other numbers
}{
	{name: "a posting is missing", damage: "DELETE FROM ix WHERE chart = 0 AND term = " + codeTerm + " AND rid = " + rid("stays"),
		want: []string{"Observation/stays: index ix lacks 1 row: Observation.code"}},
	{name: "a posting in a chart is missing", damage: "DELETE FROM ix WHERE chart = " + rid("a") + " AND term = " + codeTerm + " AND rid = " + rid("stays"),
		want: []string{"Observation/stays: index ix lacks 1 row: Observation.code in the chart of Patient/a"}},
	{name: "a posting is surplus", damage: "INSERT INTO ix VALUES(" + rid("b") + ", " + codeTerm + ", 5, " + rid("stays") + ")",
		want: []string{"Observation/stays: index ix has 1 surplus row: Observation.code in the chart of Patient/b"}},
	{name: "a posting leads nowhere", damage: "INSERT INTO ix VALUES(0, " + codeTerm + ", 5, 4711)",
		want: []string{"index ix has 1 surplus row of 4711, which is no resource: Observation.code"}},
	{name: "a name has a posting", damage: "INSERT INTO ix VALUES(0, " + codeTerm + ", 5, " + rid("house") + ")",
		want: []string{"Practitioner/house: index ix has 1 surplus row: Observation.code"}},
	{name: "a grave is missing", damage: "DELETE FROM ix WHERE chart = " + rid("a") + " AND rid = " + rid("goes"),
		want: []string{"Observation/goes: index ix lacks 1 row: deleted Observation in the chart of Patient/a"}},
	{name: "a deleted resource can be found", damage: "INSERT INTO ix VALUES(0, " + codeTerm + ", 5, " + rid("goes") + ")",
		want: []string{"Observation/goes: index ix has 1 surplus row: Observation.code"}},
	{name: "a reference's row is missing", damage: "DELETE FROM rx WHERE rid = " + rid("stays") + " AND term = " + performer,
		want: []string{"Observation/stays: index rx lacks 1 row: Observation.performer"}},
	{name: "a reference's row is out of order", damage: "UPDATE rx SET sort = 5 WHERE rid = " + rid("stays") + " AND term = " + performer,
		want: []string{"Observation/stays: index rx has 1 surplus row: Observation.performer", "Observation/stays: index rx lacks 1 row: Observation.performer"}},
	{name: "a string is another", damage: "UPDATE str SET folded = 'chambers' WHERE folded = 'chalmers' AND rid = " + rid("a"),
		want: []string{"Patient/a: index str has 3 surplus rows: Patient.family, Patient.name, Patient.phonetic", "Patient/a: index str lacks 3 rows: Patient.family, Patient.name, Patient.phonetic"}},
	{name: "a date is another", damage: "UPDATE date SET lo = lo - 1 WHERE rid = " + rid("a"),
		want: []string{"Patient/a: index date has 2 surplus rows: Patient.birthdate, Patient._lastUpdated", "Patient/a: index date lacks 2 rows: Patient.birthdate, Patient._lastUpdated"}},
	{name: "a number is missing", damage: "DELETE FROM qty WHERE rid = " + rid("changes"),
		want: []string{"Observation/changes: index qty lacks 4 rows: Observation.combo-value-quantity, Observation.combo-value-quantity:canonical, Observation.value-quantity, …"}},
	{name: "words are missing", damage: "DELETE FROM words WHERE rowid = " + rid("stays"),
		want: []string{"Observation/stays: index words lacks 6 rows: words"}},
	{name: "words are surplus", damage: "INSERT INTO words(rowid, t) VALUES(" + rid("goes") + ", 't1 t2')",
		want: []string{"Observation/goes: index words has 3 surplus rows: words"}},
	{name: "words are others", damage: "DELETE FROM words WHERE rowid = " + rid("stays") + "; INSERT INTO words(rowid, t) VALUES(" + rid("stays") + ", 't1')",
		want: []string{"Observation/stays: index words has 1 surplus row: words", "Observation/stays: index words lacks 5 rows: words"}},
	{name: "words are nobody's", damage: "DELETE FROM words_docsize WHERE id = " + rid("stays"),
		want: []string{"Observation/stays: index words lacks 1 row: words"}},
	{name: "the words are broken", damage: "UPDATE words_data SET block = zeroblob(40) WHERE id > 10",
		want: []string{"SQLite's integrity check: fts5: corruption found reading blob 137438953473 from table \"words\"", "index words cannot be read: the database is damaged, or none of Granary's: sqlite: step: database disk image is malformed"}},
	{name: "entries are another's", damage: "UPDATE res SET e = (SELECT e FROM res WHERE id = 'moves') WHERE id = 'stays'",
		want: []string{"Observation/stays: index date has 1 surplus row: Observation._lastUpdated", "Observation/stays: index date lacks 1 row: Observation._lastUpdated", "Observation/stays: index ix has 6 surplus rows: Observation.code in the chart of Patient/a, Observation.combo-code in the chart of Patient/a, Observation.performer in the chart of Patient/a, …", "Observation/stays: index ix lacks 6 rows: Observation.code in the chart of Patient/b, Observation.combo-code in the chart of Patient/b, Observation.performer in the chart of Patient/b, …", "Observation/stays: index rx has 2 surplus rows: Observation.patient, Observation.subject", "Observation/stays: index rx lacks 2 rows: Observation.patient, Observation.subject", "Observation/stays: index str has 2 surplus rows: Observation.code:text, Observation.combo-code:text", "Observation/stays: index str lacks 2 rows: Observation.code:text, Observation.combo-code:text", "Observation/stays: index words has 1 surplus row: words", "Observation/stays: index words lacks 1 row: words"}, outdated: 1},
	{name: "entries are no entries", damage: "UPDATE res SET e = x'ff' WHERE id = 'stays'",
		want: []string{"Observation/stays: its index entries cannot be read"}},
	{name: "entries are missing", damage: "UPDATE res SET e = NULL WHERE id = 'stays'",
		want: []string{"Observation/stays: its index entries cannot be read"}},
	{name: "the main date is another", damage: "UPDATE res SET sort = 5 WHERE id = 'stays'",
		want: []string{"Observation/stays: index ix has 10 surplus rows: Observation.code, Observation.combo-code, Observation.status, …", "Observation/stays: index ix lacks 10 rows: Observation.code, Observation.combo-code, Observation.status, …", "Observation/stays: index rx has 4 surplus rows: Observation.patient, Observation.performer, Observation.subject", "Observation/stays: index rx lacks 4 rows: Observation.patient, Observation.performer, Observation.subject"}, outdated: 1},
	{name: "entries of a version are another's", damage: "UPDATE version SET e = (SELECT e FROM res WHERE id = 'moves') WHERE rid = " + rid("changes") + " AND ver = 1", outdated: 1},
	{name: "entries of a version are none", damage: "UPDATE version SET e = x'ff' WHERE rid = " + rid("changes") + " AND ver = 1",
		want: []string{"Observation/changes/_history/1: its index entries cannot be read"}},
	{name: "entries before a deletion are another's", damage: "UPDATE version SET e = (SELECT e FROM res WHERE id = 'moves') WHERE rid = " + rid("goes"),
		want: []string{"Observation/goes: index ix has 1 surplus row: deleted Observation in the chart of Patient/a", "Observation/goes: index ix lacks 1 row: deleted Observation in the chart of Patient/b"}, outdated: 1},
	{name: "a reference leads elsewhere", damage: "UPDATE term SET target = " + rid("wilson") + " WHERE id = " + performer,
		want: []string{"a reference of Observation.performer leads to another resource than it names"}},
	{name: "a reference leads nowhere", damage: "UPDATE term SET target = NULL WHERE id = " + performer,
		want: []string{"a reference of Observation.performer leads to another resource than it names"}},
	{name: "a code leads somewhere", damage: "UPDATE term SET target = 1 WHERE id = " + codeTerm,
		want: []string{"a value of Observation.code leads to a resource, and is no literal reference"}},
	{name: "a reference's resource is unknown", damage: "DELETE FROM res WHERE id = 'wilson'",
		want: []string{"a reference of CareTeam.participant leads to another resource than it names"}, renamed: true},
	{name: "a relationship is missing", damage: "DELETE FROM care WHERE source = " + rid("a"),
		want: []string{"Patient/a: index care lacks 1 row: Practitioner/house for Patient/a"}},
	{name: "a relationship is surplus", damage: "INSERT INTO care VALUES('Practitioner/wilson', " + rid("a") + ", 0, 5, " + rid("stays") + ")",
		want: []string{"Observation/stays: index care has 1 surplus row: Practitioner/wilson for Patient/a"}},
	{name: "a relationship has no source", damage: "INSERT INTO care VALUES('Practitioner/wilson', " + rid("a") + ", 0, 5, " + rid("house") + ")",
		want: []string{"Practitioner/house: index care has 1 surplus row: Practitioner/wilson for Patient/a"}},
	{name: "a version ends at another time", damage: "UPDATE version SET ended = ended + 1 WHERE rid = " + rid("changes") + " AND ver = 2",
		want: []string{"Observation/changes/_history/2: it does not end when the next version comes"}},
	{name: "a version is of another type", damage: "UPDATE version SET type = 'Patient' WHERE rid = " + rid("changes") + " AND ver = 1",
		want: []string{"Observation/changes/_history/1: it is listed as a Patient"}},
	{name: "SQLite's own index is broken", damage: "DROP INDEX res_updated; CREATE INDEX res_updated ON res(type, updated) WHERE ver > 1; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'ver > 1', 'ver > 0') WHERE name = 'res_updated'",
		want: []string{"SQLite's integrity check: row 12 missing from index res_updated", "SQLite's integrity check: row 2 missing from index res_updated", "SQLite's integrity check: row 4 missing from index res_updated", "SQLite's integrity check: row 6 missing from index res_updated"}},

	{name: "a gap in the versions", damage: "DELETE FROM version WHERE rid = " + rid("changes") + " AND ver = 1",
		want: []string{"Observation/changes: version 1 is missing"}, lost: true},
	{name: "the newest version is missing", damage: "DELETE FROM version WHERE rid = " + rid("changes") + " AND ver = 2",
		want: []string{"Observation/changes: version 2 is missing"}, lost: true},
	{name: "all versions are missing", damage: "DELETE FROM version WHERE rid = " + rid("moves"),
		want: []string{"Observation/moves: version 1 is missing"}, lost: true},
	{name: "a version too many", damage: "UPDATE res SET ver = 2 WHERE id = 'changes'",
		want: []string{"Observation/changes: its body has the meta.versionId \"3\", and its row \"2\"", "Observation/changes: version 2 is superseded, and the current one is 2"}, lost: true},
	{name: "a version is of no resource", damage: "UPDATE version SET rid = 4711, ver = 1 WHERE rid = " + rid("moves"),
		want: []string{"Observation/moves: version 1 is missing", "version 1 of row 4711 is of no resource"}, lost: true},
	{name: "a body is no JSON", damage: "UPDATE res SET body = '{' WHERE id = 'stays'",
		want: []string{"Observation/stays: its body is no Observation: unexpected EOF"}, lost: true},
	{name: "a body is missing", damage: "UPDATE res SET body = NULL WHERE id = 'stays'",
		want: []string{"Observation/stays: it has no body"}, lost: true},
	{name: "a body is another type's", damage: "UPDATE res SET body = replace(body, '\"Observation\"', '\"Patient\"') WHERE id = 'stays'",
		want: []string{"Observation/stays: its body is no Observation: extract: resourceType is \"Patient\" where \"Observation\" should stand"}, lost: true},
	{name: "a body has another id", damage: "UPDATE res SET body = replace(body, '\"stays\"', '\"leaves\"') WHERE id = 'stays'",
		want: []string{"Observation/stays: its body has the id \"leaves\", and its row \"stays\""}, lost: true},
	{name: "a body has another version", damage: "UPDATE res SET body = replace(body, '\"versionId\":\"1\"', '\"versionId\":\"7\"') WHERE id = 'stays'",
		want: []string{"Observation/stays: its body has the meta.versionId \"7\", and its row \"1\""}, lost: true},
	{name: "an earlier body is no JSON", damage: "UPDATE version SET body = '{' WHERE rid = " + rid("changes") + " AND ver = 1",
		want: []string{"Observation/changes/_history/1: its body is no Observation: unexpected EOF"}, lost: true},
	{name: "a deletion has a body", damage: "UPDATE res SET body = '{}' WHERE id = 'goes'",
		want: []string{"Observation/goes: it has a content, and is deleted or known by name only"}, lost: true},
}

func TestDamageIsFoundAndRepaired(t *testing.T) {
	whole := eventful(t)
	before := dump(t, whole)
	for _, c := range damages {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t, whole)
			script(t, filepath.Join(dir, sqlite.FileName), c.damage)
			s := fhir(t, dir, oldBase)
			got, outdated := checked(t, s)
			if !slices.Equal(got, c.want) || outdated != c.outdated {
				t.Errorf("%d outdated, want %d; found\n\t%s\nwant\n\t%s", outdated, c.outdated, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
			if err := s.Repair(t.Context(), func(store.Reindexed) {}); err != nil {
				t.Fatal("repair: ", err)
			}
			left, outdated := checked(t, s)
			switch {
			case outdated != 0:
				t.Errorf("after the repair %d are outdated", outdated)
			case !c.lost && len(left) != 0:
				t.Errorf("after the repair there is still\n\t%s", strings.Join(left, "\n\t"))
			case c.lost && !slices.Equal(left, c.want):
				t.Errorf("after the repair there is\n\t%s\nwant\n\t%s", strings.Join(left, "\n\t"), strings.Join(c.want, "\n\t"))
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if after := dump(t, dir); !c.lost && !c.renamed && after != before {
				t.Errorf("the repair has not brought back what was there:\n%s", linesThatDiffer(before, after))
			}
		})
	}
}

func linesThatDiffer(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	var out []string
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "+ "+line)
		}
	}
	return strings.Join(out, "\n")
}

// The steps of the schema leave indexes that agree with the entries. (The old
// file's bodies are no more than a type and an id.)
func TestAnOldFileIsSoundAfterwards(t *testing.T) {
	s := fhir(t, old(t), oldBase)
	defer closed(t, s)
	findings, _ := checked(t, s)
	for _, f := range findings {
		if !strings.Contains(f, "its body has the meta.") {
			t.Error(f)
		}
	}
}
