package search

import (
	"slices"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

// hierarchyLevels is how far `:below` and `:above` follow a hierarchy of
// resources, from the resource that is named.
const hierarchyLevels = 7

// hierarchy is the parameter by which a resource of the type names the one of the
// same type that it is a part of; nil if the type has none.
func (r *Registry) hierarchy(typ string) *Param {
	for _, code := range []string{"partof", "part-of"} {
		param, ok := r.Param(typ, code)
		if ok && param.Kind == KindReference && slices.Contains(param.Targets, typ) {
			return param
		}
	}
	return nil
}

// hierarchies are those of the types that a reference may lead to.
func (r *Registry) hierarchies(param *Param) []*Param {
	if param.Kind != KindReference {
		return nil
	}
	types := param.Targets
	if leadsAnywhere(param) {
		types = r.types
	}
	var found []*Param
	for _, typ := range types {
		if part := r.hierarchy(typ); part != nil {
			found = append(found, part)
		}
	}
	return found
}

// asksHierarchy tells whether a parameter with a modifier asks for a hierarchy of
// resources.
func (r *Registry) asksHierarchy(param *Param, modifier string) bool {
	return (modifier == "below" || modifier == "above") && len(r.hierarchies(param)) > 0
}

// within parses `:below` and `:above` on a reference (search.html, "Searching Hierarchies"): it
// leads to one of the resources that are named, to one that lies within such a
// one, or for `:above` to one that contains such a one, at up to hierarchyLevels.
// All values share one chain.
func (p *parser) within(param *Param, modifier, value string, hops int) (Expr, error) {
	above := modifier == "above"
	needed := hierarchyLevels // one to what is referred to, and from there one less than the levels
	if above {
		needed++ // from there all levels, since it must come out at what is named
	}
	if hops+needed > MaxHops {
		return nil, fault("", "has more than %d hops; :%s alone counts as %d", MaxHops, modifier, needed)
	}
	named, err := p.hierarchyMembers(param, value)
	if err != nil {
		return nil, err
	}
	var found Or
	for _, part := range p.registry.hierarchies(param) {
		ids := named[part.Type]
		if len(ids) == 0 {
			continue
		}
		if err := p.spend((hierarchyLevels + 1) * (len(ids) + 1)); err != nil {
			return nil, err
		}
		where := partOf(part, ids)
		if above {
			where = contains(part, ids)
		}
		found = append(found, literals(param, part.Type, ids)...)
		found = append(found, Chain{Param: param, Type: part.Type, Where: where})
	}
	return found, nil
}

// partOf holds for the resources that are a part of one of those with the ids, at
// any level.
func partOf(part *Param, ids []string) Expr {
	direct := literals(part, part.Type, ids)
	where := joinOr(direct)
	for range hierarchyLevels - 1 {
		where = append(slices.Clone(direct), Chain{Param: part, Type: part.Type, Where: where})
	}
	return where
}

// contains holds for the resources that one of those with the ids is a part of,
// at any level.
func contains(part *Param, ids []string) Expr {
	where := Has{Param: part, Where: ID(ids)}
	for range hierarchyLevels - 1 {
		where = Has{Param: part, Where: Or{ID(ids), where}}
	}
	return where
}

// literals are references to resources of this server.
func literals(param *Param, typ string, ids []string) Or {
	found := make(Or, len(ids))
	for i, id := range ids {
		found[i] = localTerm(param, typ, id)
	}
	return found
}

// hierarchyMembers are the ids that a value names, by type. A bare id is tried
// for each type that has a hierarchy.
func (p *parser) hierarchyMembers(param *Param, value string) (map[string][]string, error) {
	raws, err := alternatives(value)
	if err != nil {
		return nil, err
	}
	var types []string
	for _, part := range p.registry.hierarchies(param) {
		types = append(types, part.Type)
	}
	named := make(map[string][]string)
	for _, raw := range raws {
		text, err := unescapeValue(raw)
		if err != nil {
			return nil, err
		}
		in, id := types, text
		if typ, literalID, ok := p.literal(p.relative(text)); ok {
			in, id = []string{typ}, literalID
		}
		switch {
		case !fhirpath.IsID(id):
			return nil, fault(raw, "names no resource of this server; right are id and Type/id")
		case len(in) == 1 && !slices.Contains(types, in[0]):
			return nil, fault(raw, "is of a type that is in no hierarchy which %s leads to; right is %s", param.Name(), either(types))
		}
		for _, typ := range in {
			named[typ] = append(named[typ], id)
		}
	}
	return named, nil
}
