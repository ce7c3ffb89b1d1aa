package installed_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/installed"
	"github.com/granary-fhir/granary/store/testbackend"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// guide is a package of some resources, each by its URL.
func guide(t *testing.T, name, version string, resources ...string) *ig.Package {
	t.Helper()
	p := &ig.Package{Name: name, Version: version, FHIRVersions: []string{"4.0.1"}, Dependencies: map[string]string{"other": "1.0.0", "hl7.fhir.r4.core": "4.0.1"}}
	for i, text := range resources {
		node, err := fhirjson.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p.Resources = append(p.Resources, ig.Resource{File: fmt.Sprintf("package/r%d.json", i), Type: node.Get("resourceType").Text(), URL: node.Get("url").Text(), Node: node})
	}
	return p
}

// large is a value set that is no smaller when it is compressed.
func large() string {
	random := rand.NewChaCha8([32]byte{})
	var b strings.Builder
	for b.Len() < 10<<20 {
		fmt.Fprintf(&b, "%016x", random.Uint64())
	}
	return `{"resourceType":"ValueSet","url":"http://example.org/large","description":"` + b.String() + `"}`
}

func parts(t *testing.T, records store.Records) []string {
	t.Helper()
	keys, err := records.List(t.Context(), "ig-part", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestAPackageIsKeptInParts(t *testing.T) {
	records := testbackend.Open(t, testbackend.Options{}).Records()
	whole := guide(t, "big", "1", large(), `{"resourceType":"Patient"}`, `{"resourceType":"CapabilityStatement"}`,
		`{"resourceType":"SearchParameter","url":"http://example.org/x","code":"x","type":"token","base":["Patient"],"expression":" Patient.gender "}`,
		`{"resourceType":"SearchParameter","url":"http://example.org/y","code":"y","status":"retired"}`)
	done, err := installed.Install(t.Context(), records, whole, now)
	if err != nil || done.Parts < 2 || len(parts(t, records)) != done.Parts || done.Before != nil || done.Unchanged {
		t.Fatalf("%+v, %v; %d records", done, err, len(parts(t, records)))
	}
	entries, err := installed.List(t.Context(), records)
	if err != nil || len(entries) != 1 || entries[0].ID() != "big#1" || entries[0].Counts["SearchParameter"] != 2 || !entries[0].Installed.Equal(now) {
		t.Fatalf("%+v, %v", entries, err)
	}
	if p := installed.Parameters(entries); len(p) != 1 || p[0].Expression != "Patient.gender" || p[0].Source != "big#1" {
		t.Errorf("parameters %+v", p)
	}
	if missing := entries[0].Missing(entries); !slices.Equal(missing, []string{"other#1.0.0"}) {
		t.Errorf("missing %q", missing)
	}
	loaded, err := installed.Load(t.Context(), records, entries[0])
	if err != nil || len(loaded.Resources) != 3 || string(loaded.OfType("ValueSet")[0].Node.Raw()) != string(whole.Resources[0].Node.Raw()) {
		t.Errorf("loaded %v", err)
	}
	again, err := installed.Install(t.Context(), records, whole, now.Add(time.Hour))
	if err != nil || !again.Unchanged || !again.Installed.Equal(now) {
		t.Errorf("again: %+v, %v", again.Unchanged, err)
	}
	small, err := installed.Install(t.Context(), records, guide(t, "big", "2", `{"resourceType":"ValueSet"}`), now)
	if err != nil || small.Before == nil || small.Before.Version != "1" || len(parts(t, records)) != 1 {
		t.Errorf("another version: %+v, %v; %d records", small, err, len(parts(t, records)))
	}
	if _, err := installed.Remove(t.Context(), records, "big", "1"); !errors.Is(err, installed.ErrNotInstalled) {
		t.Errorf("removal of a version that is not there: %v", err)
	}
	if removed, err := installed.Remove(t.Context(), records, "big", ""); err != nil || removed.Version != "2" || len(parts(t, records)) != 0 {
		t.Errorf("removal: %+v, %v", removed, err)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	records := testbackend.Open(t, testbackend.Options{}).Records()
	for _, name := range []string{"a b", "a/b", "a#1", strings.Repeat("x", 200)} {
		if _, err := installed.Install(t.Context(), records, guide(t, name, "1"), now); err == nil {
			t.Errorf("%q was installed", name)
		}
	}
}
