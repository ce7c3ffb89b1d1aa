package syntax

import (
	"fmt"
	"slices"
)

// levels are the operators between two expressions, those that bind least first
// (http://hl7.org/fhirpath/N1/#operator-precedence). Between the last two stand
// unions and the operators of types.
var levels = [][]string{
	{"implies"},
	{"or", "xor"},
	{"and"},
	{"in", "contains"},
	{"=", "~", "!=", "!~"},
	{"<=", "<", ">", ">="},
}

var (
	additive       = []string{"+", "-", "&"}
	multiplicative = []string{"*", "/", "div", "mod"}
)

func (p *parser) expression() (Expr, error) {
	if p.depth == maxDepth {
		return nil, fmt.Errorf("the expression is nested more than %d levels deep at offset %d", maxDepth, p.peek().at)
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.level(0)
}

func (p *parser) level(n int) (Expr, error) {
	if n == len(levels) {
		return p.union()
	}
	return p.chain(levels[n], func() (Expr, error) { return p.level(n + 1) })
}

// chain reads operands between which operators of one level stand; they bind to
// the left.
func (p *parser) chain(operators []string, operand func() (Expr, error)) (Expr, error) {
	left, err := operand()
	for err == nil {
		t := p.peek()
		if t.kind != tokenName && t.kind != tokenSymbol || !slices.Contains(operators, t.text) {
			break
		}
		p.next++
		var right Expr
		right, err = operand()
		left = operation(t.text, left, right)
	}
	return left, err
}

func operation(op string, left, right Expr) Expr {
	switch op {
	case "and":
		return And{left, right}
	case "or":
		return Or{left, right}
	case "=", "!=":
		return Compare{left, right, op == "!="}
	}
	return Binary{op, left, right}
}

func (p *parser) union() (Expr, error) {
	first, err := p.typeTest()
	if err != nil {
		return nil, err
	}
	branches := []Expr{first}
	for p.accept(tokenSymbol, "|") {
		branch, err := p.typeTest()
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch)
	}
	if len(branches) == 1 {
		return first, nil
	}
	return Union{branches}, nil
}

func (p *parser) typeTest() (Expr, error) {
	of, err := p.chain(additive, func() (Expr, error) { return p.chain(multiplicative, p.signed) })
	for err == nil {
		t := p.peek()
		if t.kind != tokenName || t.text != "is" && t.text != "as" {
			break
		}
		p.next++
		var name string
		name, err = p.typeName()
		of = TypeTest{of, t.text, name}
	}
	return of, err
}

// typeName is a type, perhaps with its model: FHIR.Patient.
func (p *parser) typeName() (string, error) {
	name, err := p.name("a type")
	if err == nil && p.accept(tokenSymbol, ".") {
		var inner string
		inner, err = p.name("a type")
		name += "." + inner
	}
	return name, err
}

func (p *parser) signed() (Expr, error) {
	negative := false
	for {
		switch {
		case p.accept(tokenSymbol, "-"):
			negative = !negative
		case p.accept(tokenSymbol, "+"):
		default:
			of, err := p.path()
			if negative {
				of = Negative{of}
			}
			return of, err
		}
	}
}
