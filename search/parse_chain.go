package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// chain parses `subject:Patient.name` or `subject.name` (search.html#chaining):
// head is the reference, rest what is asked of the resource it leads to.
func (p *parser) chain(typ, head, rest, value string, hops int) (Expr, error) {
	code, target, typed := strings.Cut(head, ":")
	param, err := p.reference(typ, code)
	if err != nil {
		return nil, err
	}
	if err := p.hop(hops); err != nil {
		return nil, err
	}
	if !typed {
		return p.anyTarget(param, rest, func(target string) (Expr, error) {
			return p.filter(target, rest, value, hops+1)
		})
	}
	if err := p.checkTarget(param, target); err != nil {
		return nil, err
	}
	where, err := p.filter(target, rest, value, hops+1)
	return Chain{Param: param, Type: target, Where: where}, err
}

// anyTarget follows a reference to each of its types on which what is asked can
// hold. It is an error if there is none. Name is the parameter that is asked of
// the type.
func (p *parser) anyTarget(param *Param, name string, ask func(typ string) (Expr, error)) (Expr, error) {
	var branches Or
	var failed error
	for _, target := range p.targets(param) {
		if !p.knows(target, name) {
			continue
		}
		if err := p.spend(1); err != nil {
			return nil, err
		}
		where, err := ask(target)
		switch {
		case err == nil:
			branches = append(branches, Chain{Param: param, Type: target, Where: where})
		case holdsForNone(err):
			failed = moreTelling(failed, err)
		default:
			return nil, err
		}
	}
	switch {
	case len(branches) > 0:
		return joinOr(branches), nil
	case failed != nil:
		return nil, failed
	}
	first, _, _ := strings.Cut(name, ".")
	return nil, unknownParam("asks for %q, which is no search parameter of any type that %s refers to", first, param.Name())
}

// holdsForNone tells whether an error means that no resource of the type at hand
// can satisfy what is asked: the type has no such parameter, or its parameter
// never has such a value. A modifier or feature that does not work is another
// matter: without it something else would be asked.
func holdsForNone(err error) bool {
	var unknown *unknownError
	if errors.As(err, &unknown) || errors.Is(err, errElsewhere) {
		return true
	}
	var e *ParamError
	return errors.As(err, &e) && (e.ignorable || e.Value != "") && !e.Unsupported
}

// moreTelling prefers what is wrong with a value over a name that one of several
// types does not have.
func moreTelling(a, b error) error {
	var unknown *unknownError
	if a == nil || errors.As(a, &unknown) {
		return b
	}
	return a
}

// has parses what follows `_has:` (search.html#has): `Type:reference:parameter`,
// where the parameter may be a chain or a `_has` again.
func (p *parser) has(typ, name, value string, hops int) (Expr, error) {
	split := strings.SplitN(name, ":", 3)
	if len(split) < 3 || split[0] == "" || split[1] == "" || split[2] == "" {
		return nil, fault("", "needs a type, a reference and a parameter: _has:Observation:patient:code")
	}
	source, code, rest := split[0], split[1], split[2]
	if !p.registry.HasType(source) {
		return nil, fault("", "names %q, which is no resource type%s", source, didYouMean(source, p.registry.Types()))
	}
	param, err := p.reference(source, code)
	if err != nil {
		return nil, err
	}
	if !canTarget(param, typ) {
		return nil, fmt.Errorf("%w: %w", errElsewhere,
			fault("", "never holds: %s does not refer to %s, but to %s", param.Name(), typ, either(param.Targets)))
	}
	if err := p.hop(hops); err != nil {
		return nil, err
	}
	where, err := p.filter(source, rest, value, hops+1)
	return Has{Param: param, Where: where}, err
}

// hop pays for one more hop.
func (p *parser) hop(hops int) error {
	if hops >= MaxHops {
		return fault("", "has more than %d hops", MaxHops)
	}
	return p.spend(1)
}

// reference is a parameter that a chain can follow.
func (p *parser) reference(typ, code string) (*Param, error) {
	param, ok := p.registry.Param(typ, code)
	switch {
	case !ok:
		return nil, &unknownError{typ, code}
	case param.Kind != KindReference:
		return nil, fault("", "follows %s, a %s parameter; only references lead on%s", param.Name(), param.Kind, rightReferences(p.referenceCodes(typ)))
	}
	return param, nil
}

// targets are the types that a reference may lead to.
func (p *parser) targets(param *Param) []string {
	if leadsAnywhere(param) {
		return p.registry.Types()
	}
	return param.Targets
}

func leadsAnywhere(param *Param) bool {
	return len(param.Targets) == 0 || slices.Contains(param.Targets, "Resource")
}

func canTarget(param *Param, typ string) bool {
	return leadsAnywhere(param) || slices.Contains(param.Targets, typ)
}

// checkTarget refuses a `:[type]` that is none, or that the parameter does not
// refer to.
func (p *parser) checkTarget(param *Param, typ string) error {
	switch {
	case !p.registry.HasType(typ):
		return fault("", "names %q, which is no resource type%s", typ, didYouMean(typ, p.targets(param)))
	case !canTarget(param, typ):
		return fault("", "never holds: %s does not refer to %s, but to %s", param.Name(), typ, either(param.Targets))
	}
	return nil
}
