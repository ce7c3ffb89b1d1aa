package profile

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/validation"
)

// versions are those of US Core, with the packages that they are published as.
var versions = map[string]string{"6.1.0": package6, "7.0.0": package7}

// examples reads those of a package, or skips the test.
func examples(t testing.TB, path string) []ig.Resource {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skip(path + " is not there")
	}
	all, err := ig.OpenExamples(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// claimed are the profiles of US Core that a resource claims, in a version.
func claimed(t testing.TB, n *fhirjson.Node, version string) []*Profile {
	t.Helper()
	var all []*Profile
	for _, claim := range n.At("meta", "profile").Items() {
		url, _, _ := strings.Cut(claim.Text(), "|")
		if p, ok := USCore().Find(url + "|" + version); ok {
			all = append(all, p)
		}
	}
	return all
}

// unfit are the warnings that published examples get: their codes are outside of
// an extensible binding's value set.
var unfit = map[string]string{
	"6.1.0 package/example/DocumentReference-episode-summary.json": "DocumentReference.content[0].format",
	"6.1.0 package/example/Observation-satO2-fiO2.json":            "Observation.component[0].value",
	"7.0.0 package/example/Observation-satO2-fiO2.json":            "Observation.component[0].value",
}

// TestExamples: the published examples conform to the profiles that they claim.
func TestExamples(t *testing.T) {
	for version, want := range map[string]int{"6.1.0": 174, "7.0.0": 202} {
		count := 0
		for _, example := range examples(t, versions[version]) {
			name := version + " " + example.File
			for _, p := range claimed(t, example.Node, version) {
				count++
				for _, issue := range USCore().Validate(example.Node, p) {
					known := issue.Severity == validation.Warning && issue.Code == "code-invalid" && issue.Expression == unfit[name]
					if issue.Severity != validation.Information && !known {
						t.Errorf("%s: %s %s %v", name, issue.Severity, issue.Code, issue)
					}
				}
			}
		}
		if count != want {
			t.Errorf("%s: %d claims, want %d", version, count, want)
		}
	}
}
