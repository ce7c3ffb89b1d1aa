package search

import (
	"encoding/json"
	"strings"
)

// filterExpression parses `_filter` (search_filter.html): tests of the form
// `path operator value`, joined by `and`, `or`, `not(...)` and parentheses. There
// is no precedence: `a and b or c` is read from left to right.
//
// The operators that work are those of operatorsOf; paths with a filter in
// brackets are refused.
func (p *parser) filterExpression(typ, modifier, value string) (Expr, error) {
	switch {
	case modifier != "":
		return nil, fault("", "has no modifiers")
	case value == "":
		return nil, emptyValue("")
	}
	f := filterParser{parser: p, typ: typ, rest: value}
	expr, err := f.expression(0)
	if err == nil && f.skipSpace() != "" {
		err = f.expected("and, or, or the end")
	}
	return expr, err
}

// filterParser reads from the front of rest.
type filterParser struct {
	*parser
	typ  string
	rest string
}

func (f *filterParser) skipSpace() string {
	f.rest = strings.TrimLeft(f.rest, " \t\r\n")
	return f.rest
}

func (f *filterParser) expected(what string) error {
	if f.rest == "" {
		return fault("", "ends where %s should stand", what)
	}
	return fault(shorten(f.rest, 40), "stands where %s should", what)
}

func (f *filterParser) expression(depth int) (Expr, error) {
	if depth > maxNesting {
		return nil, fault("", "has parentheses more than %d deep", maxNesting)
	}
	expr, err := f.operand(depth)
	for err == nil {
		var right Expr
		switch {
		case f.word("and"):
			right, err = f.operand(depth)
			expr = And{expr, right}
		case f.word("or"):
			right, err = f.operand(depth)
			expr = Or{expr, right}
		default:
			return expr, nil
		}
	}
	return nil, err
}

// word takes a word if it comes next.
func (f *filterParser) word(word string) bool {
	rest, ok := strings.CutPrefix(f.skipSpace(), word)
	if !ok || rest != "" && isNameChar(rest[0]) {
		return false
	}
	f.rest = rest
	return true
}

func (f *filterParser) operand(depth int) (Expr, error) {
	if f.word("not") {
		if !strings.HasPrefix(f.skipSpace(), "(") {
			return nil, f.expected("a parenthesis after not")
		}
		inner, err := f.operand(depth)
		return Not{Of: inner}, err
	}
	rest, ok := strings.CutPrefix(f.skipSpace(), "(")
	if !ok {
		return f.test()
	}
	f.rest = rest
	inner, err := f.expression(depth + 1)
	if err != nil {
		return nil, err
	}
	if f.rest, ok = strings.CutPrefix(f.skipSpace(), ")"); !ok {
		return nil, f.expected("a closing parenthesis")
	}
	return inner, nil
}

func (f *filterParser) test() (Expr, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	f.skipSpace()
	operator := f.name()
	if operator == "" {
		return nil, f.expected("an operator such as eq")
	}
	f.skipSpace()
	value, err := f.value()
	if err != nil {
		return nil, err
	}
	if err := f.spend(1); err != nil {
		return nil, err
	}
	return f.filterTest(f.typ, path, filterOperation{operator, value}, 0)
}

// path is the names of a parameter and of the references that lead to it.
func (f *filterParser) path() ([]string, error) {
	var path []string
	for {
		name := f.name()
		if name == "" {
			return nil, f.expected("the name of a search parameter")
		}
		path = append(path, name)
		if strings.HasPrefix(f.rest, "[") {
			return nil, refused(name+"[", "is not supported: a path cannot be filtered by what stands in brackets")
		}
		if !strings.HasPrefix(f.rest, ".") {
			return path, nil
		}
		f.rest = f.rest[1:]
	}
}

func (f *filterParser) name() string {
	end := 0
	for end < len(f.rest) && isNameChar(f.rest[end]) {
		end++
	}
	name := f.rest[:end]
	f.rest = f.rest[end:]
	return name
}

func isNameChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// value is a JSON string, or all up to white space or a closing bracket.
func (f *filterParser) value() (string, error) {
	if strings.HasPrefix(f.rest, `"`) {
		return f.quoted()
	}
	end := strings.IndexAny(f.rest, " \t\r\n)]")
	if end < 0 {
		end = len(f.rest)
	}
	value := f.rest[:end]
	if value == "" {
		return "", f.expected("a value")
	}
	f.rest = f.rest[end:]
	return value, nil
}

func (f *filterParser) quoted() (string, error) {
	end := 1
	for end < len(f.rest) && f.rest[end] != '"' {
		if f.rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(f.rest) {
		return "", fault(f.rest, "has no closing quotation mark")
	}
	var value string
	if err := json.Unmarshal([]byte(f.rest[:end+1]), &value); err != nil {
		return "", fault(f.rest[:end+1], "is no JSON string")
	}
	if value == "" {
		return "", fault(`""`, "is empty")
	}
	f.rest = f.rest[end+1:]
	return value, nil
}
