package seed

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.json", "a.ndjson", "sub/c.JSON.GZ", "sub/d.jsonl.gz", "readme.md", "sub/e.json.bak", "z.txt", "._b.json"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(dir, "sub"), link); err != nil {
		t.Fatal(err)
	}
	found, err := Find([]string{filepath.Join(dir, "z.txt"), dir, link})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		names = append(names, strings.NewReplacer(dir+"/", "", link, "link").Replace(f.Name))
		if f.Size != 2 {
			t.Errorf("%s has size %d", f.Name, f.Size)
		}
	}
	want := []string{"z.txt", "a.ndjson", "b.json", "sub/c.JSON.GZ", "sub/d.jsonl.gz", "link/c.JSON.GZ", "link/d.jsonl.gz"}
	if !slices.Equal(names, want) {
		t.Errorf("found %v, want %v", names, want)
	}
}

func TestFindErrors(t *testing.T) {
	empty := t.TempDir()
	if _, err := Find([]string{empty}); !errors.Is(err, ErrNothingFound) || !strings.Contains(err.Error(), empty) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Find([]string{filepath.Join(empty, "absent.json")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	if _, err := Find([]string{os.DevNull}); err == nil || !strings.Contains(err.Error(), "neither a file nor a folder") {
		t.Errorf("a device: %v", err)
	}
}
