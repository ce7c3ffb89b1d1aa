package patch

import (
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// equal compares as RFC 6902 section 4.6 does: strings by their characters,
// numbers by their value, arrays in their order, objects in any.
func equal(a, b *tree) bool {
	if a == nil || b == nil || a.kind != b.kind {
		return a == b
	}
	switch a.kind {
	case fhirjson.Number:
		return equalNumbers(a.text(), b.text())
	case fhirjson.Object:
		return equalObjects(a, b)
	case fhirjson.Array:
		return equalItems(a.elements(), b.elements())
	}
	return a.text() == b.text()
}

func equalItems(a, b []*tree) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalObjects(a, b *tree) bool {
	a.open()
	b.open()
	if len(a.members) != len(b.members) {
		return false
	}
	values := make(map[string]*tree, len(b.members))
	for _, m := range b.members {
		values[m.name] = m.value
	}
	for _, m := range a.members {
		if !equal(m.value, values[m.name]) {
			return false
		}
	}
	return true
}

// equalNumbers compares JSON numbers without rounding them.
func equalNumbers(a, b string) bool {
	if a == b {
		return true
	}
	x, xOK := parseNumber(a)
	y, yOK := parseNumber(b)
	return xOK && yOK && x == y
}

// number is 0.digits times ten to the exponent, digits without zeros around them.
type number struct {
	negative bool
	digits   string
	exponent int64
}

// parseNumber reads the literal of a JSON number. It is not ok for an exponent
// that nobody can mean: such a number equals only its own literal.
func parseNumber(literal string) (n number, ok bool) {
	literal, n.negative = strings.CutPrefix(literal, "-")
	mantissa, exponent := literal, ""
	if at := strings.IndexAny(literal, "eE"); at >= 0 {
		mantissa, exponent = literal[:at], literal[at+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	n.exponent = int64(len(digits) - len(fraction))
	n.digits = strings.TrimRight(digits, "0")
	if n.digits == "" {
		return number{}, true
	}
	if exponent != "" {
		e, err := strconv.ParseInt(exponent, 10, 32)
		if err != nil {
			return number{}, false
		}
		n.exponent += e
	}
	return n, true
}
