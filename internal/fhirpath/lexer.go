package fhirpath

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
	tokenEnd tokenKind = iota
	tokenName
	tokenString
	tokenNumber
	tokenSymbol // . | ( ) [ ] = != %
)

// lex cuts an expression into tokens; the last one is tokenEnd.
func lex(source string) ([]token, error) {
	var tokens []token
	for at := 0; at < len(source); {
		c := source[at]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			at++
			continue
		case isLetter(c):
			tokens = append(tokens, token{tokenName, span(source[at:], isNameByte), at})
		case isDigit(c):
			tokens = append(tokens, token{tokenNumber, span(source[at:], isDigit), at})
		case c == '\'':
			end := strings.IndexByte(source[at+1:], '\'')
			if end < 0 {
				return nil, fmt.Errorf("the string at offset %d has no closing quote", at)
			}
			text := source[at+1 : at+1+end]
			if strings.Contains(text, `\`) {
				return nil, fmt.Errorf("the string at offset %d has an escape, which is not supported", at)
			}
			tokens = append(tokens, token{tokenString, text, at})
			at += end + 2
			continue
		case strings.HasPrefix(source[at:], "!="):
			tokens = append(tokens, token{tokenSymbol, "!=", at})
		case strings.IndexByte(".|()[]=%", c) >= 0:
			tokens = append(tokens, token{tokenSymbol, source[at : at+1], at})
		default:
			return nil, fmt.Errorf("unexpected %q at offset %d", c, at)
		}
		at += len(tokens[len(tokens)-1].text)
	}
	return append(tokens, token{kind: tokenEnd, at: len(source)}), nil
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
