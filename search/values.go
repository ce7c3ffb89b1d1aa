package search

import (
	"strings"
)

// The separators of a value (search.html#escaping). Each stands for itself after
// a backslash, and so does the backslash.
const (
	orSeparator        = ','
	partSeparator      = '|'
	componentSeparator = '$'
)

// splitValue cuts text at each separator that is not escaped and leaves the
// escapes in the parts, so that they can be cut further.
func splitValue(text string, separator byte) []string {
	var parts []string
	start := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case separator:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// unescapeValue is the text that a part of a value stands for.
func unescapeValue(part string) (string, error) {
	if !strings.Contains(part, `\`) {
		return part, nil
	}
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] == '\\' {
			if i++; i == len(part) || !strings.ContainsRune(`,|$\`, rune(part[i])) {
				return "", fault(part, `a backslash stands before a comma, a |, a $ or a backslash, and is written \\ elsewhere`)
			}
		}
		b.WriteByte(part[i])
	}
	return b.String(), nil
}

// parts are the texts between the bars of a value.
func parts(value string) ([]string, error) {
	split := splitValue(value, partSeparator)
	for i, part := range split {
		text, err := unescapeValue(part)
		if err != nil {
			return nil, err
		}
		split[i] = text
	}
	return split, nil
}

// alternatives are the values of which one must hold, escapes left in.
func alternatives(value string) ([]string, error) {
	split := splitValue(value, orSeparator)
	if len(split) > MaxValues {
		return nil, fault("", "has %d values; one parameter may have up to %d", len(split), MaxValues)
	}
	for _, part := range split {
		if part == "" {
			return nil, emptyValue(value)
		}
	}
	return split, nil
}

func emptyValue(value string) error {
	if value == "" {
		return fault("", "has no value; give it one or leave it out")
	}
	return fault(value, `there is an empty value beside a comma; a comma that belongs to a value is written \,`)
}
