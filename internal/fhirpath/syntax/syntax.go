// Package syntax reads FHIRPath (http://hl7.org/fhirpath/N1/grammar.html): all of
// the grammar, for search parameters, FHIRPath patches and invariants alike. What
// an expression means is decided by the packages that evaluate it; each refuses
// the syntax that it gives no meaning.
package syntax

// Expr is a node of the syntax tree. It is applied to a focus; a path hands each
// step the result of the one before it.
type Expr interface{ isExpr() }

// The nodes.
type (
	// Path is steps that follow each other: `Patient.name[0].where(...)`.
	Path struct{ Steps []Expr }
	// Union is `a | b`.
	Union struct{ Branches []Expr }
	// Name is the name of an element, or of the type at the head of a path.
	Name struct{ Name string }
	// Call is a function with its arguments.
	Call struct {
		Name string
		Args []Expr
	}
	// Index is `[n]`.
	Index struct{ N int }
	// At is `[expression]`, where that is more than a number.
	At struct{ Index Expr }
	// TypeTest is `of is T` or `of as T`, as Op says. Type may be qualified:
	// "System.String".
	TypeTest struct {
		Of   Expr
		Op   string
		Type string
	}
	// Compare is `left = right`, or `left != right` if Negate is set.
	Compare struct {
		Left, Right Expr
		Negate      bool
	}
	// And is `left and right`.
	And struct{ Left, Right Expr }
	// Or is `left or right`.
	Or struct{ Left, Right Expr }
	// Binary is every other operator between two expressions: xor, implies, in,
	// contains, ~, !~, <, >, <=, >=, +, -, &, *, /, div, mod.
	Binary struct {
		Op          string
		Left, Right Expr
	}
	// Negative is `-of`; a plus sign leaves nothing behind.
	Negative struct{ Of Expr }
	// Literal is a string without its quotes and escapes, a number as it is
	// written, true or false, or a date, dateTime or time without its @.
	Literal struct {
		Text string
		Kind LiteralKind
	}
	// Quantity is a number with its unit: that of UCUM, or a calendar duration
	// if Calendar is set.
	Quantity struct {
		Value, Unit string
		Calendar    bool
	}
	// Empty is `{}`.
	Empty struct{}
	// Resource is `%resource`.
	Resource struct{}
	// Variable is any other `%name`.
	Variable struct{ Name string }
	// This is `$this`.
	This struct{}
	// Iteration is `$index` or `$total`, by its name.
	Iteration struct{ Name string }
)

// LiteralKind is what a Literal is.
type LiteralKind byte

// The kinds of literal. Date stands for @2015, @2015-02-04T and @2015-02-04T14:34
// alike.
const (
	String LiteralKind = iota
	Number
	Boolean
	Date
	Time
)

func (Path) isExpr()      {}
func (Union) isExpr()     {}
func (Name) isExpr()      {}
func (Call) isExpr()      {}
func (Index) isExpr()     {}
func (At) isExpr()        {}
func (TypeTest) isExpr()  {}
func (Compare) isExpr()   {}
func (And) isExpr()       {}
func (Or) isExpr()        {}
func (Binary) isExpr()    {}
func (Negative) isExpr()  {}
func (Literal) isExpr()   {}
func (Quantity) isExpr()  {}
func (Empty) isExpr()     {}
func (Resource) isExpr()  {}
func (Variable) isExpr()  {}
func (This) isExpr()      {}
func (Iteration) isExpr() {}
