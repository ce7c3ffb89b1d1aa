package sqlite

import "github.com/granary-fhir/granary/search"

// found says how rows are found by the entries of a parameter.
type found byte

const (
	// byDate: by postings in the order of the main date, as a page wants them.
	byDate found = iota
	// byRow: by postings in the order of the rows, which are appended when they
	// are written. What few rows share, or a chart narrows, needs no more.
	byRow
	// byWord: by the full-text index.
	byWord
	// byWider: by the entries of another parameter, among which all of these are.
	byWider
)

// foundBy is how rows are found by a parameter. It decides where entries are
// written: to change it takes a new version of the schema.
func foundBy(p *search.Param) found {
	switch {
	case p.Wider != nil:
		return byWider
	case isWords(p):
		return byWord
	case p.Kind == search.KindReference, p.Identifies:
		return byRow
	}
	return byDate
}

func isWords(p *search.Param) bool { return p.Code == "_text" || p.Code == "_content" }
