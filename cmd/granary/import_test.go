package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes a file in a folder of its own.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const twoPatients = `{"resourceType":"Bundle","type":"transaction","entry":[
	{"fullUrl":"urn:uuid:0a4c7e1e-8f6a-4c34-9d0e-5a2b1c3d4e5f","resource":{"resourceType":"Patient","active":true}},
	{"fullUrl":"urn:uuid:1b5d8f2f-8f6a-4c34-9d0e-5a2b1c3d4e5f","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:0a4c7e1e-8f6a-4c34-9d0e-5a2b1c3d4e5f"}}}]}`

func TestImportTwiceChangesNothing(t *testing.T) {
	data, file := t.TempDir(), write(t, "b.json", twoPatients)
	const header = "         type  created  updated  unchanged  refused\n"
	for _, want := range []string{
		header +
			"  Observation        1        0          0        0\n" +
			"      Patient        1        0          0        0\n" +
			"        total        2        0          0        0\n",
		header +
			"  Observation        0        0          1        0\n" +
			"      Patient        0        0          1        0\n" +
			"        total        0        0          2        0\n",
	} {
		code, out, errs := granary(t, "import", "--data", data, file)
		if code != exitOK || out != want || errs != "" {
			t.Errorf("exit code %d, errors %q, output\n%swant\n%s", code, errs, out, want)
		}
	}
}

func TestImportBuiltIn(t *testing.T) {
	data := t.TempDir()
	out := must(t, "import", "--data", data, "../../seed/data")
	if !strings.Contains(out, "              total      154        0          0        0\n") {
		t.Errorf("first import:\n%s", out)
	}
	out = must(t, "import", "--data", data, "../../seed/data")
	if !strings.Contains(out, "        0        0        154        0\n") {
		t.Errorf("second import:\n%s", out)
	}
}

func TestImportNamesEveryRefusal(t *testing.T) {
	file := write(t, "mixed.ndjson", `{"resourceType":"Patient","id":"good"}
{"resourceType":"Patient","id":"bad id"}
{"resourceType":"Patient"
{"resourceType":"Patient","id":"wrong","meta":7}
`)
	code, out, errs := granary(t, "import", "--data", t.TempDir(), file)
	wantOut := "       type  created  updated  unchanged  refused\n" +
		"  (unknown)        0        0          0        1\n" +
		"    Patient        1        0          0        2\n" +
		"      total        1        0          0        3\n"
	wantErr := "refused: " + file + `: line 2 (Patient/bad id): "bad id" is not an id: 1 to 64 letters, digits, '-' and '.'` + "\n" +
		"refused: " + file + ": line 3: unexpected EOF\n" +
		"refused: " + file + ": line 4 (Patient/wrong): Patient.meta: must be an object, not number\n"
	if code != exitFailure || out != wantOut || errs != wantErr {
		t.Errorf("exit code %d, output\n%s, errors\n%s, want\n%s\n%s", code, out, errs, wantOut, wantErr)
	}
}

func TestImportOverHTTP(t *testing.T) {
	data, file := t.TempDir(), write(t, "b.json", twoPatients)
	s := serveTest(t, "--data", data)
	token := lastLine(must(t, "token", "--data", data, "--scope", "system/*.cruds"))
	if out := must(t, "import", "--url", s.base, "--token", token, file); !strings.Contains(out, "total        2        0          0        0\n") {
		t.Errorf("over HTTP:\n%s", out)
	}
	t.Setenv("GRANARY_TOKEN", token)
	if out := must(t, "import", "--url", s.base+"/", file); !strings.Contains(out, "total        0        0          2        0\n") {
		t.Errorf("over HTTP again:\n%s", out)
	}
	// The same store, directly, while the server runs.
	if out := must(t, "import", "--data", data, file); !strings.Contains(out, "total        0        0          2        0\n") {
		t.Errorf("into the store:\n%s", out)
	}
	narrow := lastLine(must(t, "token", "--data", data, "--scope", "system/Patient.cruds"))
	code, _, errs := granary(t, "import", "--url", s.base, "--token", narrow, file)
	if code != exitFailure || !strings.Contains(errs, "Bundle.entry[1] (Observation/1b5d8f2f-8f6a-4c34-9d0e-5a2b1c3d4e5f): HTTP 403 Forbidden") {
		t.Errorf("with a narrow token: exit code %d, %s", code, errs)
	}
	code, _, errs = granary(t, "import", "--url", s.base, "--token", "wrong", file)
	if code != exitFailure || !strings.Contains(errs, "granary: the server does not accept the token: HTTP 401 Unauthorized") {
		t.Errorf("with a wrong token: exit code %d, %s", code, errs)
	}
}

// TestImportConditionalReferences is the form of Synthea 3: the patients' files,
// which sort first, name practitioners by a search.
func TestImportConditionalReferences(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"Abe.json": `{"resourceType":"Bundle","type":"transaction","entry":[
			{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99"}]}},
			{"fullUrl":"urn:uuid:q","resource":{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|98"}]}},
			{"fullUrl":"urn:uuid:r","resource":{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner?nonsense=1"}]}}]}`,
		"practitioners.json": `{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:d","resource":{"resourceType":"Practitioner","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"99"}]},
			"request":{"method":"POST","url":"Practitioner","ifNoneExist":"identifier=http://hl7.org/fhir/sid/us-npi|99"}}]}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, into := range map[string]func(s *served, data string) []string{
		"store": func(_ *served, data string) []string { return []string{"--data", data} },
		"http":  func(s *served, data string) []string { return []string{"--url", s.base} },
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			s := serveTest(t, "--data", data, "--auth=off", "--no-sandbox")
			for range 2 {
				code, out, errs := granary(t, append([]string{"import", folder}, into(s, data)...)...)
				if code != exitFailure || strings.Count(errs, "refused: ") != 2 ||
					!strings.Contains(errs, `(Patient/q): the conditional reference "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|98" matches nothing; import what it means first`) ||
					!strings.Contains(errs, `(Patient/r): the conditional reference "Practitioner?nonsense=1": `) {
					t.Errorf("exit code %d\n%s%s", code, out, errs)
				}
			}
			status, body := s.get(t, "", "/Patient/p")
			if status != 200 || !strings.Contains(body, `"generalPractitioner":[{"reference":"Practitioner/d"}]`) || !strings.Contains(body, `"versionId":"1"`) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestImportChoosesItsTarget(t *testing.T) {
	data, file := t.TempDir(), write(t, "b.json", twoPatients)
	t.Setenv("GRANARY_URL", "http://127.0.0.1:1/fhir") // nobody listens there
	must(t, "import", "--data", data, file)
	code, _, errs := granary(t, "import", file)
	if code != exitFailure || !strings.Contains(errs, "connection refused") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
