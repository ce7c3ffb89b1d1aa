package search

import "slices"

// wrongModifier says why a modifier does not fit and which would.
func (p *parser) wrongModifier(param *Param, modifier string) error {
	right := p.registry.Modifiers(param)
	var known string
	if len(right) == 0 {
		known = "it has no modifiers"
	} else {
		known = "right are " + either(right)
	}
	if param.Kind == KindReference && (modifier == "below" || modifier == "above") {
		return refused("", "has the modifier :%s, which needs a type whose resources are parts of each other, such as Location; %s leads to none; %s", modifier, param.Name(), known)
	}
	if slices.Contains(unsupportedModifiers(param), modifier) {
		return refused("", "has the modifier :%s, which is not supported on %s; %s", modifier, param.Name(), known)
	}
	return fault("", "has the modifier :%s, which does not apply to %s, a %s parameter; %s", modifier, param.Name(), param.Kind, known)
}

// Modifiers are the modifiers that work on a parameter (search.html#modifiers), as
// a client writes them; ":[type]" stands for the types of a reference.
func (r *Registry) Modifiers(param *Param) []string {
	var right []string
	switch {
	case param.Code == "_id":
		return []string{":not", ":missing"}
	case !canBeMissing(param):
		return nil
	case param.Kind == KindToken:
		right = append([]string{":not", ":in", ":not-in"}, r.derivedModifiers(param, ":text", ":of-type")...)
		right = append(right, ":below")
		if !isMIME(param) {
			right = append(right, ":above")
		}
	case param.Kind == KindString:
		right = []string{":exact", ":contains"}
	case param.Kind == KindReference:
		right = append([]string{":[type]"}, r.derivedModifiers(param, ":identifier")...)
		if len(r.hierarchies(param)) > 0 {
			right = append(right, ":below", ":above")
		}
	case param.Kind == KindURI:
		right = []string{":above", ":below"}
	}
	return append(right, ":missing")
}

// derivedModifiers are those for which the parameter has entries.
func (r *Registry) derivedModifiers(param *Param, modifiers ...string) []string {
	var right []string
	for _, modifier := range modifiers {
		if _, ok := r.Derived(param.Type, param.Code+modifier); ok {
			right = append(right, modifier)
		}
	}
	return right
}

// unsupportedModifiers are those that the specification has for a parameter's
// kind and this server does not.
func unsupportedModifiers(param *Param) []string {
	switch param.Kind {
	case KindToken:
		return []string{"above", "below"}
	case KindString:
		return []string{"text"}
	}
	return nil
}
