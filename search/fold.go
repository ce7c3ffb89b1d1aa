package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold takes from a text what a string search ignores: case, accents and other
// combining marks, compatibility variants (a ligature is its letters), and how
// much white space there is (search.html#string). Punctuation stays. Fold of a
// folded text is that text.
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	// Folding case can bring forth letters that decompose again, and the
	// other way round; three rounds suffice for every letter of Unicode.
	for range 4 {
		next := foldOnce(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func foldOnce(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(cases.Fold().String(norm.NFKD.String(s))) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// foldASCII does the same where every byte is ASCII, without copying what is
// folded already.
func foldASCII(s string) (string, bool) {
	blank, changed := true, false // blank: at the start or after a blank
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return "", false
		case c == ' ':
			changed = changed || blank
			blank = true
			continue
		case c >= 'A' && c <= 'Z' || isSpace(c):
			changed = true
		}
		blank = false
	}
	if !changed && (!blank || s == "") {
		return s, true
	}
	return lowerASCII(s), true
}

func lowerASCII(s string) string {
	folded := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if isSpace(c) {
			if len(folded) > 0 && folded[len(folded)-1] != ' ' {
				folded = append(folded, ' ')
			}
			continue
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		folded = append(folded, c)
	}
	if n := len(folded); n > 0 && folded[n-1] == ' ' {
		folded = folded[:n-1]
	}
	return string(folded)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
