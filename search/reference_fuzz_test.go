package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// FuzzReference: nothing panics; a local reference has one form, whichever way it
// was written; and what refers somewhere is found by the same words.
func FuzzReference(f *testing.F) {
	for _, seed := range []string{
		"Patient/1", base + "/Patient/1", base + "/Patient/1/_history/2", "Patient/1/_history/2", "http://other.example/fhir/Patient/1", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
		"#p", "#", "", "/", "//", "Patient", "Patient/", "/Patient/1", "Patient/1/", "Patient/../1", "patient/1", "Alien/1", "Patient/1/_history/", "Patient/1/_history/1/_history/2",
		"Patient/1#p", "Patient/1?x=y", "Patient?identifier=1", base, base + "/", base + "//Patient/1", "http://a/b|1", "urn:oid:1.2,3", `a\b`, "Patient/é", "Patient/" + strings.Repeat("1", 65),
		"HTTP://example.org/fhir/Patient/1", "http://example.org:80/fhir/Patient/1", ":", ":x", "1:x", "javascript:alert(1)", "Patient/%31", "Patient/1\x00", "Observation/1", "_history/_history/1",
	} {
		f.Add(seed)
	}
	r := testRegistry(f)
	subject, ok := r.Param("Observation", "subject")
	if !ok {
		f.Fatal("Observation has no subject")
	}
	escape := strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`)
	f.Fuzz(func(t *testing.T, reference string) {
		if !utf8.ValidString(reference) {
			t.Skip() // no JSON holds it
		}
		if literal, ok := localReference(base+"/", reference); ok {
			for _, form := range []string{literal, base + "/" + literal, literal + "/_history/1"} {
				if again, ok := localReference(base+"/", form); !ok || again != literal {
					t.Fatalf("%q is %q, and %q is %q, %v", reference, literal, form, again, ok)
				}
			}
			typ, id, _ := strings.Cut(literal, "/")
			if !r.HasType(typ) || !fhirpath.IsID(id) {
				t.Fatalf("%q is %q", reference, literal)
			}
		}
		source := `{"resourceType":"Observation","subject":{"reference":` + string(fhirjson.Quote(reference)) + `}}`
		resource, err := fhirjson.Parse([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := r.Extract("Observation", resource, base)
		if err != nil {
			t.Fatal(err)
		}
		where, err := r.ParseWhere("Observation", []Pair{{"subject", escape.Replace(reference)}}, Options{Base: base, Now: now})
		for _, e := range entries.Terms {
			if e.Param != subject || strings.Contains(reference, "|") { // a bar is no part of a URI, and cuts a canonical
				continue
			}
			if err != nil || !namesTerm(where, e) {
				t.Fatalf("%q is indexed as %q, and searched as %v, %v", reference, e.Code, where, err)
			}
		}
	})
}

// namesTerm tells whether an expression of a term, or of several one of which must
// hold, holds for an entry.
func namesTerm(where Expr, e TermEntry) bool {
	switch where := where.(type) {
	case Term:
		return where.Param == e.Param && admitsText(where.System, e.System) && admitsText(where.Code, e.Code)
	case Or:
		for _, one := range where {
			if namesTerm(one, e) {
				return true
			}
		}
	}
	return false
}

func admitsText(m Match, text string) bool {
	exact, ok := m.Exact()
	return m.Any() || ok && exact == text
}
