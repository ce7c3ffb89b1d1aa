package search

// missing parses the value of `:missing` (search.html#modifiers).
func (p *parser) missing(param *Param, value string) (Expr, error) {
	word, err := oneOf(value, "true", "false")
	if err != nil {
		return nil, err
	}
	none := p.registry.Without(param)
	if err := p.spend(countTests(none)); err != nil {
		return nil, err
	}
	if word == "false" {
		return negate(none), nil
	}
	return none, nil
}

// Without holds where the parameter has no value at all. A concept may be given by
// its text alone and a reference by an identifier, for which there are entries
// under derived parameters only.
func (r *Registry) Without(param *Param) Expr {
	if param.Code == "_id" {
		return False // every resource has one
	}
	all := And{Missing{Param: param}}
	for _, suffix := range []string{":text", ":identifier"} {
		if derived, ok := r.Derived(param.Type, param.Code+suffix); ok {
			all = append(all, Missing{Param: derived})
		}
	}
	return joinAnd(all)
}

// canBeMissing is false for what has no values of its own.
func canBeMissing(param *Param) bool {
	return param.Kind != KindComposite && param.Kind != KindSpecial && !isText(param)
}
