package search

import "slices"

// parseComposite parses `value$value` (search.html#composite): one value for
// each component, in order, of the component's own kind.
func parseComposite(p *parser, param *Param, raw string) (Expr, error) {
	raws := splitValue(raw, componentSeparator)
	if len(raws) != len(param.Components) {
		return nil, fault(raw, `has %d parts; %s has %d, separated by $ (one that belongs to a value is written \$)`,
			len(raws), param.Name(), len(param.Components))
	}
	found := Or{Composite{Param: param}}
	for i, component := range param.Components {
		if raws[i] == "" {
			return nil, fault(raw, "has an empty part")
		}
		parse, _ := alternativeFor(component, "")
		if parse == nil {
			return nil, refusedParam("is not supported: it has a part of kind %s", component.Kind)
		}
		part, err := parse(p, component, raws[i])
		if err != nil {
			return nil, err
		}
		if found = combine(found, disjuncts(part)); len(found) > MaxTests {
			return nil, p.spend(len(found))
		}
	}
	return joinOr(found), nil
}

// combine continues each of the composites with each of the leaves, since the
// parts of a Composite are leaves.
func combine(composites Or, leaves []Expr) Or {
	var longer Or
	for _, e := range composites {
		c := e.(Composite)
		for _, leaf := range leaves {
			parts := slices.Concat(c.Parts, []Expr{leaf})
			longer = append(longer, Composite{Param: c.Param, Parts: parts})
		}
	}
	return longer
}
