package search

import "math"

// Entries are everything by which one version of a resource can be found. They
// are extracted from its JSON and written in the transaction that writes it.
type Entries struct {
	Terms      []TermEntry
	Strings    []StringEntry
	Dates      []DateEntry
	Quantities []QuantityEntry

	// Sort is the lower bound of the type's main clinical date, in
	// microseconds since 1970 UTC, and NoSort where the resource has none.
	Sort int64
}

// Bounds of the time line.
const (
	NoSort    int64 = math.MinInt64     // no main date: after everything else, newest first
	TimeBegin int64 = math.MinInt64 + 1 // the open start of a Period
	TimeEnd   int64 = math.MaxInt64     // the open end of a Period
)

// TermEntry is one exact value: a token's system and code; a reference (Code is
// the literal `Type/id` of a local one and else the URL without its version,
// System the version of a canonical, "" elsewhere); a uri; a word of `_text` and
// `_content`. Identity is exact, in letters and case.
type TermEntry struct {
	Param        *Param
	Group        int // which element of a composite; 0 elsewhere
	System, Code string
}

// StringEntry is one string value.
type StringEntry struct {
	Param  *Param
	Group  int
	Folded string // by Fold: what all but :exact compares
	Exact  string
}

// DateEntry is the half-open range [Low, High) of a date, in microseconds since
// 1970 UTC; an open end of a Period is TimeBegin or TimeEnd.
type DateEntry struct {
	Param     *Param
	Group     int
	Low, High int64
}

// QuantityEntry is the closed range [Low, High] of a number or quantity, with
// infinities for open ends. Numbers have no unit. A quantity has one entry for
// its coded unit and one with System "" for the text of the unit where that
// differs. Its canonical form, where UCUM defines it (System CanonicalUnits), is
// an entry under the derived parameter `code:canonical`, so that a search without
// unit compares values as they are written.
type QuantityEntry struct {
	Param        *Param
	Group        int
	System, Code string
	Low, High    float64
}

// CanonicalUnits is the System of quantities converted to UCUM base units.
const CanonicalUnits = "urn:granary:ucum-canonical"
