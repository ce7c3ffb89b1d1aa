package syntax

import (
	"fmt"
	"strconv"
)

// maxDepth is how deeply parentheses and arguments may be nested, so that no
// expression exhausts the stack.
const maxDepth = 50

type parser struct {
	tokens []token
	next   int
	depth  int
}

// Parse reads a whole expression. The error says what is not understood and
// where.
func Parse(source string) (Expr, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	s, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.unexpected("an operator")
	}
	return s, nil
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) accept(kind tokenKind, text string) bool {
	if t := p.peek(); t.kind != kind || t.text != text {
		return false
	}
	p.next++
	return true
}

func (p *parser) expect(symbol string) error {
	if !p.accept(tokenSymbol, symbol) {
		return p.unexpected("`" + symbol + "`")
	}
	return nil
}

func (p *parser) unexpected(wanted string) error {
	t := p.peek()
	if t.kind == tokenEnd {
		return fmt.Errorf("the expression ends where %s should stand", wanted)
	}
	return fmt.Errorf("%q at offset %d where %s should stand", t.text, t.at, wanted)
}

func (p *parser) expression() (Expr, error) {
	if p.depth == maxDepth {
		return nil, fmt.Errorf("the expression is nested more than %d levels deep at offset %d", maxDepth, p.peek().at)
	}
	p.depth++
	defer func() { p.depth-- }()
	left, err := p.conjunction()
	for err == nil && p.accept(tokenName, "or") {
		var right Expr
		right, err = p.conjunction()
		left = Or{left, right}
	}
	return left, err
}

func (p *parser) conjunction() (Expr, error) {
	left, err := p.comparison()
	for err == nil && p.accept(tokenName, "and") {
		var right Expr
		right, err = p.comparison()
		left = And{left, right}
	}
	return left, err
}

func (p *parser) comparison() (Expr, error) {
	left, err := p.union()
	if err != nil {
		return nil, err
	}
	negate := p.accept(tokenSymbol, "!=")
	if !negate && !p.accept(tokenSymbol, "=") {
		return left, nil
	}
	right, err := p.union()
	return Compare{left, right, negate}, err
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
	of, err := p.path()
	for err == nil {
		t := p.peek()
		if t.kind != tokenName || t.text != "is" && t.text != "as" {
			break
		}
		p.next++
		var name string
		name, err = p.name("a type")
		of = TypeTest{of, t.text, name}
	}
	return of, err
}

func (p *parser) path() (Expr, error) {
	first, err := p.primary()
	if err != nil {
		return nil, err
	}
	steps := []Expr{first}
	for {
		var step Expr
		switch {
		case p.accept(tokenSymbol, "."):
			step, err = p.invocation()
		case p.accept(tokenSymbol, "["):
			step, err = p.index()
		case len(steps) == 1:
			return first, nil
		default:
			return Path{steps}, nil
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
}

func (p *parser) primary() (Expr, error) {
	t := p.peek()
	switch {
	case p.accept(tokenSymbol, "("):
		inner, err := p.expression()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case p.accept(tokenSymbol, "%"):
		name, err := p.name("a variable")
		if err == nil && name != "resource" {
			err = fmt.Errorf("the variable %%%s is not supported, only %%resource", name)
		}
		return Resource{}, err
	case p.accept(tokenSymbol, "$"):
		name, err := p.name("a variable")
		if err == nil && name != "this" {
			err = fmt.Errorf("the variable $%s is not supported, only $this", name)
		}
		return This{}, err
	case t.kind == tokenNumber:
		p.next++
		return Literal{t.text, Number}, nil
	case t.kind == tokenString:
		p.next++
		return Literal{t.text, String}, nil
	case t.kind == tokenName && (t.text == "true" || t.text == "false"):
		p.next++
		return Literal{t.text, Boolean}, nil
	}
	return p.invocation()
}

// invocation is a name, or a function with its arguments.
func (p *parser) invocation() (Expr, error) {
	name, err := p.name("a name")
	if err != nil {
		return nil, err
	}
	if !p.accept(tokenSymbol, "(") {
		return Name{name}, nil
	}
	call := Call{Name: name}
	for !p.accept(tokenSymbol, ")") {
		arg, err := p.expression()
		if err != nil {
			return nil, err
		}
		call.Args = append(call.Args, arg)
		if len(call.Args) > 1 {
			return nil, fmt.Errorf("%s() with more than one argument is not supported", name)
		}
	}
	return call, nil
}

func (p *parser) index() (Expr, error) {
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != tokenNumber || err != nil {
		return nil, p.unexpected("a number")
	}
	p.next++
	return Index{n}, p.expect("]")
}

func (p *parser) name(what string) (string, error) {
	t := p.peek()
	if t.kind != tokenName {
		return "", p.unexpected(what)
	}
	p.next++
	return t.text, nil
}
