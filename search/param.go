package search

// Kind is the type of a search parameter (search.html#ptypes).
type Kind string

// The kinds of search parameter.
const (
	KindNumber    Kind = "number"
	KindDate      Kind = "date"
	KindString    Kind = "string"
	KindToken     Kind = "token"
	KindReference Kind = "reference"
	KindComposite Kind = "composite"
	KindQuantity  Kind = "quantity"
	KindURI       Kind = "uri"
	KindSpecial   Kind = "special"
)

// Param is a search parameter as one resource type has it. The [Registry] makes
// each once, so that Params are compared by pointer; (Type, Code) is its
// identity in a store.
type Param struct {
	Type string // resource type
	Code string // the name in a query; derived parameters have a mark, see Derived
	Kind Kind
	URL  string // canonical URL of the SearchParameter, "" for derived ones

	// Expression is the FHIRPath of the definition, or the server's own.
	Expression string
	// Targets are the types that a reference may point to.
	Targets []string
	// Components are the parts of a composite, in order. Their entries carry
	// the group of the element they come from.
	Components []*Param
	// Canonical is, for a quantity, the derived parameter under which its values
	// are entered once more, converted to UCUM's base units.
	Canonical *Param
	// Derived says that the parameter exists only in the index: the texts of
	// `code:text`, the identifiers of `subject:identifier`, a part of a
	// composite (`code-value-quantity$1`), an attachment's URL. A client
	// cannot name it.
	Derived bool
}

// Name is the identity of the parameter in words, for messages: "Observation.code".
func (p *Param) Name() string { return p.Type + "." + p.Code }
