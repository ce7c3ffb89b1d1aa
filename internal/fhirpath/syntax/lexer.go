package syntax

import (
	"fmt"
	"strconv"
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
	tokenSymbol // . | ( ) [ ] = != % $
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
			tokens = append(tokens, token{tokenNumber, number(source[at:]), at})
		case c == '\'':
			text, length, err := quoted(source[at:])
			if err != nil {
				return nil, fmt.Errorf("the string at offset %d %w", at, err)
			}
			tokens = append(tokens, token{tokenString, text, at})
			at += length
			continue
		case strings.HasPrefix(source[at:], "!="):
			tokens = append(tokens, token{tokenSymbol, "!=", at})
		case strings.IndexByte(".|()[]=%$", c) >= 0:
			tokens = append(tokens, token{tokenSymbol, source[at : at+1], at})
		default:
			return nil, fmt.Errorf("unexpected %q at offset %d", c, at)
		}
		at += len(tokens[len(tokens)-1].text)
	}
	return append(tokens, token{kind: tokenEnd, at: len(source)}), nil
}

// number is the digits at the beginning, with those behind a point.
func number(s string) string {
	whole := span(s, isDigit)
	if rest := s[len(whole):]; len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
		return s[:len(whole)+1+len(span(rest[1:], isDigit))]
	}
	return whole
}

// escapes are what may follow a backslash, but for u.
var escapes = map[byte]byte{'\'': '\'', '"': '"', '`': '`', '\\': '\\', '/': '/', 'n': '\n', 'r': '\r', 't': '\t', 'f': '\f'}

// quoted reads the string that begins with the first quote. The length is that
// of the literal.
func quoted(s string) (text string, length int, err error) {
	var b strings.Builder
	for at := 1; at < len(s); at++ {
		switch c := s[at]; {
		case c == '\'':
			return b.String(), at + 1, nil
		case c != '\\':
			b.WriteByte(c)
		case at+1 < len(s) && escapes[s[at+1]] != 0:
			at++
			b.WriteByte(escapes[s[at]])
		default:
			r, err := unicodeEscape(s[at:])
			if err != nil {
				return "", 0, err
			}
			b.WriteRune(r)
			at += len(`\u0000`) - 1
		}
	}
	return "", 0, fmt.Errorf("has no closing quote")
}

// unicodeEscape reads `\u0041`.
func unicodeEscape(s string) (rune, error) {
	if len(s) >= len(`\u0000`) && s[1] == 'u' {
		if code, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
			return rune(code), nil
		}
	}
	return 0, fmt.Errorf("has an escape that FHIRPath does not have")
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
