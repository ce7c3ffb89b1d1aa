package fhirpath

import (
	"fmt"
	"strconv"
)

// The syntax tree. A node is applied to a focus; a path hands each step the
// result of the one before it.
type (
	syntax interface{ isSyntax() }

	pathSyntax  struct{ steps []syntax }
	unionSyntax struct{ branches []syntax }
	nameSyntax  struct{ name string }
	callSyntax  struct {
		name string
		args []syntax
	}
	indexSyntax    struct{ n int }
	typeTestSyntax struct {
		of   syntax
		op   string // is, as
		name string
	}
	compareSyntax struct {
		left, right syntax
		negate      bool
	}
	andSyntax     struct{ left, right syntax }
	literalSyntax struct {
		text     string
		isString bool
	}
	resourceSyntax struct{}
)

func (pathSyntax) isSyntax()     {}
func (unionSyntax) isSyntax()    {}
func (nameSyntax) isSyntax()     {}
func (callSyntax) isSyntax()     {}
func (indexSyntax) isSyntax()    {}
func (typeTestSyntax) isSyntax() {}
func (compareSyntax) isSyntax()  {}
func (andSyntax) isSyntax()      {}
func (literalSyntax) isSyntax()  {}
func (resourceSyntax) isSyntax() {}

type parser struct {
	tokens []token
	next   int
}

// parse reads a whole expression.
func parse(source string) (syntax, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	s, err := p.conjunction()
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

func (p *parser) conjunction() (syntax, error) {
	left, err := p.comparison()
	for err == nil && p.accept(tokenName, "and") {
		var right syntax
		right, err = p.comparison()
		left = andSyntax{left, right}
	}
	return left, err
}

func (p *parser) comparison() (syntax, error) {
	left, err := p.union()
	if err != nil {
		return nil, err
	}
	negate := p.accept(tokenSymbol, "!=")
	if !negate && !p.accept(tokenSymbol, "=") {
		return left, nil
	}
	right, err := p.union()
	return compareSyntax{left, right, negate}, err
}

func (p *parser) union() (syntax, error) {
	first, err := p.typeTest()
	if err != nil {
		return nil, err
	}
	branches := []syntax{first}
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
	return unionSyntax{branches}, nil
}

func (p *parser) typeTest() (syntax, error) {
	of, err := p.path()
	for err == nil {
		t := p.peek()
		if t.kind != tokenName || t.text != "is" && t.text != "as" {
			break
		}
		p.next++
		var name string
		name, err = p.name("a type")
		of = typeTestSyntax{of, t.text, name}
	}
	return of, err
}

func (p *parser) path() (syntax, error) {
	first, err := p.primary()
	if err != nil {
		return nil, err
	}
	steps := []syntax{first}
	for {
		var step syntax
		switch {
		case p.accept(tokenSymbol, "."):
			step, err = p.invocation()
		case p.accept(tokenSymbol, "["):
			step, err = p.index()
		case len(steps) == 1:
			return first, nil
		default:
			return pathSyntax{steps}, nil
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
}

func (p *parser) primary() (syntax, error) {
	t := p.peek()
	switch {
	case p.accept(tokenSymbol, "("):
		inner, err := p.conjunction()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case p.accept(tokenSymbol, "%"):
		name, err := p.name("a variable")
		if err == nil && name != "resource" {
			err = fmt.Errorf("the variable %%%s is not supported, only %%resource", name)
		}
		return resourceSyntax{}, err
	case t.kind == tokenString:
		p.next++
		return literalSyntax{t.text, true}, nil
	case t.kind == tokenName && (t.text == "true" || t.text == "false"):
		p.next++
		return literalSyntax{t.text, false}, nil
	}
	return p.invocation()
}

// invocation is a name, or a function with its arguments.
func (p *parser) invocation() (syntax, error) {
	name, err := p.name("a name")
	if err != nil {
		return nil, err
	}
	if !p.accept(tokenSymbol, "(") {
		return nameSyntax{name}, nil
	}
	call := callSyntax{name: name}
	for !p.accept(tokenSymbol, ")") {
		arg, err := p.conjunction()
		if err != nil {
			return nil, err
		}
		call.args = append(call.args, arg)
		if len(call.args) > 1 {
			return nil, fmt.Errorf("%s() with more than one argument is not supported", name)
		}
	}
	return call, nil
}

func (p *parser) index() (syntax, error) {
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != tokenNumber || err != nil {
		return nil, p.unexpected("a number")
	}
	p.next++
	return indexSyntax{n}, p.expect("]")
}

func (p *parser) name(what string) (string, error) {
	t := p.peek()
	if t.kind != tokenName {
		return "", p.unexpected(what)
	}
	p.next++
	return t.text, nil
}
