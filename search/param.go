package search

import (
	"slices"
	"strings"
)

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
	// Package is the IG package that it came with, "name#version"; "" of what is
	// built in.
	Package string

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
	// Wider is, for a part of a composite, the parameter of its own by which
	// the same elements can be searched: every value that is entered under this
	// one is entered under Wider too. It is nil where no definition says so.
	Wider *Param
	// definition is the URL of the SearchParameter that a part of a composite
	// repeats.
	definition string
	// Identifies says that values are made to be those of one resource or few:
	// identifiers, addresses of persons.
	Identifies bool
	// Derived says that the parameter exists only in the index: the texts of
	// `code:text`, the identifiers of `subject:identifier`, a part of a
	// composite (`code-value-quantity$1`), an attachment's URL. A client
	// cannot name it.
	Derived bool
}

// Making is the same for two parameters of one name that have the same entries, as far as
// the definitions decide it: kind, expression, targets, and by what the entries of a part
// of a composite are found.
func (p *Param) Making() string {
	wider := ""
	if p.Wider != nil {
		wider = p.Wider.Making()
	}
	targets := slices.Sorted(slices.Values(p.Targets))
	return strings.Join([]string{p.Code, string(p.Kind), p.Expression, strings.Join(targets, ","), wider}, "\x00")
}

// Name is the identity of the parameter in words, for messages: "Observation.code".
func (p *Param) Name() string { return p.Type + "." + p.Code }
