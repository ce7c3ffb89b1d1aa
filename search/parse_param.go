package search

import (
	"errors"
	"strings"
)

// errElsewhere is wrapped by what cannot hold for the type at hand but may for
// another one that is searched too.
var errElsewhere = errors.New("leads from other types only")

// unknownError is a code that no parameter of the type has. The text, with the
// nearest codes, is made only when it is shown.
type unknownError struct{ typ, code string }

func (e *unknownError) Error() string { return e.typ + " has no search parameter " + e.code }

// named is the error as a *ParamError for the parameter as the client wrote it.
func (p *parser) named(name string, err error) *ParamError {
	var unknown *unknownError
	if errors.As(err, &unknown) {
		err = p.unknown(name, unknown)
	}
	return named(name, err)
}

// unknown says the code once: it is the name itself, or stands somewhere in it.
func (p *parser) unknown(name string, e *unknownError) error {
	near := didYouMean(e.code, p.codes(e.typ))
	if code, _, _ := strings.Cut(name, ":"); code == e.code {
		return unknownParam("is not known for %s%s", e.typ, near)
	}
	return unknownParam("asks for %q, which is no search parameter of %s%s", e.code, e.typ, near)
}

// codes are the names of filters that a client may use on a type.
func (p *parser) codes(typ string) []string {
	codes := []string{"_has", "_list", "_filter"}
	for _, param := range p.registry.Params(typ) {
		codes = append(codes, param.Code)
	}
	return codes
}

// filter parses one filter on a type: a parameter with or without a modifier, a
// chain, or one of those that belong to no resource. Hops counts those that lead
// here.
func (p *parser) filter(typ, name, value string, hops int) (Expr, error) {
	if has, ok := strings.CutPrefix(name, "_has:"); ok {
		return p.has(typ, has, value, hops)
	}
	head, rest, chained := strings.Cut(name, ".")
	if chained {
		return p.chain(typ, head, rest, value, hops)
	}
	code, modifier, modified := strings.Cut(name, ":")
	if modified && modifier == "" {
		return nil, fault("", "ends in a colon; a modifier stands after it")
	}
	switch code {
	case "_has":
		return nil, fault("", "needs a type, a reference and a parameter: _has:Observation:patient:code")
	case "_list":
		return p.list(modifier, value)
	case "_filter":
		return p.filterExpression(typ, modifier, value)
	case "_query":
		return nil, refused("", "is not supported: there are no named queries")
	}
	param, ok := p.registry.Param(typ, code)
	if !ok {
		return nil, &unknownError{typ, code}
	}
	if p.registry.asksHierarchy(param, modifier) {
		return p.within(param, modifier, value, hops)
	}
	return p.param(param, modifier, value)
}

// knows tells whether a filter's name can be one on the type, by its first part:
// a parameter, or in a chain a reference.
func (p *parser) knows(typ, name string) bool {
	first, _, chained := strings.Cut(name, ".")
	code, _, _ := strings.Cut(first, ":")
	switch code {
	case "_has", "_list", "_filter":
		return true
	}
	param, ok := p.registry.Param(typ, code)
	return ok && (!chained || param.Kind == KindReference)
}

// alternative parses one of the values that commas separate, escapes still in it.
type alternative func(p *parser, param *Param, raw string) (Expr, error)

// param parses the value of a parameter by its kind and modifier.
func (p *parser) param(param *Param, modifier, value string) (Expr, error) {
	if modifier == "missing" && canBeMissing(param) {
		return p.missing(param, value)
	}
	parse, negated := alternativeFor(param, modifier)
	if parse == nil {
		return nil, p.wrongModifier(param, modifier)
	}
	expr, err := p.anyOf(param, value, parse)
	if err != nil || !negated {
		return expr, err
	}
	return Not{Of: expr}, nil
}

// alternativeFor is how values are parsed; nil if the modifier does not fit. With
// negated it holds where none of them holds.
func alternativeFor(param *Param, modifier string) (parse alternative, negated bool) {
	switch {
	case param.Code == "_id":
		return idAlternative(modifier)
	case isText(param):
		return plain(modifier, parseText), false
	}
	switch param.Kind {
	case KindToken:
		return tokenAlternative(param, modifier)
	case KindString:
		return stringAlternative(modifier), false
	case KindReference:
		return referenceAlternative(modifier), false
	case KindURI:
		return uriAlternative(modifier), false
	case KindDate:
		return plain(modifier, parseDate), false
	case KindNumber:
		return plain(modifier, parseNumber), false
	case KindQuantity:
		return plain(modifier, parseQuantity), false
	case KindComposite:
		return plain(modifier, parseComposite), false
	case KindSpecial:
		return plain(modifier, parseSpecial), false
	}
	return nil, false
}

// plain is parse where no modifier is given.
func plain(modifier string, parse alternative) alternative {
	if modifier != "" {
		return nil
	}
	return parse
}

// anyOf holds where one of the values separated by commas does.
func (p *parser) anyOf(param *Param, value string, parse alternative) (Expr, error) {
	raws, err := alternatives(value)
	if err != nil {
		return nil, err
	}
	found := make(Or, len(raws))
	for i, raw := range raws {
		if found[i], err = parse(p, param, raw); err != nil {
			return nil, err
		}
		if err := p.spend(countTests(found[i])); err != nil {
			return nil, err
		}
	}
	return joinOr(found), nil
}

// countTests is how many leaves a parsed value has.
func countTests(e Expr) int {
	n := 0
	switch e := e.(type) {
	case And:
		for _, part := range e {
			n += countTests(part)
		}
	case Or:
		for _, part := range e {
			n += countTests(part)
		}
	case Not:
		return countTests(e.Of)
	default:
		n = 1
	}
	return n
}
