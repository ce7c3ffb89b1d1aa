package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// builder makes a Registry.
type builder struct {
	registry    *Registry
	definitions map[string]definitions.SearchParameter // by URL, for composites
	content     contentPlanner
	from        string // the IG package whose parameters are added, "" for what is built in
	packaged    int    // how many of packages there are, each on each of its types
}

func newBuilder() *builder {
	b := &builder{
		registry: &Registry{
			types:  definitions.ResourceTypes(),
			byType: map[string]*typeParams{},
			codes:  codeSystems{},
		},
		definitions: map[string]definitions.SearchParameter{},
		content:     contentPlanner{},
	}
	for _, typ := range b.registry.types {
		b.registry.byType[typ] = &typeParams{
			byCode:  map[string]*Param{},
			derived: map[string]*Param{},
		}
	}
	for _, p := range definitions.SearchParameters() {
		b.definitions[p.URL] = p
	}
	return b
}

// add gives a parameter to every type that it applies to.
func (b *builder) add(d definitions.SearchParameter) error {
	if d.Code == "_query" { // a named query is an operation; there are none
		return nil
	}
	var x *fhirpath.Expression
	if d.Expression != "" {
		var err error
		if x, err = fhirpath.Parse(d.Expression); err != nil {
			return fmt.Errorf("search parameter %s: %w", d.URL, err)
		}
	}
	for _, typ := range baseTypes(d.Base) {
		if err := b.addTo(typ, d, x); err != nil {
			return fmt.Errorf("search parameter %s: %w", d.URL, err)
		}
	}
	return nil
}

// baseTypes are the concrete types that a parameter applies to.
func baseTypes(base []string) []string {
	var types []string
	for _, name := range base {
		if name != "Resource" && name != "DomainResource" {
			types = append(types, name)
			continue
		}
		for _, typ := range definitions.ResourceTypes() {
			s, ok := definitions.LookupStructure(typ)
			if ok && (name == "Resource" || s.Base == name) {
				types = append(types, typ)
			}
		}
	}
	return types
}

func (b *builder) addTo(typ string, d definitions.SearchParameter, x *fhirpath.Expression) error {
	t := b.registry.byType[typ]
	if t == nil {
		return fmt.Errorf("%q is not a resource type", typ)
	}
	p := &Param{
		Type: typ, Code: d.Code, Kind: Kind(d.Type), URL: d.URL,
		Expression: d.Expression, Targets: d.Target, Package: b.from,
	}
	if t.byCode[p.Code] != nil {
		return fmt.Errorf("%s is defined twice", p.Name())
	}
	t.byCode[p.Code] = p
	t.params = append(t.params, p)
	if p.Kind == KindReference {
		t.references = append(t.references, p)
	}
	if x == nil || p.Code == "_id" {
		return nil
	}
	path, err := x.Bind(typ)
	if err != nil {
		return err
	}
	switch {
	case p.Kind == KindComposite:
		return b.addComposite(t, p, path, d.Components)
	case p.Kind == KindSpecial:
		return b.addNear(t, p, path)
	}
	return b.addRule(t, p, path)
}

// rule is that of a parameter with values, once what it needs to know is learnt.
func (b *builder) rule(p *Param, path *fhirpath.Path) (rule, error) {
	for _, e := range path.Elements() {
		b.registry.codes.learn(e)
	}
	return newRule(p, path)
}

// addRule adds a parameter with values of its own and what is derived from it.
func (b *builder) addRule(t *typeParams, p *Param, path *fhirpath.Path) error {
	r, err := b.rule(p, path)
	if err != nil {
		return err
	}
	types := path.Types()
	p.Identifies = p.Kind == KindToken && !slices.ContainsFunc(types, func(typ string) bool { return typ != "Identifier" && typ != "ContactPoint" })
	if p.Kind == KindToken && overlap(types, "CodeableConcept", "Coding", "Identifier") ||
		p.Kind == KindReference && slices.Contains(types, "Reference") {
		r.text = t.derive(p, p.Code+":text", KindString)
	}
	if p.Kind == KindReference && slices.Contains(types, "Reference") {
		r.identifier = t.derive(p, p.Code+":identifier", KindToken)
		r.identifier.Identifies = true
	}
	if p.Kind == KindToken && slices.Contains(types, "Identifier") {
		r.ofType = t.derive(p, p.Code+":of-type", KindToken)
		r.ofType.Identifies = true
	}
	t.addCanonical(p)
	t.rules = append(t.rules, r)
	t.indexed = append(t.indexed, p)
	return nil
}

// addCanonical gives converted values a parameter of their own, or a search
// without unit would find them beside the values as they are written.
func (t *typeParams) addCanonical(p *Param) {
	if p.Kind == KindQuantity {
		p.Canonical = t.derive(p, p.Code+":canonical", KindQuantity)
	}
}

func overlap(types []string, wanted ...string) bool {
	return slices.ContainsFunc(types, func(typ string) bool { return slices.Contains(wanted, typ) })
}

// derive makes an index-only parameter.
func (t *typeParams) derive(from *Param, code string, kind Kind) *Param {
	p := &Param{Type: from.Type, Code: code, Kind: kind, Expression: from.Expression, Package: from.Package, Derived: true}
	t.derived[code] = p
	t.indexed = append(t.indexed, p)
	return p
}

// finish adds what no definition holds and orders all lists.
func (b *builder) finish() (*Registry, error) {
	for _, typ := range b.registry.types {
		t := b.registry.byType[typ]
		if err := b.addOwn(typ, t); err != nil {
			return nil, err
		}
		if err := t.setSort(typ); err != nil {
			return nil, err
		}
		t.widen()
		t.content = b.content.plan(typ)
		for _, list := range [][]*Param{t.params, t.indexed, t.references} {
			slices.SortFunc(list, func(a, b *Param) int { return strings.Compare(a.Code, b.Code) })
		}
		slices.SortStableFunc(t.rules, func(a, b rule) int { return cmp.Compare(a.param.Code, b.param.Code) })
		b.registry.packaged = appendPackaged(b.registry.packaged, t)
	}
	b.registry.digest = sync.OnceValue(b.registry.makeDigest)
	return b.registry, nil
}
