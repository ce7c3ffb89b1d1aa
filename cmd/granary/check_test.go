package main

import (
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// A server goes on while its store is looked at.
func TestCheckAndReindexBesideAServer(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data, "--auth=off", "--sandbox")
	if out := must(t, "check", "--data", data); out != "156 resources and 0 earlier versions: everything agrees\n" {
		t.Errorf("check: %s", out)
	}
	if out := must(t, "reindex", "--data", data); out != "156 versions: the entries of 0 were made anew, the others were right\n" {
		t.Errorf("reindex: %s", out)
	}
	if status, body := s.get(t, "", "/Patient?_summary=count"); status != 200 {
		t.Errorf("%d %s", status, body)
	}
}

// without puts a body into a store past everything that would index or check it.
func without(t *testing.T, data, typ, id, body string) {
	t.Helper()
	backend, err := sqlite.Open(data, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	version := store.Resource{Key: store.Key{Type: typ, ID: id}, Version: 1, Body: []byte(body), Verb: store.PUT,
		Updated: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)}
	err = backend.Write(t.Context(), func(w store.Writer) error {
		return w.Put(t.Context(), store.NewVersion{Resource: version, Entries: search.Entries{Sort: search.NoSort}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.Close(); err != nil {
		t.Fatal(err)
	}
}

const (
	bare     = `{"resourceType":"Patient","id":"bare","meta":{"versionId":"1","lastUpdated":"2024-01-02T03:04:05.000Z"},"active":true}`
	outdated = "The index entries of 1 version are not what this granary extracts at the base URL of the store: run granary reindex.\n"
	still    = "1 resource and 0 earlier versions: 1 finding, 1 beyond --repair\n"
)

func TestCheckNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		id, body, found, repaired string
		repairs                   int // exit code
	}{
		"outdated": {"bare", bare,
			"1 resource and 0 earlier versions: nothing is damaged\n" + outdated,
			"Repaired: everything agrees now.\n", exitOK},
		"lost": {"bare", "{",
			"Patient/bare: its body is no Patient: unexpected EOF (beyond --repair)\n1 resource and 0 earlier versions: 1 finding, 1 beyond --repair\n",
			"Repaired, but for:\nPatient/bare: its body is no Patient: unexpected EOF (beyond --repair)\n" + still, exitFailure},
		"both": {"other", bare,
			"Patient/other: its body has the id \"bare\", and its row \"other\" (beyond --repair)\n" +
				"1 resource and 0 earlier versions: 1 finding, 1 beyond --repair\n" + outdated,
			"Repaired, but for:\nPatient/other: its body has the id \"bare\", and its row \"other\" (beyond --repair)\n" + still, exitFailure},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			without(t, data, "Patient", c.id, c.body)
			steps := []struct {
				args []string
				code int
				out  string
			}{
				{[]string{"check"}, exitFailure, c.found},
				{[]string{"check", "--repair"}, c.repairs, c.found + c.repaired},
			}
			for _, step := range steps {
				code, out, errs := granary(t, append(step.args, "--data", data)...)
				if code != step.code || out != step.out || errs != "" {
					t.Errorf("%q: exit code %d, errors %q, output\n%swant %d\n%s", step.args, code, errs, out, step.code, step.out)
				}
			}
		})
	}
}

func TestReindexMakesWhatIsMissing(t *testing.T) {
	data := t.TempDir()
	without(t, data, "Patient", "bare", bare)
	for _, want := range []string{
		"1 version: the entries of 1 were made anew, the others were right\n",
		"1 version: the entries of 0 were made anew, the others were right\n",
	} {
		if out := must(t, "reindex", "--data", data); out != want {
			t.Errorf("%s, want %s", out, want)
		}
	}
	must(t, "check", "--data", data)
	s := serveTest(t, "--data", data, "--auth=off")
	if status, body := s.get(t, "", "/Patient?active=true&_elements=active"); status != 200 || !strings.Contains(body, `"id":"bare"`) {
		t.Errorf("%d %s", status, body)
	}
}
