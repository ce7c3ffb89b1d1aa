package profile

import (
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// equal tells whether a value is exactly a fixed one
// (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_).
func equal(fixed, n *fhirjson.Node) bool {
	switch {
	case fixed.Kind() != n.Kind():
		return false
	case fixed.Kind() == fhirjson.Object:
		return len(fixed.Members()) == len(n.Members()) && everyMember(fixed, n, equal)
	case fixed.Kind() == fhirjson.Array:
		if len(fixed.Items()) != len(n.Items()) {
			return false
		}
		for i, item := range fixed.Items() {
			if !equal(item, n.Items()[i]) {
				return false
			}
		}
		return true
	}
	return sameScalar(fixed, n)
}

// contains tells whether a value has at least what a pattern has: of an object all
// members that the pattern has, of an array for each item of the pattern one that
// contains it (…#ElementDefinition.pattern_x_).
func contains(pattern, n *fhirjson.Node) bool {
	switch {
	case pattern.Kind() == fhirjson.Array:
		for _, item := range pattern.Items() {
			if !anyItem(n, func(other *fhirjson.Node) bool { return contains(item, other) }) {
				return false
			}
		}
		return true
	case pattern.Kind() != n.Kind():
		return false
	case pattern.Kind() == fhirjson.Object:
		return everyMember(pattern, n, contains)
	}
	return sameScalar(pattern, n)
}

func everyMember(of, n *fhirjson.Node, holds func(a, b *fhirjson.Node) bool) bool {
	for _, m := range of.Members() {
		if !holds(m.Value, n.Get(m.Name)) {
			return false
		}
	}
	return true
}

func anyItem(n *fhirjson.Node, holds func(*fhirjson.Node) bool) bool {
	for _, item := range n.Items() {
		if holds(item) {
			return true
		}
	}
	return false
}

// sameScalar compares text, and numbers by their value.
func sameScalar(a, b *fhirjson.Node) bool {
	if a.Text() == b.Text() {
		return true
	}
	if a.Kind() != fhirjson.Number {
		return false
	}
	x, errA := strconv.ParseFloat(a.Text(), 64)
	y, errB := strconv.ParseFloat(b.Text(), 64)
	return errA == nil && errB == nil && x == y
}
