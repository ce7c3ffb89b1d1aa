package validation

import (
	"strings"
	"unicode/utf8"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isID(text string) bool { return fhirpath.IsID(text) }

// maxString is how many characters a string may have.
const maxString = 1 << 20

func isString(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return len(text) <= maxString || utf8.RuneCountInString(text) <= maxString
}

// isURI tells whether there is no white space. What else a URI must not have is
// left to whoever follows it.
func isURI(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' {
			return false
		}
	}
	return true
}

func isElementID(text string) bool { return isURI(text) && isString(text) }

func isCode(text string) bool {
	space := true
	for i := range len(text) {
		if text[i] < ' ' || text[i] == ' ' && space {
			return false
		}
		space = text[i] == ' '
	}
	return !space && len(text) <= maxString
}

// isOID: urn:oid:[0-2](\.(0|[1-9][0-9]*))+
func isOID(text string) bool {
	rest, ok := strings.CutPrefix(text, "urn:oid:")
	first, rest, more := strings.Cut(rest, ".")
	if !ok || !more || len(first) != 1 || first[0] < '0' || first[0] > '2' {
		return false
	}
	for more {
		var arc string
		arc, rest, more = strings.Cut(rest, ".")
		if !isNatural(arc) {
			return false
		}
	}
	return true
}

// isNatural tells whether a text is 0 or begins with another digit.
func isNatural(text string) bool {
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text == "0" || text != "" && text[0] != '0'
}

// isUUID: urn:uuid: and 8-4-4-4-12 hexadecimal digits in lower case.
func isUUID(text string) bool {
	const form = "urn:uuid:00000000-0000-0000-0000-000000000000"
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		c := text[i]
		if form[i] == '0' {
			if !isDigit(c) && (c < 'a' || c > 'f') {
				return false
			}
		} else if c != form[i] {
			return false
		}
	}
	return true
}

// isBase64 ignores white space, as XML's base64Binary does.
func isBase64(text string) bool {
	count, padding := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ', c == '\t', c == '\n', c == '\r':
			continue
		case c == '=':
			padding++
		case padding > 0 || !isLetter(c) && !isDigit(c) && c != '+' && c != '/':
			return false
		}
		count++
	}
	return count > 0 && count%4 == 0 && padding <= 2
}

func isUnsignedInt(text string) bool { return isNatural(text) && within(text, "2147483647") }

func isPositiveInt(text string) bool { return text != "0" && isUnsignedInt(text) }

func isInteger(text string) bool {
	if digits, negative := strings.CutPrefix(text, "-"); negative {
		return digits != "0" && isNatural(digits) && within(digits, "2147483648")
	}
	return isUnsignedInt(text)
}

// within compares natural numbers by their digits.
func within(digits, limit string) bool {
	return len(digits) < len(limit) || len(digits) == len(limit) && digits <= limit
}
