package api

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const syntheaFolder = "../../shared/data/synthea-r4"

// What Synthea writes are transactions: every file goes in, as many resources as
// it has, and every reference leads to one of them.
func TestTransactionSynthea(t *testing.T) {
	files, err := filepath.Glob(syntheaFolder + "/*.json.gz")
	if err != nil || len(files) == 0 {
		t.Skipf("there are no files in %s", syntheaFolder)
	}
	if !long() {
		files = files[:3]
	}
	w := strictWorld(t)
	all := w.all()
	for _, file := range files {
		text := unzipped(t, file)
		directory, patient := parted(t, text)
		if directory != "" {
			if got := w.send(all, http.MethodPost, "", directory); got.status != 200 {
				t.Fatalf("%s: %d %.500s", file, got.status, got.body)
			}
		}
		got := w.send(all, http.MethodPost, "", patient)
		if got.status != 200 {
			t.Fatalf("%s: %d %.500s", file, got.status, got.body)
		}
		w.checkSynthea(file, patient, w.bundle(got))
	}
}

func unzipped(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parted makes the conditional references of a file lead somewhere: the first
// Bundle creates, if there are none yet, what they name; the second is the file.
func parted(t *testing.T, text string) (directory, patient string) {
	t.Helper()
	var entries []string
	seen := map[string]bool{}
	for _, part := range strings.Split(text, `"reference":`)[1:] {
		var reference string
		if err := json.NewDecoder(strings.NewReader(part)).Decode(&reference); err != nil {
			t.Fatal(err)
		}
		typ, query, ok := strings.Cut(reference, "?")
		if !ok || seen[reference] {
			continue
		}
		seen[reference] = true
		token, ok := strings.CutPrefix(query, "identifier=")
		if !ok {
			t.Fatalf("a conditional reference %q", reference)
		}
		system, value, _ := strings.Cut(token, "|")
		entries = append(entries, fmt.Sprintf(`{"resource":{"resourceType":%q,"identifier":[{"system":%q,"value":%q}]},"request":{"method":"POST","url":%q,"ifNoneExist":%q}}`, typ, system, value, typ, query))
	}
	if entries == nil {
		return "", text
	}
	return `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + `]}`, text
}

func (w *world) checkSynthea(file, sent string, got found) {
	w.Helper()
	var bundle found
	w.must(json.Unmarshal([]byte(sent), &bundle))
	if len(got.Entry) != len(bundle.Entry) {
		w.Fatalf("%s: %d entries for %d", file, len(got.Entry), len(bundle.Entry))
	}
	keys := map[string]bool{}
	for _, e := range got.Entry {
		keys[strings.TrimPrefix(e.FullURL, base+"/")] = true
	}
	for i, e := range got.Entry {
		if e.Response.Status != "201 Created" {
			w.Fatalf("%s: entry %d: %s", file, i, e.Response.Status)
		}
		for _, part := range strings.Split(string(e.Resource), `"reference":`)[1:] {
			var reference string
			w.must(json.NewDecoder(strings.NewReader(part)).Decode(&reference))
			typ, _, ok := strings.Cut(reference, "/")
			elsewhere := slices.Contains([]string{"Practitioner", "Organization", "Location"}, typ)
			if !strings.HasPrefix(reference, "#") && (!ok || !keys[reference] && !elsewhere) {
				w.Errorf("%s: entry %d refers to %s", file, i, reference)
			}
		}
		if strings.Contains(string(e.Resource), `"urn:uuid:`) && !strings.Contains(sent, `"value":"urn:uuid:`) {
			w.Errorf("%s: entry %d: a link is left: %s", file, i, e.Resource)
		}
	}
}
