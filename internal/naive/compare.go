package naive

import (
	"fmt"
	"strings"
)

type comparison func(value) bool

// comparison is how one search value compares with one value of a resource.
func (a *asking) comparison(kind, modifier, text string) (comparison, error) {
	switch kind {
	case "string":
		if a.bug == ContainsForStarts && modifier == "" {
			modifier = "contains"
		}
		return func(v value) bool { return compareStrings(modifier, v.text, unescape(text)) }, nil
	case "token":
		return a.token(modifier, text)
	case "reference":
		return a.refers(modifier, text)
	case "date":
		return a.date(text)
	case "uri":
		return uri(modifier, unescape(text))
	case "number":
		prefix, number := prefixed(text)
		n := newSearched(number, parseDecimal("1"))
		return func(v value) bool { return n.compare(prefix, v) }, nil
	case "quantity":
		return a.quantity(text), nil
	}
	return nil, fmt.Errorf("the oracle does not know the kind %q", kind)
}

func (a *asking) token(modifier, text string) (comparison, error) {
	parts := split(text, '|')
	for i := range parts {
		parts[i] = unescape(parts[i])
	}
	switch modifier {
	case "", "not", "identifier":
		return func(v value) bool { return v.code != "" && isToken(token{v.system, v.code}, parts) }, nil
	case "text":
		return func(v value) bool {
			for _, t := range v.texts {
				if compareStrings("", t, unescape(text)) {
					return true
				}
			}
			return false
		}, nil
	case "of-type":
		if len(parts) != 3 {
			return nil, fmt.Errorf(":of-type=%s", text)
		}
		return func(v value) bool {
			for _, t := range v.typeCodes {
				if t.system == parts[0] && t.code == parts[1] && v.code == parts[2] {
					return true
				}
			}
			return false
		}, nil
	}
	return nil, fmt.Errorf("modifier %s", modifier)
}

// isToken compares with `code`, `system|code`, `|code` and `system|`.
func isToken(t token, parts []string) bool {
	switch {
	case len(parts) == 1:
		return t.code == parts[0]
	case parts[1] == "":
		return t.system == parts[0]
	}
	return t.system == parts[0] && t.code == parts[1]
}

// refers compares with `id`, `Type/id`, a URL, and with `:Type` and :identifier.
func (a *asking) refers(modifier, text string) (comparison, error) {
	switch {
	case modifier == "identifier":
		compare, err := a.token("", text)
		return func(v value) bool { return v.ref.identifier != nil && compare(*v.ref.identifier) }, err
	case isType(modifier):
		return func(v value) bool { return v.ref.typ == modifier && v.ref.id == text }, nil
	case modifier != "":
		return nil, fmt.Errorf("modifier %s", modifier)
	}
	text = unescape(text)
	if !strings.Contains(text, "/") && !strings.Contains(text, ":") {
		return func(v value) bool { return v.ref.typ != "" && v.ref.id == text }, nil
	}
	want := a.w.canonical(text)
	return func(v value) bool {
		return v.ref.typ == want.typ && v.ref.id == want.id && v.ref.url == want.url &&
			(want.version == "" || v.ref.version == want.version)
	}, nil
}

func (a *asking) date(text string) (comparison, error) {
	prefix, date := prefixed(text)
	low, high, ok := parseDate(date)
	if !ok {
		return nil, fmt.Errorf("date %q", text)
	}
	if a.bug == GreaterForGreaterEqual && prefix == "ge" {
		prefix = "gt"
	}
	return func(v value) bool { return compareDates(prefix, v.date, low, high, a.now) }, nil
}

func (a *asking) quantity(text string) comparison {
	parts := append(split(text, '|'), "", "")
	prefix, number := prefixed(parts[0])
	hasSystem := strings.Contains(text, "|")
	system, code := unescape(parts[1]), unescape(parts[2])
	byFactor := map[string]searched{}
	return func(v value) bool {
		factor, ok := inUnit(v, system, code, hasSystem, true)
		if !ok {
			return false
		}
		n, known := byFactor[factor.String()]
		if !known {
			n = newSearched(number, factor)
			byFactor[factor.String()] = n
		}
		return n.compare(prefix, v)
	}
}

func uri(modifier, text string) (comparison, error) {
	switch modifier {
	case "":
		return func(v value) bool { return v.text == text }, nil
	case "below":
		return func(v value) bool { return leadsTo(text, v.text) }, nil
	case "above":
		return func(v value) bool { return leadsTo(v.text, text) }, nil
	}
	return nil, fmt.Errorf("modifier %s", modifier)
}

// leadsTo tells whether the path of one URL is the beginning of another's, by
// whole segments.
func leadsTo(above, below string) bool {
	return above == below || strings.HasPrefix(below, strings.TrimSuffix(above, "/")+"/")
}

// prefixed splits "ge2010" into "ge" and "2010".
func prefixed(text string) (prefix, rest string) {
	for _, prefix := range []string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return prefix, rest
		}
	}
	return "", text
}
