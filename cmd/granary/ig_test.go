package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// guide writes a package of some resources, with the given version.
func guide(t *testing.T, version string, resources ...string) (file string) {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	files := []string{fmt.Sprintf(`{"name":"example.colours","version":%q,"title":"Colours","canonical":"http://example.org","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1","example.base":"2.0.0"}}`, version)}
	for i, text := range append(files, resources...) {
		name := "package/package.json"
		if i > 0 {
			name = fmt.Sprintf("package/r%d.json", i)
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "guide.tgz")
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// parameter is a SearchParameter of a package.
func parameter(code, typ, expression, base string) string {
	return fmt.Sprintf(`{"resourceType":"SearchParameter","url":"http://example.org/SearchParameter/%s","status":"active","code":%q,"base":[%q],"type":%q,"expression":%q}`,
		code, code, base, typ, expression)
}

var (
	favourite = parameter("favourite-colour", "token", "Patient.extension.where(url = 'http://example.org/colour').valueCode", "Patient")
	mood      = parameter("mood", "token", "Observation.extension.where(url = 'http://example.org/mood').value.ofType(code)", "Observation")
	happy     = `{"resourceType":"StructureDefinition","url":"http://example.org/StructureDefinition/happy","version":"1.0.0","name":"Happy","status":"active","fhirVersion":"4.0.1","kind":"resource","abstract":false,"type":"Observation","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation","derivation":"constraint","snapshot":{"element":[{"id":"Observation","path":"Observation","min":0,"max":"*"},{"id":"Observation.note","path":"Observation.note","min":1,"max":"*","type":[{"code":"Annotation"}]}]}}`
	colours   = `{"resourceType":"ImplementationGuide","url":"http://example.org/ImplementationGuide/example.colours"}`
)

func coloured(id, colour string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"extension":[{"url":"http://example.org/colour","valueCode":%q}]}`, id, colour)
}

// idsOf are the ids of a searchset's matches, sorted.
func idsOf(t *testing.T, body string) []string {
	t.Helper()
	var bundle struct {
		Entry []struct {
			Resource struct{ ID string }
		}
	}
	if err := json.Unmarshal([]byte(body), &bundle); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	ids := []string{}
	for _, e := range bundle.Entry {
		ids = append(ids, e.Resource.ID)
	}
	slices.Sort(ids)
	return ids
}

// finds waits until the index is made, and compares what a search finds.
func (s *served) finds(t *testing.T, token, query string, want ...string) {
	t.Helper()
	var status int
	var body string
	until(t, query+" is answered", func() bool {
		status, body = s.get(t, token, query)
		return status != http.StatusServiceUnavailable
	})
	if got := idsOf(t, body); status != http.StatusOK || !slices.Equal(got, want) {
		t.Errorf("%s: %d %q, want %q: %s", query, status, got, want, body)
	}
}

// agrees checks a store from top to bottom.
func agrees(t *testing.T, data string) {
	t.Helper()
	if out := must(t, "check", "--data", data); !strings.Contains(out, "everything agrees") {
		t.Errorf("check: %s", out)
	}
}

func TestIGFromInstallToRemoval(t *testing.T) {
	data := t.TempDir()
	observed := func(id, patient, mood string) string {
		return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"status":"final","code":{"text":"mood"},"subject":{"reference":"Patient/%s"},"extension":[{"url":"http://example.org/mood","valueCode":%q}]}`, id, patient, mood)
	}
	for _, body := range []string{coloured("a", "red"), coloured("b", "blue"), observed("glad", "a", "glad"), observed("sad", "a", "sad"), observed("glad-b", "b", "glad")} {
		must(t, "import", "--data", data, write(t, "r.json", body))
	}
	installed := must(t, "ig", "install", "--data", data, guide(t, "1.0.0", favourite, mood, colours, happy))
	for _, want := range []string{"example.colours#1.0.0: installed: 2 SearchParameter, 1 StructureDefinition", "2 new, 0 known already, 0 not served", "Patient?favourite-colour", "not installed: example.base#2.0.0\n"} {
		if !strings.Contains(installed, want) {
			t.Errorf("install says %s, not %q", installed, want)
		}
	}
	noteless := write(t, "noteless.json", observed("x", "b", "sad"))
	if code, out, _ := granary(t, "validate", "--data", data, "--profile", "http://example.org/StructureDefinition/happy", noteless); code != exitFailure || !strings.Contains(out, "Observation.note") {
		t.Errorf("granary validate by the package's profile: %d %s", code, out)
	}
	s := serveTest(t, "--data", data)
	token := s.token(t, data, "system/*.cruds")
	s.finds(t, token, "/Patient?favourite-colour=red", "a")
	s.finds(t, token, "/Patient?favourite-colour:not=red", "b")
	mine := s.token(t, data, "patient/Observation.rs?mood=glad", "--patient", "a")
	s.finds(t, mine, "/Observation", "glad")
	if status, _ := s.get(t, mine, "/Observation/sad"); status != http.StatusNotFound {
		t.Errorf("the scope shows another mood: %d", status)
	}
	if status, body := s.send(t, http.MethodPut, token, "/Patient/b", coloured("b", "red")); status != http.StatusOK {
		t.Errorf("update: %d %s", status, body)
	}
	if status, body := s.send(t, http.MethodDelete, token, "/Patient/a", ""); status >= 300 {
		t.Errorf("delete: %d %s", status, body)
	}
	s.finds(t, token, "/Patient?favourite-colour=red", "b")
	if _, body := s.get(t, "", "/metadata"); !strings.Contains(body, `"http://example.org/SearchParameter/favourite-colour"`) || !strings.Contains(body, "http://example.org/ImplementationGuide/example.colours|1.0.0") {
		t.Error("the CapabilityStatement has neither parameter nor guide, or lacks one")
	}
	if status, body := s.send(t, http.MethodPost, token, "/Observation/$validate?profile=http://example.org/StructureDefinition/happy", observed("x", "b", "sad")); status != http.StatusOK || !strings.Contains(body, "Observation.note") {
		t.Errorf("by the package's profile: %d %s", status, body)
	}
	if code, _, errs := granary(t, "ig", "remove", "--data", data, "example.colours"); code == exitOK || !strings.Contains(errs, "stop the server") {
		t.Errorf("removal beside a server: %d %s", code, errs)
	}
	s.stop()
	agrees(t, data)
	copied := t.TempDir() + "/copy"
	must(t, "copy", "--from", "sqlite:"+data, "--to", "sqlite:"+copied)
	if out := must(t, "ig", "list", "--data", copied); !strings.Contains(out, "example.colours  1.0.0") {
		t.Errorf("the copy has %s", out)
	}
	agrees(t, copied)
	must(t, "ig", "remove", "--data", data, "example.colours#1.0.0")
	s = serveTest(t, "--data", data)
	if status, body := s.get(t, s.token(t, data, "system/*.rs"), "/Patient?favourite-colour=red"); status != http.StatusBadRequest || !strings.Contains(body, "favourite-colour") {
		t.Errorf("a parameter that was removed: %d %s", status, body)
	}
	until(t, "the index is made anew", func() bool { return !lags(t, data) })
	s.stop()
	agrees(t, data)
}

// lags tells whether the index of a store is not made with its packages.
func lags(t *testing.T, data string) bool {
	t.Helper()
	opened, err := dataFlags{Data: data}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	lags, err := opened.Lags(t.Context())
	if err := errors.Join(err, opened.Close()); err != nil {
		t.Fatal(err)
	}
	return lags
}

func TestIGInstallTellsWhatItDoes(t *testing.T) {
	data := t.TempDir()
	install := func(files ...string) (code int, out, errs string) {
		t.Helper()
		return granary(t, append([]string{"ig", "install", "--data", data}, files...)...)
	}
	clash := parameter("gender", "token", "Patient.maritalStatus", "Patient")
	known := parameter("birthdate", "date", "Patient.birthDate", "Patient")
	strange := parameter("strange", "token", "Patient.name.foo()", "Patient")
	first := guide(t, "1.0.0", favourite, clash, known, strange)
	for _, step := range []struct {
		file, want string
		code       int
	}{
		{first, "example.colours#1.0.0: installed: 4 SearchParameter", exitOK},
		{first, "example.colours#1.0.0: is installed already, and nothing was changed", exitOK},
		{guide(t, "1.0.0", favourite), "installed in place of other content of the same version: 1 SearchParameter", exitOK},
		{guide(t, "0.9.0", favourite, mood), "example.colours#0.9.0: installed in place of 1.0.0: 2 SearchParameter", exitOK},
		{first, "installed in place of 0.9.0", exitOK},
		{guide(t, "2.0.0", `{"resourceType":"StructureDefinition","url":"http://example.org/x","kind":"resource","type":"Patient","derivation":"constraint"}`), "cannot be used", exitFailure},
		{write(t, "x.tgz", "x"), "is not a .tgz", exitUsage},
		{"no-such-file.tgz", "no such file", exitUsage},
	} {
		if code, out, errs := install(step.file); code != step.code || !strings.Contains(out+errs, step.want) {
			t.Errorf("%d %s%s, want %d %s", code, out, errs, step.code, step.want)
		}
	}
	out := must(t, "ig", "list", "--data", data)
	for _, want := range []string{
		"example.colours  1.0.0",
		"search parameters: 1 new, 1 known already, 2 not served",
		"    Patient?favourite-colour\n",
		"not served: Patient?gender: Patient.gender is http://hl7.org/fhir/SearchParameter/individual-gender already",
		"not served: Patient?strange: search parameter http://example.org/SearchParameter/strange: fhirpath",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the list lacks %q:\n%s", want, out)
		}
	}
	for arg, want := range map[string]string{"example.colours#0.9.0": "is not installed; example.colours#1.0.0 is", "example": "the package example is not installed"} {
		if code, _, errs := granary(t, "ig", "remove", "--data", data, arg); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("remove %s: %d %s, want %s", arg, code, errs, want)
		}
	}
}

// US Core is built in: its packages add nothing, and take nothing away.
func TestIGInstallOfUSCore(t *testing.T) {
	for file, want := range map[string]string{"us_core_610.tgz": "search parameters: 0 new, 106 known already, 0 not served", "us_core_700.tgz": "search parameters: 0 new, 110 known already, 0 not served"} {
		path := "../../../shared/fhir/" + file
		if found, err := exists(path); err != nil || !found {
			t.Skip("there is no " + path)
		}
		data := t.TempDir()
		if out := must(t, "ig", "install", "--data", data, path); !strings.Contains(out, want) {
			t.Errorf("%s: %s, want %s", file, out, want)
		}
		if lags(t, data) {
			t.Errorf("%s: the index has to be made anew", file)
		}
	}
}
