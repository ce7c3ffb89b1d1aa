package search

// Query is a parsed search request: what to find, in which order, what to bring
// along, and how to show it.
type Query struct {
	// Selects say what to find, one for each type. A type appears once.
	Selects []Select
	// InTurn says that the matches of one Select follow those of the one before, in
	// place of all in one order.
	InTurn bool
	// Includes are what to bring along with the matches.
	Includes []Include

	Count    int       // page size; 0 asks for the total alone
	Total    TotalMode // whether to count
	Summary  string    // _summary: "", true, text, data, count, false
	Elements []string  // _elements, top-level names

	// Applied are the parameters that took effect, as the client wrote them,
	// in a canonical order, without the cursor: what the self link shows.
	Applied []Pair
	// Ignored are the parameters that lenient handling left out, with reasons.
	Ignored []Ignored
	// Cursor is the sealed position of a page link, "" for the first page.
	Cursor string
	// About is what else was asked, beside the parameters: page links are bound to it.
	About string
}

// Pair is one name and value of a query string, decoded.
type Pair struct{ Name, Value string }

// Ignored is a parameter that had no effect, and why.
type Ignored struct{ Name, Reason string }

// Select is what to find of one type, and in which order. All Selects of a Query
// have the same number of sort keys.
type Select struct {
	Type  string
	Where Expr
	Sort  []SortKey
}

// SortKey orders by the values of a parameter: by the earliest or lowest where
// ascending, by the latest or highest where descending; resources without a
// value come last (search.html#sort). Param may be of kind token, string, date,
// number, quantity, uri, reference; `_id` has KindToken.
type SortKey struct {
	Param      *Param
	Descending bool
}

// TotalMode is `_total` (search.html#total).
type TotalMode string

// The modes: none; an exact count at any cost; a count only where it is cheap.
const (
	TotalNone     TotalMode = "none"
	TotalEstimate TotalMode = "estimate"
	TotalAccurate TotalMode = "accurate"
)

// Include brings along what the matches refer to, or what refers to them
// (search.html#revinclude).
type Include struct {
	Reverse bool     // _revinclude
	Iterate bool     // repeated on what was brought along
	Params  []*Param // reference parameters; each knows the type it starts from
	Target  string   // only references to this type; "" for any
	// Only are the types to which it may lead in place of all, and what must hold for
	// each; nil for no such bound. It is not for a Reverse one.
	Only map[string]Expr
}
