package search

import "slices"

// Expr is a predicate over the resources of one type: the one language in which
// client queries, scopes, compartments and care relationships are written. Which
// type is meant is known where the Expr is used. A store compiles it to its
// native query; nothing evaluates it in memory outside tests.
//
// The zero values And{} and Or{} are true and false.
type Expr interface{ isExpr() }

// Const is true or false for every resource.
type Const bool

// Constants.
const (
	True  Const = true
	False Const = false
)

// And holds where all of its parts hold.
type And []Expr

// Or holds where one of its parts holds.
type Or []Expr

// Not holds where its operand does not.
type Not struct{ Of Expr }

// ID holds for the resources with one of these logical ids.
type ID []string

// Term holds where the resource has a term entry under Param whose System and
// Code both match.
type Term struct {
	Param        *Param
	System, Code Match
}

// String holds where a string entry under Param compares with Value, which is
// folded unless Op is Exact.
type String struct {
	Param *Param
	Op    StringOp
	Value string
}

// StringOp is how strings are compared.
type StringOp int

// The comparisons of search.html#string, and those that search_filter.html#ops
// adds.
const (
	StartsWith StringOp = iota
	Contains
	Exact
	Equals // the whole string, folded
	EndsWith
)

// Date holds where a date entry under Param compares with the search range
// [Low, High) as search.html#prefix says.
type Date struct {
	Param     *Param
	Op        Prefix
	Low, High int64
}

// Quantity holds where a number or quantity entry under Param, with a matching
// unit, compares with the search value. For Eq, Ne and Ap, Low and High bound
// the implicit precision of the search value, [Low, High) for Eq and Ne; for the
// others they are equal, since there precision is ignored (search.html#number).
type Quantity struct {
	Param        *Param
	Op           Prefix
	Low, High    float64
	System, Code Match
}

// Missing holds where the resource has no entry under Param.
type Missing struct{ Param *Param }

// Composite holds where the entries of one group satisfy all Parts, leaves over
// the components of Param in their order.
type Composite struct {
	Param *Param
	Parts []Expr
}

// Chain holds where a reference under Param leads to a live resource of Type
// that satisfies Where.
type Chain struct {
	Param *Param
	Type  string
	Where Expr
}

// Has holds where a live resource of Param.Type that satisfies Where refers to
// this one by Param.
type Has struct {
	Param *Param
	Where Expr
}

// All holds where there is at least one reference under Param and every one
// leads to a live resource that satisfies the Expr of its type. A type that
// Where lacks is false.
type All struct {
	Param *Param
	Where map[string]Expr
}

// Chart holds for the resources in the chart of a patient (see package
// compartments). Patient is a logical id.
type Chart struct{ Patient string }

// Panel holds for the resources in the chart of any patient with whom Party
// ("Practitioner/1") has a care relationship now; with Organizations also any with
// whom an organization has one of which the party is a member now.
type Panel struct {
	Party         string
	Organizations bool
}

// Related holds, whatever the resource, if Patient (a logical id) is one of those of
// a Panel.
type Related struct {
	Party, Patient string
	Organizations  bool
}

// Near holds where a position under Param lies within Distance kilometres of
// the point, along the great circle.
type Near struct {
	Param               *Param
	Latitude, Longitude float64
	Distance            float64
}

func (Const) isExpr()     {}
func (And) isExpr()       {}
func (Or) isExpr()        {}
func (Not) isExpr()       {}
func (ID) isExpr()        {}
func (Term) isExpr()      {}
func (String) isExpr()    {}
func (Date) isExpr()      {}
func (Quantity) isExpr()  {}
func (Missing) isExpr()   {}
func (Composite) isExpr() {}
func (Chain) isExpr()     {}
func (Has) isExpr()       {}
func (All) isExpr()       {}
func (Chart) isExpr()     {}
func (Panel) isExpr()     {}
func (Related) isExpr()   {}
func (Near) isExpr()      {}

// Match is a test of one text. The zero Match admits everything.
type Match struct {
	op   matchOp
	text string
}

type matchOp byte

const (
	matchAny matchOp = iota
	matchIs
	matchPrefix
)

// Is admits one text.
func Is(text string) Match { return Match{matchIs, text} }

// HasPrefix admits every text that begins with prefix.
func HasPrefix(prefix string) Match { return Match{matchPrefix, prefix} }

// Any tells whether every text is admitted.
func (m Match) Any() bool { return m.op == matchAny }

// Exact is the one text that is admitted, if it is one.
func (m Match) Exact() (text string, ok bool) { return m.text, m.op == matchIs }

// Prefix is the prefix that is asked for, if it is one.
func (m Match) Prefix() (prefix string, ok bool) { return m.text, m.op == matchPrefix }

// Prefix is the comparison of an ordered value (search.html#prefix).
type Prefix string

// The prefixes.
const (
	Eq Prefix = "eq"
	Ne Prefix = "ne"
	Gt Prefix = "gt"
	Lt Prefix = "lt"
	Ge Prefix = "ge"
	Le Prefix = "le"
	Sa Prefix = "sa"
	Eb Prefix = "eb"
	Ap Prefix = "ap"
)

var prefixes = [...]Prefix{Eq, Ne, Gt, Lt, Ge, Le, Sa, Eb, Ap}

// Prefixes are those that work on parameters with ordered values: dates, numbers and
// quantities.
func Prefixes() []Prefix { return slices.Clone(prefixes[:]) }
