package search

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

// attachments are Granary's own references: the attachments of the types whose
// readers may fetch what is attached.
var attachments = map[string]string{
	"DiagnosticReport":  "DiagnosticReport.presentedForm.url",
	"DocumentReference": "DocumentReference.content.attachment.url",
	"Media":             "Media.content.url",
	"Patient":           "Patient.photo.url",
}

// addOwn adds the parameters that no definition holds: `_text` and `_content`
// have no expression, and the links to and from a Binary no parameter.
func (b *builder) addOwn(typ string, t *typeParams) error {
	for _, code := range []string{"_text", "_content"} {
		if p := t.byCode[code]; p != nil {
			t.indexed = append(t.indexed, p)
		}
	}
	if expression := attachments[typ]; expression != "" {
		return b.addOwnReference(typ, t, "_attachment", expression, onlyLocal)
	}
	switch typ {
	case "Binary":
		return b.addOwnReference(typ, t, "_securityContext", "Binary.securityContext", everyOne)
	case "Provenance":
		return b.addOwnReference(typ, t, "_target", "Provenance.target", everyOne)
	}
	return nil
}

// kept is which references have an entry under a parameter.
type kept int

const (
	// literal: those that name a resource, here or elsewhere.
	literal kept = iota
	// onlyLocal: those to resources here.
	onlyLocal
	// everyOne: those to resources here, and for each other one, but for what is
	// contained, an entry that leads nowhere: where all of them must be visible, one
	// without a literal is not (leaks.md row 34), and a resource with such a one is
	// not one without.
	everyOne
)

// nowhere is the entry of a reference that leads to no resource here.
const nowhere = "#"

func (b *builder) addOwnReference(typ string, t *typeParams, code, expression string, which kept) error {
	path, err := fhirpath.Compile(expression, typ)
	if err != nil {
		return err
	}
	p := t.derive(&Param{Type: typ, Expression: expression}, code, KindReference)
	r, err := b.rule(p, path)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name(), err)
	}
	r.kept = which
	t.rules = append(t.rules, r)
	return nil
}
