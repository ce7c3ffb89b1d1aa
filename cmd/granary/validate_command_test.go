package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const patientProfile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"

// A Bundle is checked entry by entry, an entry as what it is in a Bundle; what is
// valid R4 is checked against what it claims.
func TestValidateCommand(t *testing.T) {
	file := write(t, "b.json", `{"resourceType":"Bundle","type":"transaction","entry":[
{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=1"}},"request":{"method":"POST","url":"Observation"}},
{"resource":`+claimsWithoutName+`,"request":{"method":"PUT"}},
{"resource":`+claimsWithoutName+`,"request":{"method":"PUT","url":"Location/bare"}},
{"resource":{"resourceType":"Location","name":"x","meta":{"profile":["http://example.org/us-core-locatio"]}},"request":{"method":"POST","url":"Location"}},
{"request":{"method":"DELETE","url":"Location/1"}}]}`)
	code, out, errs := granary(t, "validate", file)
	want := file + `: Bundle.entry[1] (Location/bare): error: Bundle.entry[1].request.url: is required
` + file + `: Bundle.entry[2] (Location/bare): error: Location.name: is required (us-core-location|6.1.0)
` + file + `: Bundle.entry[3]: warning: Location.meta.profile: the profile "http://example.org/us-core-locatio" is not known; known are http://hl7.org/fhir/us/core/StructureDefinition/us-core-location; it was not checked
resources: 6, with errors: 2; errors: 2, warnings: 1
resources  with errors  profile
        1            1  http://hl7.org/fhir/us/core/StructureDefinition/us-core-location|6.1.0
`
	if code != exitFailure || out != want || errs != "" {
		t.Errorf("exit code %d, errors %q, output\n%s, want\n%s", code, errs, out, want)
	}
}

// Files of all kinds are taken, without ids too; what cannot be read is an error.
func TestValidateFiles(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a.json": `{"resourceType":"Patient","birthDate":"1970-02-30"}`, "b.ndjson": `{"resourceType":"Patient"}` + "\n{", "c.txt": "no",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, _ := granary(t, "validate", folder)
	for _, want := range []string{
		"a.json: error: Patient.birthDate: \"1970-02-30\" is not a date", "b.ndjson: line 2: error: ",
		"resources: 3, with errors: 2; errors: 2, warnings: 0\nno resource was checked against a profile: none claims one that is known, and --profile names none of its type\n",
	} {
		if code != exitFailure || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, out)
		}
	}
}

// --profile holds resources of its type to it, and --json writes OperationOutcomes.
func TestValidateProfileFlag(t *testing.T) {
	file := write(t, "p.ndjson", `{"resourceType":"Patient","identifier":[{"system":"http://x","value":"1"}],"name":[{"family":"x"}]}
{"resourceType":"Location"}
`)
	code, out, errs := granary(t, "validate", "--json", "--profile", patientProfile+"|6.1.0", file)
	want := `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"required","diagnostics":"` + file + `: line 1: is required (us-core-patient|6.1.0)","expression":["Patient.gender"]}]}` + "\n"
	summary := "resources: 2, with errors: 1; errors: 1, warnings: 0\nresources  with errors  profile\n        1            1  " + patientProfile + "|6.1.0\n"
	if code != exitFailure || out != want || errs != summary {
		t.Errorf("exit code %d, errors\n%s, output\n%s, want\n%s", code, errs, out, want)
	}
	if out := must(t, "validate", "--profile", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-organization", file); !strings.HasPrefix(out, "resources: 2, with errors: 0;") {
		t.Error(out)
	}
	code, _, errs = granary(t, "validate", "--profile", patientProfile+"|5.0.0", file)
	if code != exitUsage || errs != `granary: --profile: the profile "`+patientProfile+`|5.0.0" is not known; known are `+patientProfile+"|7.0.0, "+patientProfile+"|6.1.0\n" {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// --ig brings profiles, with their invariants; one that cannot be evaluated is said.
func TestValidateIG(t *testing.T) {
	const definition = `{"resourceType":"StructureDefinition","url":"http://example.org/named","version":"1.0","name":"Named","status":"active","kind":"resource","abstract":false,
"type":"Location","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Location","derivation":"constraint","snapshot":{"element":[
{"id":"Location","path":"Location","min":0,"max":"*","constraint":[
 {"key":"ex-1","severity":"error","human":"The name is loud","expression":"name = name.upper()"},
 {"key":"ex-2","severity":"warning","human":"The description is short","expression":"description.length() < 5"},
 {"key":"ex-3","severity":"error","human":"Unknown","expression":"name.shout()"}]},
{"id":"Location.name","path":"Location.name","min":1,"max":"1","type":[{"code":"string"}]}]}}`
	pack := packed(t, map[string]string{
		"package/package.json":                   `{"name":"example.named","version":"1.0.0","fhirVersions":["4.0.1"]}`,
		"package/StructureDefinition-named.json": definition,
	})
	file := write(t, "l.json", `{"resourceType":"Location","name":"quiet","description":"long enough","meta":{"profile":["http://example.org/named"]}}`)
	code, out, errs := granary(t, "validate", "--ig", pack, file)
	want := file + `: error: Location: ex-1: The name is loud (named|1.0)
` + file + `: warning: Location: ex-2: The description is short (named|1.0)
resources: 1, with errors: 1; errors: 1, warnings: 1
resources  with errors  profile
        1            1  http://example.org/named|1.0
resources  not checked
        1  the invariant ex-3 is not checked: fhirpath "name.shout()": the function shout() is not known
`
	if code != exitFailure || out != want || errs != "" {
		t.Errorf("exit code %d, errors %q, output\n%s, want\n%s", code, errs, out, want)
	}
	if code, _, errs := granary(t, "validate", "--ig", file, file); code != exitUsage || !strings.HasPrefix(errs, "granary: --ig "+file+": the package ") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}

// packed writes a package of files.
func packed(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for name, text := range files {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "package.tgz", b.String())
}
