package search

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// Admission says what became of a search parameter of an IG package.
type Admission struct {
	Definition definitions.SearchParameter
	// Known says that the same is built in, or came with another package: same code,
	// type and elements. That one serves.
	Known bool
	// Err is why it is not served, nil if it is.
	Err error
}

// NewRegistryWith builds the registry of the embedded definitions and of those of IG
// packages, each of which has its package, "name#version", as its Source. A parameter
// that is not understood, or whose code means something else already on one of its
// types, is left out as a whole, and its Admission says why. Of two packages with the
// same code the first one counts.
func NewRegistryWith(packaged []definitions.SearchParameter) (*Registry, []Admission, error) {
	b := newBuilder()
	for _, p := range definitions.SearchParameters() {
		if err := b.add(p); err != nil {
			return nil, nil, err
		}
	}
	admissions := b.admitAll(packaged)
	r, err := b.finish()
	return r, admissions, err
}

// admitAll adds those that are composed of others last.
func (b *builder) admitAll(packaged []definitions.SearchParameter) []Admission {
	admissions := make([]Admission, len(packaged))
	for _, composites := range []bool{false, true} {
		for i, d := range packaged {
			if (Kind(d.Type) == KindComposite) == composites {
				admissions[i] = b.admit(d)
			}
		}
	}
	return admissions
}

// admit adds a parameter of a package to all of its types, or to none.
func (b *builder) admit(d definitions.SearchParameter) Admission {
	known, err := b.admissible(d)
	switch {
	case err != nil:
	case known:
		b.definitions[d.URL] = d // of which composites may be made
	default:
		err = b.addWhole(d)
	}
	return Admission{d, known, err}
}

// addWhole adds a parameter, or leaves everything as it was.
func (b *builder) addWhole(d definitions.SearchParameter) error {
	before := make(map[string]*typeParams)
	for _, typ := range baseTypes(d.Base) {
		before[typ] = b.registry.byType[typ].clone()
	}
	d.Components = slices.Clone(d.Components)
	for i := range d.Components {
		d.Components[i].Definition, _, _ = strings.Cut(d.Components[i].Definition, "|")
	}
	b.from = d.Source
	defer func() { b.from = "" }()
	var first error
	for _, candidate := range []definitions.SearchParameter{d, adapt(d)} {
		err := b.add(candidate)
		if err == nil {
			b.packaged += len(before)
			b.definitions[d.URL] = candidate
			return nil
		}
		first = cmp.Or(first, err)
		maps.Copy(b.registry.byType, cloneAll(before))
	}
	return first
}

func cloneAll(of map[string]*typeParams) map[string]*typeParams {
	clones := make(map[string]*typeParams, len(of))
	for typ, t := range of {
		clones[typ] = t.clone()
	}
	return clones
}

// clone is a copy to which parameters can be added.
func (t *typeParams) clone() *typeParams {
	c := *t
	c.params, c.indexed, c.references, c.rules = slices.Clone(t.params), slices.Clone(t.indexed), slices.Clone(t.references), slices.Clone(t.rules)
	c.byCode, c.derived = maps.Clone(t.byCode), maps.Clone(t.derived)
	return &c
}

// packagedCode is what a parameter's name can be in a query: neither one of R4's own
// with an underscore, nor one with a mark of chains, modifiers or derived parameters.
var packagedCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// maxPackaged is how many parameters packages may add, each counted on each of its types:
// R4 and US Core have 2,900 so counted. Every start makes them, and every write goes through them.
const maxPackaged = 10_000

// packagedKinds are those that a package's parameters may have.
var packagedKinds = []Kind{KindNumber, KindDate, KindString, KindToken, KindReference, KindComposite, KindQuantity, KindURI}

// admissible tells whether the parameter is known already on all of its types. The
// error says why it cannot be added.
func (b *builder) admissible(d definitions.SearchParameter) (known bool, err error) {
	types := baseTypes(d.Base)
	switch {
	case len(types) == 0:
		return false, fmt.Errorf("it is for no resource type")
	case !slices.Contains(packagedKinds, Kind(d.Type)):
		return false, fmt.Errorf("parameters of type %q are not supported", d.Type)
	case strings.TrimSpace(d.Expression) == "":
		return false, fmt.Errorf("it has no expression")
	}
	same := 0
	for _, typ := range types {
		t := b.registry.byType[typ]
		if t == nil {
			return false, fmt.Errorf("%q is not a resource type", typ)
		}
		p := t.byCode[d.Code]
		switch {
		case p == nil:
		case p.Kind == Kind(d.Type) && sameElements(typ, p.Expression, d.Expression):
			same++
		default:
			return false, fmt.Errorf("%s is %s already, of type %s, which selects %s", p.Name(), orItself(p.URL), p.Kind, strings.Join(branchesOf(typ, p.Expression), " | "))
		}
	}
	switch {
	case same == len(types):
		return true, nil
	case same > 0:
		return false, fmt.Errorf("%q is known already on some of its types and not on others", d.Code)
	case b.packaged+len(types) > maxPackaged:
		return false, fmt.Errorf("packages have more than %d parameters, each counted on each of its types", maxPackaged)
	case !packagedCode.MatchString(d.Code):
		return false, fmt.Errorf("the code %q cannot be a parameter of its own: it must begin with a letter, and have letters, digits, - and _ only", d.Code)
	}
	return false, nil
}

func orItself(url string) string {
	if url == "" {
		return "a parameter of Granary's own"
	}
	return url
}

// sameElements tells whether two expressions select the same of a type, as far as their
// spelling shows.
func sameElements(typ, a, b string) bool {
	return slices.Equal(branchesOf(typ, a), branchesOf(typ, b))
}

// branchesOf are the parts of a union that belong to a type, sorted, each in one
// spelling: no spaces and no parentheses around it, ofType() for as() and as, and an
// extension's value[x] without its type, since the definition of the extension decides
// that.
func branchesOf(typ, expression string) []string {
	var own []string
	for _, branch := range unionOf(expression) {
		branch = strings.ReplaceAll(branch, " ", "")
		branch = valueOfType.ReplaceAllString(branch, ".value")
		for _, root := range []string{typ, "Resource", "DomainResource"} {
			if path, ok := strings.CutPrefix(branch, root+"."); ok {
				own = append(own, typ+"."+path)
			}
		}
	}
	slices.Sort(own)
	return own
}

// valueOfType is an extension's value by its name in JSON, or with its type behind it.
var valueOfType = regexp.MustCompile(`\.value([A-Z]\w*|\.as\(\w+\))`)

// valueInJSON is an extension's value by its name in JSON, which FHIRPath does not have
// and packages nonetheless write.
var valueInJSON = regexp.MustCompile(`\.value([A-Z]\w*)`)

// adapt is the definition with value[x] as FHIRPath has it: .value.ofType(dateTime) for
// .valueDateTime.
func adapt(d definitions.SearchParameter) definitions.SearchParameter {
	d.Expression = valueInJSON.ReplaceAllStringFunc(d.Expression, func(found string) string {
		if typ, err := fhirpath.TypeName(strings.TrimPrefix(found, ".value")); err == nil {
			return ".value.ofType(" + typ + ")"
		}
		return found
	})
	return d
}

// appendPackaged appends the parameters of packages that a type has.
func appendPackaged(all []*Param, t *typeParams) []*Param {
	for _, p := range t.params {
		if p.Package != "" {
			all = append(all, p)
		}
	}
	for _, p := range t.indexed {
		if p.Package != "" && p.Derived {
			all = append(all, p)
		}
	}
	return all
}
