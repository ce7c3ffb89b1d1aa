package patch

import (
	"errors"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// fuzz applies a patch, of FHIRPath if there is a type. Nothing may panic; the
// resource stays as it is, the result is the same each time, and the errors are
// of the package.
func fuzz(t *testing.T, document, patch, typ string) {
	doc, err := fhirjson.Parse([]byte(document))
	if err != nil {
		return
	}
	body, err := fhirjson.Parse([]byte(patch))
	if err != nil {
		return
	}
	read := ParseJSON
	if typ != "" {
		read = ParseFHIRPath
	}
	p, err := read(body, typ)
	if !ours(err) {
		t.Fatalf("%T: %v", err, err)
	}
	if err != nil {
		return
	}
	before := string(doc.Raw())
	first, err := p.Apply(doc)
	second, again := p.Apply(doc)
	if !ours(err) || !ours(again) || (err == nil) != (again == nil) {
		t.Fatalf("%v, then %v", err, again)
	}
	if string(first.Raw()) != string(second.Raw()) || string(doc.Raw()) != before {
		t.Fatalf("%s became %s\nand %s\nand is %s", before, first.Raw(), second.Raw(), doc.Raw())
	}
}

func ours(err error) bool {
	var e *Error
	return err == nil || errors.As(err, &e) && e.Text != ""
}
