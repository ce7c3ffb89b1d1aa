package synthetic

import (
	"fmt"
	"strings"
)

// pdf is a document of one page: a title, and words in lines of 80 characters. It has
// the five objects that PDF 1.4 asks for, and a table of where they begin.
func pdf(title, words string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "BT /F1 16 Tf 72 720 Td (%s) Tj /F1 11 Tf 0 -28 Td 15 TL\n", literal(title))
	for _, line := range lines(words, 80) {
		fmt.Fprintf(&text, "(%s) Tj T*\n", literal(line))
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var starts []int
	for i, object := range objects {
		starts = append(starts, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, start := range starts {
		fmt.Fprintf(&b, "%010d 00000 n \n", start)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.String()
}

// literal is a text as a string of PDF, without what Helvetica's encoding lacks.
func literal(words string) string {
	var b strings.Builder
	for _, r := range words {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r > '~':
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lines cuts a text at spaces, into lines of at most so many bytes where it can.
func lines(words string, width int) []string {
	var all []string
	for paragraph := range strings.SplitSeq(words, "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			if line != "" && len(line)+1+len(word) > width {
				all, line = append(all, line), ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		all = append(all, line)
	}
	return all
}
