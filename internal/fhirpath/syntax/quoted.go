package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// escapes are what may follow a backslash, but for u.
var escapes = map[byte]byte{'\'': '\'', '"': '"', '`': '`', '\\': '\\', '/': '/', 'n': '\n', 'r': '\r', 't': '\t', 'f': '\f'}

// quoted reads what stands in quotes like the first byte. The length is that of
// the literal.
func quoted(s string) (text string, length int, err error) {
	var b strings.Builder
	for at := 1; at < len(s); at++ {
		switch c := s[at]; {
		case c == s[0]:
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
