package syntax

import (
	"fmt"
	"strconv"
)

// maxDepth is how deeply parentheses and arguments may be nested, so that no
// expression exhausts the stack.
const maxDepth = 50

// maxTokens is how long an expression may be: longer than any that HL7 wrote.
// Operators that follow each other nest the tree, whose height it bounds.
const maxTokens = 5000

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
	if len(tokens) > maxTokens {
		return nil, fmt.Errorf("the expression has more than %d words and signs", maxTokens)
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

// invocation is a name, or a function with its arguments, or $this and its like.
func (p *parser) invocation() (Expr, error) {
	if p.accept(tokenSymbol, "$") {
		return p.special()
	}
	name, err := p.name("a name")
	if err != nil {
		return nil, err
	}
	if !p.accept(tokenSymbol, "(") {
		return Name{name}, nil
	}
	call := Call{Name: name}
	if p.accept(tokenSymbol, ")") {
		return call, nil
	}
	for {
		arg, err := p.expression()
		if err != nil {
			return nil, err
		}
		call.Args = append(call.Args, arg)
		if !p.accept(tokenSymbol, ",") {
			return call, p.expect(")")
		}
	}
}

func (p *parser) index() (Expr, error) {
	at, err := p.expression()
	if err != nil {
		return nil, err
	}
	if literal, ok := at.(Literal); ok && literal.Kind == Number {
		if n, err := strconv.Atoi(literal.Text); err == nil {
			return Index{n}, p.expect("]")
		}
	}
	return At{at}, p.expect("]")
}

func (p *parser) name(what string) (string, error) {
	t := p.peek()
	if t.kind != tokenName && t.kind != tokenQuoted {
		return "", p.unexpected(what)
	}
	p.next++
	return t.text, nil
}
