package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

const threeFaults = `{"resourceType":"Patient","id":"x","gendre":"male","birthDate":"1970-02-30","gender":"man"}`

// TestServeValidates: what --validate says is what a write meets.
func TestServeValidates(t *testing.T) {
	for name, c := range map[string]struct {
		flags  []string
		status int
		body   string
	}{
		"by default": {nil, http.StatusBadRequest, `"expression":["Patient.birthDate"]},{`},
		"structure":  {[]string{"--validate=structure"}, http.StatusBadRequest, `"expression":["Patient.birthDate"]},{`},
		"profile":    {[]string{"--validate=profile"}, http.StatusBadRequest, `"expression":["Patient.birthDate"]},{`},
		"off":        {[]string{"--validate=off"}, http.StatusCreated, `"gendre":"male"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveTest(t, append([]string{"--data", t.TempDir(), "--auth=off", "--no-sandbox"}, c.flags...)...)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/Patient", strings.NewReader(threeFaults))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/fhir+json")
			request.Header.Set("Prefer", "return=representation")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != c.status || !strings.Contains(string(body), c.body) {
				t.Errorf("%d %s %v", response.StatusCode, body, err)
			}
		})
	}
}

// TestImportValidates: a resource that is refused is named with all reasons, and
// costs no other.
func TestImportValidates(t *testing.T) {
	file := write(t, "p.ndjson", `{"resourceType":"Patient","id":"good"}
`+threeFaults+`
{"resourceType":"Patient","id":"also"}
`)
	code, out, errs := granary(t, "import", "--data", t.TempDir(), file)
	wantErr := "refused: " + file + `: line 2 (Patient/x): Patient.gendre: Patient has no element "gendre"; is gender meant?; ` +
		`Patient.birthDate: "1970-02-30" is not a date: YYYY, YYYY-MM or YYYY-MM-DD, of a day that exists; ` +
		`Patient.gender: "man" is not in http://hl7.org/fhir/ValueSet/administrative-gender: female, male, other or unknown` + "\n"
	if code != exitFailure || !strings.Contains(out, "Patient        2        0          0        1\n") || errs != wantErr {
		t.Errorf("exit code %d, output\n%s, errors\n%s, want\n%s", code, out, errs, wantErr)
	}
	if out := must(t, "import", "--data", t.TempDir(), "--validate=off", file); !strings.Contains(out, "Patient        3        0          0        0\n") {
		t.Errorf("off:\n%s", out)
	}
}

const claimsWithoutName = `{"resourceType":"Location","id":"bare","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-location|6.1.0"]}}`

// TestImportValidatesProfiles: with --validate=profile a resource is held to what it
// claims, if that is known.
func TestImportValidatesProfiles(t *testing.T) {
	file := write(t, "l.ndjson", claimsWithoutName+`
{"resourceType":"Location","id":"other","meta":{"profile":["http://example.org/unknown"]}}
`)
	code, out, errs := granary(t, "import", "--data", t.TempDir(), "--validate=profile", file)
	wantErr := "refused: " + file + ": line 1 (Location/bare): Location.name: is required (us-core-location|6.1.0)\n"
	if code != exitFailure || !strings.Contains(out, "Location        1        0          0        1\n") || errs != wantErr {
		t.Errorf("exit code %d, output\n%s, errors\n%s, want\n%s", code, out, errs, wantErr)
	}
	if out := must(t, "import", "--data", t.TempDir(), file); !strings.Contains(out, "Location        2        0          0        0\n") {
		t.Errorf("structure:\n%s", out)
	}
}

func TestValidateFlagIsChecked(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"serve", "--validate=all"}, `granary: --validate must be one of "structure","profile","off" but got "all"`},
		{[]string{"import", "--validate=none", "x"}, `granary: --validate must be one of "structure","profile","off" but got "none"`},
		{[]string{"import", "--validate=off", "--url", "http://x/fhir", "x"}, "granary: --validate is for a local store; the server at --url checks as it was told to"},
	} {
		if code, _, errs := granary(t, c.args...); code != exitUsage || !strings.HasPrefix(errs, c.want) {
			t.Errorf("%v: exit code %d, %s", c.args, code, errs)
		}
	}
}
