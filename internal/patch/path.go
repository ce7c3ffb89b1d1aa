package patch

import (
	"fmt"
	"slices"

	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// maxPath is how long a path may be, in bytes.
const maxPath = 2000

// path is a FHIRPath that selects elements of a type of resource.
type path struct {
	text string
	expr syntax.Expr
	selection
}

// selection is what is known of a selection before there is a resource.
type selection struct {
	types []string // that it may have
	// element is the name of the element that is selected, and holders the types
	// that may have it; none for the resource itself.
	element string
	holders []string
	// named: it ends with the name of an element, so that it selects the whole
	// of a list. Computed: it is a value, and no element of the resource. Root:
	// it is the resource itself.
	named, computed, root bool
}

// isList tells whether the element may repeat.
func (s selection) isList() bool {
	return slices.ContainsFunc(s.holders, func(typ string) bool {
		e, ok := elementOf(typ, s.element)
		return ok && e.Array
	})
}

// supported is what a refusal tells of the paths that are understood.
const supported = "a path may have names, [n], where(), first(), last(), ofType(), as and extension(), and in criteria =, !=, and, or, exists(), empty(), not() and $this"

// parsePath reads a path and checks its names on the type.
func parsePath(text, typ string) (path, error) {
	if len(text) > maxPath {
		return path{}, fmt.Errorf("the path is longer than %d bytes", maxPath)
	}
	expr, err := syntax.Parse(text)
	if err != nil {
		return path{}, fmt.Errorf("%q: %w", text, err)
	}
	s, err := check(expr, selection{types: []string{typ}, root: true})
	if err == nil && s.computed {
		err = fmt.Errorf("it selects no elements of the resource")
	}
	if err != nil {
		return path{}, fmt.Errorf("%q: %w", text, err)
	}
	return path{text, expr, s}, nil
}
