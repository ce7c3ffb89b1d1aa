package scope

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/search"
)

// conditions are search parameters in words. What has no words is shown as it is
// written: less plain, and not less true. Characters that are not seen, and may
// change how others are, are shown as U+FFFD.
func conditions(typ string, params []search.Pair) string {
	said := make([]string, len(params))
	for i, p := range params {
		said[i] = condition(typ, p)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, series(said, "and"))
}

func condition(typ string, p search.Pair) string {
	if strings.HasPrefix(p.Name, "_has:") || strings.Contains(p.Name, ".") {
		return p.Name + " is " + alternatives(p.Value)
	}
	code, modifier, _ := strings.Cut(p.Name, ":")
	name, ok := everywhere[code]
	if !ok {
		name = code
	}
	switch {
	case modifier == "missing" && p.Value == "true":
		return "there is no " + name
	case modifier == "missing" && p.Value == "false":
		return "there is a " + name
	case modifier == "" && ordered(typ, code):
		return name + " " + prefixed(p.Value)
	}
	verb, ok := modifiers[modifier]
	if !ok {
		return p.Name + " is " + alternatives(p.Value)
	}
	return name + " " + verb + " " + alternatives(p.Value)
}

// everywhere are parameters of all types by which scopes are narrowed.
var everywhere = map[string]string{
	"_id": "the id", "_lastUpdated": "the last update", "_tag": "the tag", "_profile": "the profile",
	"_security": "the security label", "_source": "the source",
}

var modifiers = map[string]string{
	"": "is", "exact": "is exactly", "contains": "contains", "text": "is called",
	"not": "is not", "in": "is in the value set", "not-in": "is not in the value set",
	"above": "is, or is above,", "below": "is, or is below,",
}

// ordered tells whether values of a parameter may have a prefix such as `ge`
// (search.html#prefix).
func ordered(typ, code string) bool {
	if code == "_lastUpdated" {
		return true
	}
	for _, p := range definitions.SearchParameters() {
		if p.Code == code && slices.Contains(p.Base, typ) {
			return p.Type == "date" || p.Type == "number" || p.Type == "quantity"
		}
	}
	return false
}

var prefix = regexp.MustCompile(`^(eq|ne|gt|lt|ge|le|sa|eb|ap)(.+)$`)

var prefixes = map[string]string{
	"eq": "is", "ne": "is not", "gt": "is above", "lt": "is below", "ge": "is at least", "le": "is at most",
	"sa": "is after", "eb": "is before", "ap": "is about",
}

func prefixed(value string) string {
	var said []string
	for _, v := range split(value) {
		if m := prefix.FindStringSubmatch(v); m != nil {
			said = append(said, prefixes[m[1]]+" "+m[2])
			continue
		}
		said = append(said, "is "+v)
	}
	return series(said, "or")
}

func alternatives(value string) string { return series(split(value), "or") }

// split is the values between commas, their escapes undone (search.html#escaping).
func split(value string) []string {
	var values []string
	var b strings.Builder
	escaped := false
	for _, r := range value {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == ',':
			values = append(values, b.String())
			b.Reset()
			continue
		}
		b.WriteRune(r)
		escaped = false
	}
	return append(values, b.String())
}
