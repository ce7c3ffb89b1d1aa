package synthetic

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// documents are the notes of visits: of some check-ups a plain text, and of stays and
// emergencies a page of HTML.
type documents struct{ plain }

func (documents) visit(c *chart, v *visit) {
	switch {
	case v.kind == emergency:
		c.document(v, note{code: "34117-2", title: "History and physical", text: c.account(v), html: true})
	case v.kind == checkup && (c.story != nil || c.dice.permille(300)):
		c.document(v, note{code: "11506-3", title: "Progress note", text: c.account(v)})
	case v.kind == followUp && c.dice.permille(60):
		c.document(v, note{code: "11488-4", title: "Consult note", text: c.account(v), inline: true})
	}
}

// account is what the note says.
func (c *chart) account(v *visit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d years old, was seen on %s.", c.display(), age(c.birth, v.on), v.on.Format("2 January 2006"))
	for _, reason := range v.reasons {
		fmt.Fprintf(&b, "\nReason: %s.", reason.Text)
	}
	for _, p := range c.problems {
		fmt.Fprintf(&b, "\nKnown: %s.", p.words)
	}
	b.WriteString("\nPlan: go on as before, and come back when it gets worse.")
	return b.String()
}

// note is a document to be written.
type note struct {
	code, title, text string
	html, pdf, inline bool
	author            *r4.Reference  // the visit's doctor if it is nil
	attachment        *r4.Attachment // a new one if it is nil
}

// attachment writes a Binary with the content of a note, or holds the content itself
// where it is inline.
func (c *chart) attachment(v *visit, n note) *r4.Attachment {
	kind, content := "text/plain", n.text
	switch {
	case n.pdf:
		kind, content = "application/pdf", pdf(n.title, n.text)
	case n.html:
		kind, content = "text/html", page(n.title, n.text)
	}
	data := base64.StdEncoding.EncodeToString([]byte(content))
	attachment := &r4.Attachment{ContentType: kind, Language: "en", Size: ptr(len(content)), Title: n.title, Creation: c.at(v, v.kind.minutes)}
	if n.inline {
		attachment.Data = data
	} else {
		attachment.URL = c.put("content", &r4.Binary{ContentType: kind, SecurityContext: c.patient, Data: data}).Reference
	}
	return attachment
}

// document writes the DocumentReference of a note.
func (c *chart) document(v *visit, n note) *r4.Reference {
	attachment := n.attachment
	if attachment == nil {
		attachment = c.attachment(v, n)
	}
	author := v.doctor
	if n.author != nil {
		author = n.author
	}
	return c.put("document", &r4.DocumentReference{
		Identifier: []r4.Identifier{{System: "https://granary.example/documents", Value: fmt.Sprintf("%s-%d", c.mrn, c.counts["document"]+1)}},
		Status:     "current", DocStatus: "final", Type: loinc(n.code), Category: list(concept("note", "clinical-note")), Subject: c.patient,
		Date: c.at(v, v.kind.minutes+10), Author: refs(author), Custodian: c.clinic.organization, Description: n.title,
		Content: []r4.Content{{Attachment: attachment, Format: coding("format", "urn:ihe:iti:xds:2017:mimeTypeSufficient")}},
		Context: &r4.Context{Encounter: refs(v.encounter), Period: c.period(v)},
	}, "us-core-documentreference")
}

// page is a note as HTML.
func page(title, words string) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "</p>\n<p>")
	return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape.Replace(title) + "</title></head>\n<body><h1>" +
		escape.Replace(title) + "</h1>\n<p>" + escape.Replace(words) + "</p></body></html>\n"
}
