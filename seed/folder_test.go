package seed

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

func anItem(t *testing.T, typ, id string) Item {
	t.Helper()
	node, err := fhirjson.Parse([]byte(`{"resourceType":"` + typ + `","id":"` + id + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	return Item{Key: store.Key{Type: typ, ID: id}, Resource: node}
}

func TestFolder(t *testing.T) {
	items := []Item{
		anItem(t, "Organization", "o"), anItem(t, "Group", "registry"), anItem(t, "Patient", "a"), anItem(t, "Observation", "a-1"),
		anItem(t, "Patient", "b"), anItem(t, "Group", "all"),
	}
	const head, entry, tail = `{"resourceType":"Bundle","type":"transaction","entry":[` + "\n", `{"fullUrl":"https://granary.example/fhir/`, "\n]}\n"
	of := func(typ, id string) string {
		return entry + typ + "/" + id + `","resource":{"resourceType":"` + typ + `","id":"` + id + `"},"request":{"method":"PUT","url":"` + typ + "/" + id + `"}}`
	}
	for format, want := range map[string]map[string]string{
		NDJSON: {
			"Organization.ndjson": `{"resourceType":"Organization","id":"o"}` + "\n",
			"Group.ndjson":        `{"resourceType":"Group","id":"registry"}` + "\n" + `{"resourceType":"Group","id":"all"}` + "\n",
			"Patient.ndjson":      `{"resourceType":"Patient","id":"a"}` + "\n" + `{"resourceType":"Patient","id":"b"}` + "\n",
			"Observation.ndjson":  `{"resourceType":"Observation","id":"a-1"}` + "\n",
		},
		Bundles: {
			"directory.json": head + of("Organization", "o") + ",\n" + of("Group", "registry") + tail,
			"a.json":         head + of("Patient", "a") + ",\n" + of("Observation", "a-1") + tail,
			"b.json":         head + of("Patient", "b") + tail,
			"group.json":     head + of("Group", "all") + tail,
		},
	} {
		path := filepath.Join(t.TempDir(), "deep", "new")
		folder, err := NewFolder(path, format)
		if err != nil {
			t.Fatal(err)
		}
		for _, batch := range [][]Item{items[:3], items[3:]} {
			if results, err := folder.Put(t.Context(), batch); err != nil || len(results) != 3 || results[2].Outcome != store.Created {
				t.Errorf("%v, %v", results, err)
			}
		}
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
		files, err := os.ReadDir(path)
		if err != nil || len(files) != len(want) {
			t.Errorf("%s: %v, %v", format, files, err)
		}
		for name, text := range want {
			if got, err := os.ReadFile(filepath.Join(path, name)); err != nil || string(got) != text {
				t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, text)
			}
		}
		if _, err := NewFolder(path, format); err == nil {
			t.Error("a folder with files was taken")
		}
	}
	if _, err := NewFolder(t.TempDir(), "xml"); err == nil {
		t.Error("xml")
	}
}
