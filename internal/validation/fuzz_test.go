package validation

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// FuzzResource: whatever the resource, there is no panic, and what is told is
// little, of some length, and about the resource.
func FuzzResource(f *testing.F) {
	f.Add([]byte(vitalSigns))
	f.Add([]byte(`{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"a","link":[{"other":{"reference":"#a"},"type":"refer"}]}],"_gender":{"extension":[{"url":"x"}]},"name":[{"given":[null],"_given":[null,{}]}]}`))
	f.Add([]byte(`{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic"}}]}}]}]}`))
	for _, name := range []string{"MedicationRequest", "Immunization", "CarePlan", "AllergyIntolerance", "DocumentReference"} {
		f.Add(builtIn(f, name))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := fhirjson.Parse(text)
		if err != nil {
			return
		}
		typ := n.Get("resourceType").Text()
		issues := Resource(typ, n)
		if len(issues) > MaxIssues+1 {
			t.Fatalf("%d issues", len(issues))
		}
		if len(issues) == 0 && len(Outline(typ, n)) > 0 {
			t.Fatal("Outline finds what Resource does not")
		}
		for _, issue := range issues {
			if !strings.HasPrefix(issue.Expression, typ) || len(issue.Text) > 2000 || !utf8.ValidString(issue.Text) || issue.Code == "" {
				t.Fatalf("%q", issue)
			}
		}
	})
}

// builtIn is one of the built-in resources of a type. A whole Bundle is too large
// to be mutated with success.
func builtIn(t testing.TB, typ string) []byte {
	t.Helper()
	files, err := filepath.Glob("../../seed/data/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range parse(t, string(text)).Get("entry").Items() {
			if entry.At("resource", "resourceType").Text() == typ {
				return entry.Get("resource").Raw()
			}
		}
	}
	t.Fatalf("no built-in %s", typ)
	return nil
}
