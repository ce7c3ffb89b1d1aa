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
		if err := b.addOwnReference(typ, t, "_attachment", expression); err != nil {
			return err
		}
	}
	if typ == "Binary" {
		return b.addOwnReference(typ, t, "_securityContext", "Binary.securityContext")
	}
	return nil
}

func (b *builder) addOwnReference(typ string, t *typeParams, code, expression string) error {
	path, err := fhirpath.Compile(expression, typ)
	if err != nil {
		return err
	}
	p := t.derive(&Param{Type: typ, Expression: expression}, code, KindReference)
	r, err := b.rule(p, path)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name(), err)
	}
	r.localOnly = true
	t.rules = append(t.rules, r)
	return nil
}
