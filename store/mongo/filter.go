package mongo

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// The words in which filters are written.

func where(field string, conditions ...bson.E) bson.E {
	return bson.E{Key: field, Value: bson.D(conditions)}
}

func gt(v any) bson.E  { return bson.E{Key: "$gt", Value: v} }
func gte(v any) bson.E { return bson.E{Key: "$gte", Value: v} }
func lt(v any) bson.E  { return bson.E{Key: "$lt", Value: v} }
func lte(v any) bson.E { return bson.E{Key: "$lte", Value: v} }

func is(field string, value any) bson.D { return bson.D{{Key: field, Value: value}} }

// oneOf is a test for one of some values.
func oneOf[S ~[]T, T any](field string, values S) bson.D {
	if len(values) == 1 {
		return is(field, values[0])
	}
	return bson.D{where(field, bson.E{Key: "$in", Value: values})}
}

// element is true where one element of an array passes.
func element(field string, test bson.D) bson.D {
	return bson.D{where(field, bson.E{Key: "$elemMatch", Value: test})}
}

// The constant filters. Each is told from others by being one of these.
var (
	always = bson.D{}
	never  = bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{}}}}}
)

func isAlways(f bson.D) bool { return len(f) == 0 }

func isNever(f bson.D) bool {
	if len(f) != 1 || f[0].Key != "_id" {
		return false
	}
	in, ok := f[0].Value.(bson.D)
	if !ok || len(in) != 1 {
		return false
	}
	values, ok := in[0].Value.(bson.A)
	return ok && len(values) == 0
}

func allOf(filters ...bson.D) bson.D {
	var parts bson.A
	var only bson.D
	for _, f := range filters {
		switch {
		case isNever(f):
			return never
		case !isAlways(f):
			parts, only = append(parts, f), f
		}
	}
	switch len(parts) {
	case 0:
		return always
	case 1:
		return only
	}
	return is("$and", parts)
}

func anyOf(filters ...bson.D) bson.D {
	var parts bson.A
	var only bson.D
	for _, f := range filters {
		switch {
		case isAlways(f):
			return always
		case !isNever(f):
			parts, only = append(parts, f), f
		}
	}
	switch len(parts) {
	case 0:
		return never
	case 1:
		return only
	}
	return is("$or", parts)
}

func not(f bson.D) bson.D {
	switch {
	case isAlways(f):
		return never
	case isNever(f):
		return always
	}
	return is("$nor", bson.A{f})
}

// matching tests a text: none where any passes.
func matching(field string, m search.Match) bson.D {
	if exact, ok := m.Exact(); ok {
		return is(field, exact)
	}
	if prefix, ok := m.Prefix(); ok {
		return hasPrefix(field, prefix)
	}
	return nil
}

// hasPrefix is a range, so that an index can serve it.
func hasPrefix(field, prefix string) bson.D { return is(field, prefixed(prefix)) }

// prefixed are the bounds of the texts that begin with a prefix.
func prefixed(prefix string) bson.D {
	bounds := bson.D{gte(prefix)}
	if end, ok := successor(prefix); ok {
		bounds = append(bounds, lt(end))
	}
	return bounds
}

// beginning is true where one text of an array begins with a prefix. Of what a pattern
// cannot have, a NUL or too many characters, the bounds are those of one element.
func beginning(field, prefix string) bson.D {
	if patternable(prefix) != prefix {
		return element(field, prefixed(prefix))
	}
	return is(field, bson.Regex{Pattern: "^" + regexp.QuoteMeta(prefix)})
}

// leading finds the documents with a text that begins with a prefix, and perhaps others:
// what a pattern cannot have is not asked.
func leading(field, prefix string) bson.D { return beginning(field, patternable(prefix)) }

// patternable is as much of a prefix as a pattern can have.
func patternable(prefix string) string {
	prefix, _, _ = strings.Cut(prefix, "\x00")
	if len(regexp.QuoteMeta(prefix)) < maxPattern {
		return prefix
	}
	return strings.ToValidUTF8(prefix[:min(len(prefix), maxPattern/2-1)], "")
}

// successor is the first text after all those with a prefix, in the order of code
// points, which is that of UTF-8; false if there is none.
func successor(prefix string) (string, bool) {
	for len(prefix) > 0 {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == 0xD7FF:
			return prefix + string(rune(0xE000)), true
		case last < utf8.MaxRune:
			return prefix + string(last+1), true
		}
	}
	return "", false
}
