// Package syntax reads FHIRPath (http://hl7.org/fhirpath/N1/): the part of its
// grammar in which search parameters and FHIRPath patches are written. What an
// expression means is decided by the packages that evaluate it; each refuses the
// syntax that it gives no meaning.
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
	// Call is a function with at most one argument.
	Call struct {
		Name string
		Args []Expr
	}
	// Index is `[n]`.
	Index struct{ N int }
	// TypeTest is `of is T` or `of as T`, as Op says.
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
	// Literal is a string without its quotes and escapes, a number as it is
	// written, or true or false.
	Literal struct {
		Text string
		Kind LiteralKind
	}
	// Resource is `%resource`.
	Resource struct{}
	// This is `$this`.
	This struct{}
)

// LiteralKind is what a Literal is.
type LiteralKind byte

// The kinds of literal.
const (
	String LiteralKind = iota
	Number
	Boolean
)

func (Path) isExpr()     {}
func (Union) isExpr()    {}
func (Name) isExpr()     {}
func (Call) isExpr()     {}
func (Index) isExpr()    {}
func (TypeTest) isExpr() {}
func (Compare) isExpr()  {}
func (And) isExpr()      {}
func (Or) isExpr()       {}
func (Literal) isExpr()  {}
func (Resource) isExpr() {}
func (This) isExpr()     {}
