package search

import (
	"slices"
	"strings"
)

// filterOperation is the operator and value of a test in a `_filter`.
type filterOperation struct{ operator, value string }

// filterTest compiles a test on the parameter at the end of path.
func (p *parser) filterTest(typ string, path []string, op filterOperation, hops int) (Expr, error) {
	if len(path) == 1 {
		param, ok := p.registry.Param(typ, path[0])
		if !ok {
			return nil, &unknownError{typ, path[0]}
		}
		return p.filterLeaf(param, op)
	}
	param, err := p.reference(typ, path[0])
	if err != nil {
		return nil, err
	}
	if err := p.hop(hops); err != nil {
		return nil, err
	}
	return p.anyTarget(param, path[1], func(target string) (Expr, error) {
		return p.filterTest(target, path[1:], op, hops+1)
	})
}

// filterLeaf compiles an operator by the kind of its parameter
// (search_filter.html#ops).
func (p *parser) filterLeaf(param *Param, op filterOperation) (Expr, error) {
	right := operatorsOf(param)
	if !slices.Contains(right, op.operator) {
		return nil, wrongOperator(param, op.operator, right)
	}
	if op.operator == "pr" {
		return p.present(param, op.value)
	}
	switch param.Kind {
	case KindString:
		return foldedText(param, stringOperator(op.operator), op.value)
	case KindToken:
		return p.filterToken(param, op)
	case KindReference:
		return parseReference(p, param, op.value)
	case KindURI:
		return parseURI(p, param, op.value)
	case KindDate:
		if op.operator == "po" { // two ranges overlap: what ap asks of its own
			low, high, err := dateRange(op.value)
			return Date{Param: param, Op: Ap, Low: low, High: high}, err
		}
		return p.date(param, Prefix(op.operator), op.value)
	case KindNumber:
		return comparedNumber(param, Prefix(op.operator), op.value)
	case KindQuantity:
		return comparedQuantity(param, Prefix(op.operator), wholeSystem(op.value))
	}
	return nil, wrongOperator(param, op.operator, nil)
}

// operatorsOf are the operators that work on a parameter.
func operatorsOf(param *Param) []string {
	switch {
	case param.Code == "_id":
		return []string{"eq"}
	case isText(param):
		return nil
	}
	switch param.Kind {
	case KindString:
		return []string{"eq", "sw", "ew", "co", "pr"}
	case KindToken:
		return []string{"eq", "in", "ni", "ss", "sb", "pr"}
	case KindReference:
		return []string{"re", "pr"}
	case KindURI:
		return []string{"eq", "pr"}
	case KindDate:
		return []string{"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb", "po", "pr"}
	case KindNumber, KindQuantity:
		return []string{"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr"}
	}
	return nil
}

// wrongOperator says why an operator does not fit, and which would.
func wrongOperator(param *Param, operator string, right []string) error {
	known := "right are " + either(right)
	if len(right) == 0 {
		known = "none is supported on it"
	}
	switch operator {
	case "eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb", "pr", "po", "ss", "sb", "in", "ni", "re":
		return refused(operator, "is not supported on %s, a %s parameter; %s", param.Name(), param.Kind, known)
	}
	return fault(operator, "is no operator; on %s, a %s parameter, %s", param.Name(), param.Kind, known)
}

// present compiles `pr`, whose value says whether there is one.
func (p *parser) present(param *Param, value string) (Expr, error) {
	word, err := oneOf(value, "true", "false")
	if err != nil {
		return nil, err
	}
	if word == "true" {
		return Not{Of: p.registry.Without(param)}, nil
	}
	return p.registry.Without(param), nil
}

func (p *parser) filterToken(param *Param, op filterOperation) (Expr, error) {
	switch {
	case op.operator == "in":
		return parseInValueSet(p, param, op.value)
	case op.operator == "ni":
		in, err := parseInValueSet(p, param, op.value)
		return Not{Of: in}, err
	case op.operator == "ss": // the value subsumes one of the set
		return parseSubsumed(false)(p, param, wholeSystem(op.value))
	case op.operator == "sb":
		return parseSubsumed(true)(p, param, wholeSystem(op.value))
	case param.Code == "_id":
		return parseID(p, param, op.value)
	}
	return parseToken(p, param, wholeSystem(op.value))
}

func stringOperator(operator string) StringOp {
	switch operator {
	case "eq":
		return Equals
	case "ew":
		return EndsWith
	case "co":
		return Contains
	}
	return StartsWith
}

// wholeSystem puts the URL for a code system that a filter may name in short.
func wholeSystem(value string) string {
	short, rest, ok := strings.Cut(value, "|")
	if !ok {
		return value
	}
	switch short {
	case "loinc":
		return "http://loinc.org|" + rest
	case "snomed":
		return "http://snomed.info/sct|" + rest
	case "rxnorm":
		return "http://www.nlm.nih.gov/research/umls/rxnorm|" + rest
	case "ucum":
		return ucum + "|" + rest
	}
	number, unit, ok := strings.Cut(rest, "|")
	if ok && number == "ucum" {
		return short + "|" + ucum + "|" + unit
	}
	return value
}
