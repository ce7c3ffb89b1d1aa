package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	driver "zombiezen.com/go/sqlite"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

func quietly(int64, int64) {}

// filled makes a store with patients.
func filled(t *testing.T, ids ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	b := open(t, dir, time.Now)
	defer closed(t, b)
	err := b.Write(t.Context(), func(w store.Writer) error {
		for _, id := range ids {
			err := w.Put(t.Context(), store.NewVersion{
				Resource: store.Resource{Key: store.Key{Type: "Patient", ID: id}, Version: 1, Updated: b.Now(), Body: []byte("{}")},
				Entries:  search.Entries{Sort: search.NoSort},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// patients lists the patients of a store.
func patients(t *testing.T, dir string) string {
	t.Helper()
	b := open(t, dir, time.Now)
	defer closed(t, b)
	var ids []string
	err := b.Read(t.Context(), func(s store.Snapshot) error {
		found, err := s.Search(t.Context(), []search.Select{{Type: "Patient", Where: search.True}}, nil, 100)
		for _, m := range found {
			ids = append([]string{m.ID}, ids...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(ids, " ")
}

// names are those in a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func backedUp(t *testing.T, dir string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "copy.db")
	if err := sqlite.Backup(t.Context(), dir, file, false, quietly); err != nil {
		t.Fatal(err)
	}
	return file
}

// What is in the log alone is in the backup; it is one file, for its owner, and
// needs nothing beside it.
func TestBackupOfAnOpenStore(t *testing.T) {
	dir := filled(t, "1")
	b := open(t, dir, time.Now)
	defer closed(t, b)
	put(t, b, "Patient", "2")
	var done, total int64
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := sqlite.Backup(t.Context(), dir, file, false, func(d, of int64) { done, total = d, of }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 || done != info.Size() || total != info.Size() {
		t.Errorf("mode %v, size %d, progress %d of %d", info.Mode(), info.Size(), done, total)
	}
	if got := names(t, filepath.Dir(file)); got != "copy.db" {
		t.Errorf("beside it: %s", got)
	}
	into := t.TempDir()
	if aside, err := sqlite.Restore(t.Context(), into, file, false, quietly); aside != "" || err != nil {
		t.Fatal(aside, err)
	}
	if got := patients(t, into); got != "1 2" {
		t.Errorf("restored: %s", got)
	}
}

func TestBackupRefuses(t *testing.T) {
	dir, taken := filled(t, "1"), filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	closed(t, open(t, foreign, time.Now))
	script(t, filepath.Join(foreign, sqlite.FileName), "PRAGMA application_id = 7")
	below, device := filepath.Join(dir, "backups"), filepath.Join(t.TempDir(), "device")
	if err := errors.Join(os.Mkdir(below, 0o700), os.Symlink(os.DevNull, device)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dir, file string
		replace   bool
		want      string
	}{
		"no store":             {t.TempDir(), taken, true, "there is no store in"},
		"a file that is there": {dir, taken, false, "--force replaces it"},
		"a folder":             {dir, filepath.Dir(taken), true, "is a folder"},
		"no such folder":       {dir, filepath.Join(taken+"s", "copy"), true, "no such file or directory"},
		"the database itself":  {dir, filepath.Join(dir, sqlite.FileName), true, "is in the data folder"},
		"below the store":      {dir, filepath.Join(below, "copy"), false, "is in the data folder"},
		"a device":             {dir, device, true, "is a device"},
		"another's database":   {foreign, taken, true, "not one of Granary's"},
	} {
		err := sqlite.Backup(t.Context(), c.dir, c.file, c.replace, quietly)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, err := os.ReadFile(taken); string(text) != "mine" || names(t, filepath.Dir(taken)) != "taken" {
		t.Errorf("%q, %v, %s", text, err, names(t, filepath.Dir(taken)))
	}
	if err := sqlite.Backup(t.Context(), dir, taken, true, quietly); err != nil {
		t.Error(err)
	}
	if got := patients(t, dir); got != "1" {
		t.Errorf("the store: %s", got)
	}
}

func TestBackupInterrupted(t *testing.T) {
	dir, to := filled(t, "1"), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := sqlite.Backup(ctx, dir, filepath.Join(to, "copy.db"), false, func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) || names(t, to) != "" {
		t.Errorf("%v; %s", err, names(t, to))
	}
}

// A page that was changed behind SQLite's back is in no good backup.
func TestBackupOfADamagedStore(t *testing.T) {
	dir, to := filled(t, many()...), t.TempDir()
	damage(t, filepath.Join(dir, sqlite.FileName))
	err := sqlite.Backup(t.Context(), dir, filepath.Join(to, "copy.db"), false, quietly)
	if !errors.Is(err, store.ErrDamaged) || names(t, to) != "" {
		t.Errorf("%v; %s", err, names(t, to))
	}
}

// many are so many ids that most pages of a store are not its schema's.
func many() (ids []string) {
	for i := range 1500 {
		ids = append(ids, fmt.Sprint(i))
	}
	return ids
}

// damage spoils the pages in the second half of a database. The schema, which every
// query reads, is before them.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 2; i < len(content); i++ {
		content[i] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	good := backedUp(t, filled(t, many()...))
	for name, c := range map[string]struct {
		change func(path string)
		want   string
	}{
		"a newer schema": {func(path string) { script(t, path, "PRAGMA user_version = 99") }, "use a newer granary"},
		"another's":      {func(path string) { script(t, path, "PRAGMA application_id = 7") }, "not one of Granary's"},
		"damaged":        {func(path string) { damage(t, path) }, "damaged"},
		"cut off":        {func(path string) { _ = os.Truncate(path, 40_960) }, "damaged"},
		"no database":    {func(path string) { _ = os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600) }, "damaged, or none of Granary's"},
		"empty":          {func(path string) { _ = os.Truncate(path, 0) }, "it is empty"},
		"absent":         {func(path string) { _ = os.Remove(path) }, "is no file"},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(good)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "backup.db")
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			c.change(file)
			dir := filled(t, "old")
			_, err = sqlite.Restore(t.Context(), dir, file, true, quietly)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
			if got := patients(t, dir) + ", " + names(t, dir); got != "old, granary.db granary.lock granary.turn" {
				t.Errorf("the folder has %s", got)
			}
		})
	}
}

func TestRestoreSetsAStoreAside(t *testing.T) {
	file, dir := backedUp(t, filled(t, "1")), filled(t, "old")
	if _, err := sqlite.Restore(t.Context(), dir, file, false, quietly); !errors.Is(err, sqlite.ErrStoreExists) {
		t.Errorf("there is a store: %v", err)
	}
	aside, err := sqlite.Restore(t.Context(), dir, file, true, quietly)
	if err != nil {
		t.Fatal(err)
	}
	if now, before := patients(t, dir), patients(t, aside); now != "1" || before != "old" || filepath.Dir(aside) != dir {
		t.Errorf("restored %s; in %s is %s", now, aside, before)
	}
}

// A store that is damaged is what a backup is restored over.
func TestRestoreOverADamagedStore(t *testing.T) {
	for name, damaged := range map[string]string{"no database": sqlite.FileName, "a log without its database": sqlite.FileName + "-wal"} {
		file, dir := backedUp(t, filled(t, "1")), t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, damaged), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Restore(t.Context(), dir, file, false, quietly); !errors.Is(err, sqlite.ErrStoreExists) {
			t.Errorf("%s: %v", name, err)
		}
		aside, err := sqlite.Restore(t.Context(), dir, file, true, quietly)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, aside); got != damaged || patients(t, dir) != "1" {
			t.Errorf("%s: set aside %s, restored %s", name, got, patients(t, dir))
		}
	}
}

func TestRestoreRefusesAStoreInUse(t *testing.T) {
	file, dir := backedUp(t, filled(t, "1")), filled(t, "old")
	b := open(t, dir, time.Now)
	if _, err := sqlite.Restore(t.Context(), dir, file, true, quietly); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("a granary has it open: %v", err)
	}
	closed(t, b)
	c, err := driver.OpenConn(filepath.Join(dir, sqlite.FileName), driver.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if s, _, err := c.PrepareTransient("SELECT 1 FROM sqlite_schema"); err != nil {
		t.Fatal(err)
	} else if _, err := s.Step(); err != nil || s.Finalize() != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Restore(t.Context(), dir, file, true, quietly); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("another program has it open: %v", err)
	}
	if got := names(t, dir); strings.Contains(got, "before") || strings.Contains(got, "part") {
		t.Errorf("left behind: %s", got)
	}
}

// Nobody opens a store while it is being restored.
func TestOpenDuringARestore(t *testing.T) {
	file, dir := backedUp(t, filled(t, "1")), t.TempDir()
	var during error
	_, err := sqlite.Restore(t.Context(), dir, file, false, func(int64, int64) {
		_, during = sqlite.Open(dir, sqlite.Options{})
	})
	if err != nil || !errors.Is(during, sqlite.ErrInUse) {
		t.Errorf("restored: %v, opened: %v", err, during)
	}
	if _, err := os.Stat(filepath.Join(dir, sqlite.FileName)); errors.Is(err, fs.ErrNotExist) {
		t.Error("nothing was restored")
	}
}

// A backup of an older granary is brought up to date by whoever opens it next.
func TestRestoreOfAnOldBackup(t *testing.T) {
	file, dir := backedUp(t, old(t)), t.TempDir()
	if _, err := sqlite.Restore(t.Context(), dir, file, false, quietly); err != nil {
		t.Fatal(err)
	}
	b := open(t, dir, time.Now)
	defer closed(t, b)
	if got, want := historyOf(t, b, search.True), histOld["all"].want; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
