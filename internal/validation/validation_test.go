package validation

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

func parse(t testing.TB, text string) *fhirjson.Node {
	t.Helper()
	n, err := fhirjson.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}

// found are the issues as "code expression: text".
func found(issues []Issue) []string {
	var lines []string
	for _, issue := range issues {
		lines = append(lines, issue.Code+" "+issue.Error())
	}
	return lines
}

// check is a resource and all that is wrong with it. Its type is that of
// resourceType, or Patient.
type check struct {
	name, resource string
	want           []string
}

func run(t *testing.T, checks []check) {
	t.Helper()
	for _, c := range checks {
		n := parse(t, c.resource)
		typ := n.Get("resourceType").Text()
		if typ == "" {
			typ = "Patient"
		}
		got := found(Resource(typ, n))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %s\ngot  %q\nwant %q", c.name, c.resource, got, c.want)
		}
	}
}
