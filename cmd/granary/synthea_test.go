package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"encoding/json"

	"github.com/klauspost/compress/gzip"

	"github.com/granary-fhir/granary/store"
)

const synthea = "../../../shared/data/synthea-r4"

// TestSynthea imports real bundles, and compares each resource in the store with
// its entry, by a plain JSON decoder that shares no code with the import. It takes a
// few of them, and with GRANARY_LONG in the environment all.
func TestSynthea(t *testing.T) {
	files, err := filepath.Glob(synthea + "/*.json.gz")
	if err != nil || len(files) == 0 {
		t.Skip("../shared/data/synthea-r4 is not there")
	}
	whole := os.Getenv("GRANARY_LONG") != ""
	if !whole {
		files = smallest(t, files, 6)
	}
	entries, different := 0, map[store.Key]bool{}
	for _, file := range files {
		for _, entry := range entriesOf(t, file) {
			entries, different[entry.key] = entries+1, true
		}
	}
	if again := entries - len(different); again == 0 || whole && (entries != 6875 || again != 16) {
		t.Errorf("%d entries, of which %d are of resources that are there", entries, again)
	}
	total := func(created, unchanged int) string {
		return fmt.Sprintf("total %8d %8d %10d %8d\n", created, 0, unchanged, 0)
	}
	data := t.TempDir()
	imports := append([]string{"import", "--data", data}, files...)
	if out := must(t, imports...); !strings.Contains(out, total(len(different), entries-len(different))) {
		t.Errorf("first import:\n%s", out)
	}
	opened, err := dataFlags{Data: data, Store: "sqlite"}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	view := opened.View(store.Unrestricted("test"))
	for _, file := range files {
		for _, entry := range entriesOf(t, file) {
			found, err := view.Read(t.Context(), entry.key)
			if err != nil {
				t.Fatalf("%s of %s: %v", entry.key, file, err)
			}
			if got := normalized(t, found.Body); got != entry.want {
				t.Fatalf("%s of %s:\ngot  %s\nwant %s", entry.key, file, got, entry.want)
			}
			if found.Version != 1 {
				t.Errorf("%s has version %d", entry.key, found.Version)
			}
		}
	}
	if err := opened.Close(); err != nil {
		t.Error(err)
	}
	if out := must(t, imports...); !strings.Contains(out, total(0, entries)) {
		t.Errorf("second import:\n%s", out)
	}
	want := fmt.Sprintf("%d resources and 0 earlier versions: everything agrees\n", len(different))
	if out := must(t, "check", "--data", data); out != want {
		t.Errorf("check: %s", out)
	}
}

// smallest are the n smallest of some files.
func smallest(t *testing.T, files []string, n int) []string {
	t.Helper()
	size := func(file string) int64 {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(size(a), size(b)) })
	return files[:min(n, len(files))]
}

type expected struct {
	key  store.Key
	want string
}

// entriesOf are the resources of a Bundle as the store should show them.
func entriesOf(t *testing.T, file string) []expected {
	t.Helper()
	text := unzip(t, file)
	var bundle struct {
		Entry []struct {
			FullURL  string `json:"fullUrl"`
			Resource json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &bundle); err != nil {
		t.Fatal(file, err)
	}
	links := make(map[string]string)
	var entries []expected
	for _, entry := range bundle.Entry {
		var head struct{ ResourceType string }
		if err := json.Unmarshal(entry.Resource, &head); err != nil {
			t.Fatal(file, err)
		}
		key := store.Key{Type: head.ResourceType, ID: strings.TrimPrefix(entry.FullURL, "urn:uuid:")}
		links[`"reference":"`+entry.FullURL+`"`] = `"reference":"` + key.String() + `"`
		entries = append(entries, expected{key, normalized(t, entry.Resource)})
	}
	var pairs []string
	for from, to := range links {
		pairs = append(pairs, from, to)
	}
	replacer := strings.NewReplacer(pairs...)
	for i := range entries {
		entries[i].want = replacer.Replace(entries[i].want)
	}
	return entries
}

// normalized is a resource without its version, its members sorted, its numbers
// as they are written.
func normalized(t *testing.T, raw []byte) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var resource map[string]any
	if err := decoder.Decode(&resource); err != nil {
		t.Fatal(err)
	}
	if meta, ok := resource["meta"].(map[string]any); ok {
		delete(meta, "versionId")
		delete(meta, "lastUpdated")
		if len(meta) == 0 {
			delete(resource, "meta")
		}
	}
	text, err := json.Marshal(resource)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func unzip(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(reader); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return text.Bytes()
}
