package syntax

import (
	"fmt"
	"strings"
)

// token is one word of an expression.
type token struct {
	kind tokenKind
	text string // the name, the content of a string, the digits, the operator
	at   int    // byte offset
}

type tokenKind byte

const (
	tokenEnd    tokenKind = iota
	tokenName             // an identifier or a keyword
	tokenQuoted           // an identifier in backticks, which is never a keyword
	tokenDouble           // in double quotes, as R4 writes %"vs-name"
	tokenString
	tokenNumber
	tokenDate // what follows an @
	tokenSymbol
)

// symbols are what may stand between the other tokens, the longer ones first.
var symbols = []string{"!=", "!~", "<=", ">=", ".", "|", "(", ")", "[", "]", "{", "}", "=", "~", "<", ">", "%", "$", ",", "+", "-", "*", "/", "&"}

// lex cuts an expression into tokens; the last one is tokenEnd.
func lex(source string) ([]token, error) {
	var tokens []token
	for at := 0; ; {
		space, err := blank(source[at:])
		if err != nil {
			return nil, fmt.Errorf("the comment at offset %d %w", at+space, err)
		}
		if at += space; at == len(source) {
			return append(tokens, token{kind: tokenEnd, at: at}), nil
		}
		t, length, err := word(source[at:], at)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		at += length
	}
}

// word reads the token that begins s and stands at an offset.
func word(s string, at int) (t token, length int, err error) {
	c := s[0]
	if kind, ok := quotes[c]; ok {
		text, length, err := quoted(s)
		if err != nil {
			err = fmt.Errorf("the string at offset %d %w", at, err)
		}
		return token{kind, text, at}, length, err
	}
	switch {
	case isLetter(c):
		t = token{tokenName, span(s, isNameByte), at}
	case isDigit(c):
		t = token{tokenNumber, number(s), at}
	case c == '@':
		t = token{tokenDate, date(s[1:]), at}
		return t, 1 + len(t.text), nil
	default:
		t = token{tokenSymbol, symbol(s), at}
		if t.text == "" {
			err = fmt.Errorf("unexpected %q at offset %d", c, at)
		}
	}
	return t, len(t.text), err
}

// quotes are what begins and ends a token.
var quotes = map[byte]tokenKind{'\'': tokenString, '`': tokenQuoted, '"': tokenDouble}

func symbol(s string) string {
	for _, symbol := range symbols {
		if strings.HasPrefix(s, symbol) {
			return symbol
		}
	}
	return ""
}

// blank is how many bytes of white space and comments stand at the beginning.
func blank(s string) (int, error) {
	for at := 0; ; {
		at += len(span(s[at:], isSpace))
		switch rest := s[at:]; {
		case strings.HasPrefix(rest, "//"):
			if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
				at += end
			} else {
				at = len(s)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 2 {
				return at, fmt.Errorf("has no end")
			}
			at += end + 2
		default:
			return at, nil
		}
	}
}

// number is the digits at the beginning, with those behind a point.
func number(s string) string {
	whole := span(s, isDigit)
	if rest := s[len(whole):]; len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
		return s[:len(whole)+1+len(span(rest[1:], isDigit))]
	}
	return whole
}

// date is the date, dateTime or time at the beginning. It ends before the point
// of a function that is called on it, and takes a sign only for a time zone.
func date(s string) string {
	day := span(s, func(c byte) bool { return isDigit(c) || c == '-' })
	rest := s[len(day):]
	if rest == "" || rest[0] != 'T' {
		return day
	}
	clock := 1 + len(span(rest[1:], func(c byte) bool { return isDigit(c) || c == ':' }))
	if fraction := rest[clock:]; len(fraction) > 1 && fraction[0] == '.' && isDigit(fraction[1]) {
		clock += 1 + len(span(fraction[1:], isDigit))
	}
	switch zone := rest[clock:]; {
	case zone == "" || day == "":
	case zone[0] == 'Z':
		clock++
	case zone[0] == '+' || zone[0] == '-':
		clock += 1 + len(span(zone[1:], func(c byte) bool { return isDigit(c) || c == ':' }))
	}
	return s[:len(day)+clock]
}

func span(s string, member func(byte) bool) string {
	n := 0
	for n < len(s) && member(s[n]) {
		n++
	}
	return s[:n]
}

func isLetter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) }
func isSpace(c byte) bool    { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
