package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// old makes a database of schema 1 as the granary of that time left it:
// testdata/schema1.sql is its dump. The comments say what each Observation is: its
// codes, "-" for a deletion, and the patients in whose charts it was.
func old(t *testing.T) (dir string) {
	t.Helper()
	dump, err := os.ReadFile(filepath.Join("testdata", "schema1.sql"))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	path := filepath.Join(dir, sqlite.FileName)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	script(t, path, string(dump))
	return dir
	// live  a b a    patient 1
	// gone  a -      patient 1
	// moved a a -    patients 2, then 1
	// back  a - a b  patient 2
	// other b        patient 2
}

var (
	oldCode = search.Term{Param: &search.Param{Type: "Observation", Code: "code", Kind: search.KindToken}, System: search.Is("s"), Code: search.Is("a")}
	histOld = map[string]struct {
		where search.Expr
		want  string
	}{
		"all":     {search.True, "other.1 back.4 back.3 back.2 back.1 moved.3 moved.2 moved.1 gone.2 gone.1 live.3 live.2 live.1"},
		"code a":  {oldCode, "moved.3 moved.2 moved.1 gone.2 gone.1 live.3 live.1"},
		"chart 1": {search.Chart{Patient: "1"}, "moved.3 moved.2 gone.2 gone.1 live.3 live.2 live.1"},
		"chart 2": {search.Chart{Patient: "2"}, "other.1 back.4 back.3 back.2 back.1"},
	}
)

func TestAnOldFileIsBroughtUpToDate(t *testing.T) {
	dir := old(t)
	for range 2 { // the second time there is nothing left to do
		b := open(t, dir, time.Now)
		for name, c := range histOld {
			if got := historyOf(t, b, c.where); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		closed(t, b)
	}
	b := open(t, dir, time.Now)
	defer closed(t, b)
	err := b.Read(t.Context(), func(s store.Snapshot) error {
		found, err := s.Search(t.Context(), []search.Select{{Type: "Observation", Where: oldCode}}, nil, 10)
		if err != nil || len(found) != 1 || found[0].ID != "live" || string(found[0].Body) != `{"resourceType":"Observation","id":"live"}` {
			t.Errorf("a search finds %v, %v", found, err)
		}
		versions, err := s.Versions(t.Context(), store.Key{Type: "Observation", ID: "back"}, search.True, store.VersionPage{})
		for _, v := range versions {
			if created := v.Version == 1 || v.Version == 3; v.Verb != store.NoVerb || v.Created != created {
				t.Errorf("version %d came about by %q, created %v", v.Version, v.Verb, v.Created)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What was deleted before is out of its grave when it comes back.
func TestAnOldFileGoesOn(t *testing.T) {
	b := open(t, old(t), time.Now)
	defer closed(t, b)
	key := store.Key{Type: "Observation", ID: "gone"}
	err := b.Write(t.Context(), func(w store.Writer) error {
		return w.Put(t.Context(), store.NewVersion{
			Resource: store.Resource{Key: key, Version: 3, Updated: b.Now(), Body: []byte("{}"), Verb: store.PUT},
			Entries:  search.Entries{Sort: search.NoSort}, Charts: []string{"2"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for where, want := range map[search.Expr]string{
		search.Chart{Patient: "1"}: "moved.3 moved.2 live.3 live.2 live.1",
		search.Chart{Patient: "2"}: "gone.3 other.1 back.4 back.3 back.2 back.1",
	} {
		if got := historyOf(t, b, where); got != want {
			t.Errorf("%v: %s, want %s", where, got, want)
		}
	}
	err = b.Read(t.Context(), func(s store.Snapshot) error {
		got, err := s.Current(t.Context(), key, search.True)
		if !got.Created || got.Verb != store.PUT {
			t.Errorf("it is %+v", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A file that was brought up to date has the schema of a new one.
func TestOldAndNewSchemasAreAlike(t *testing.T) {
	var schemas [2][]string
	for i, dir := range []string{old(t), t.TempDir()} {
		closed(t, open(t, dir, time.Now))
		c, err := driver.OpenConn(filepath.Join(dir, sqlite.FileName), driver.OpenReadOnly)
		if err != nil {
			t.Fatal(err)
		}
		read := func(query string) {
			err := sqlitex.ExecuteTransient(c, query, &sqlitex.ExecOptions{ResultFunc: func(s *driver.Stmt) error {
				schemas[i] = append(schemas[i], s.ColumnText(0))
				return nil
			}})
			if err != nil {
				t.Error(err)
			}
		}
		read("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
		read("PRAGMA user_version")
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(schemas[0], schemas[1]) {
		t.Errorf("brought up to date:\n%s\nnew:\n%s", strings.Join(schemas[0], "\n"), strings.Join(schemas[1], "\n"))
	}
}

// historyOf lists the history of Observations as "id.version".
func historyOf(t *testing.T, b store.Backend, where search.Expr) string {
	t.Helper()
	var list []string
	err := b.Read(t.Context(), func(s store.Snapshot) error {
		found, err := s.History(t.Context(), []store.Portion{{Type: "Observation", Where: where}}, store.HistoryPage{Limit: 100})
		for _, v := range found {
			list = append(list, fmt.Sprint(v.ID, ".", v.Version))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}
