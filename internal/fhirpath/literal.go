package fhirpath

import (
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

const history = "/_history/"

// SplitLiteral cuts a literal reference (references.html#literal) into what
// stands before the type ("" or a service's base with its final slash), the type
// and the logical id; a version is dropped. It is not ok where the reference
// does not end in a resource type of R4, a valid id and perhaps a valid version.
func SplitLiteral(reference string) (prefix, typ, id string, ok bool) {
	if at := strings.LastIndex(reference, history); at >= 0 {
		if !IsID(reference[at+len(history):]) {
			return "", "", "", false
		}
		reference = reference[:at]
	}
	slash := strings.LastIndexByte(reference, '/')
	if slash < 0 || !IsID(reference[slash+1:]) {
		return "", "", "", false
	}
	id, reference = reference[slash+1:], reference[:slash]
	start := strings.LastIndexByte(reference, '/') + 1
	typ = reference[start:]
	if !definitions.IsResourceType(typ) {
		return "", "", "", false
	}
	return reference[:start], typ, id, true
}

// IsAbsolute tells whether a URI begins with a scheme (RFC 3986, section 3.1).
func IsAbsolute(uri string) bool {
	for i := range len(uri) {
		switch c := uri[i]; {
		case c == ':':
			return i > 0
		case isLetter(c), i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return false
}

// IsID tells whether s is a valid logical id (datatypes.html#id).
func IsID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && !isDigit(c) && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// targetType is the resource type that a Reference leads to as far as the
// reference itself tells: by its literal or else by Reference.type; "" if it
// does not tell.
func targetType(v Value) string {
	if v.Type != "Reference" {
		return literalType(v.Node.Text())
	}
	if typ := literalType(v.Node.Get("reference").Text()); typ != "" {
		return typ
	}
	return v.Node.Get("type").Text()
}

func literalType(reference string) string {
	_, typ, _, _ := SplitLiteral(reference)
	return typ
}
