package scope

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Refusal is a scope that is left out of a grant, and why.
type Refusal struct{ Scope, Reason string }

func (r Refusal) Error() string { return fmt.Sprintf("scope %q: %s", r.Scope, r.Reason) }

// withoutData are the scopes that carry no access to resources
// (scopes-and-launch-context.html#scopes-for-requesting-context-data and
// #scopes-for-requesting-identity-data).
var withoutData = []string{
	"openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter",
	"offline_access", "online_access",
}

// ParseList reads scopes separated by spaces: those that are well-formed, in
// their order, each once, and those that are not. What is refused grants nothing.
func ParseList(list string) ([]Scope, []Refusal) {
	var scopes []Scope
	var refused []Refusal
	seen := map[string]bool{}
	for text := range strings.SplitSeq(list, " ") {
		if text == "" {
			continue
		}
		s, err := parse(text)
		switch {
		case err != nil:
			refused = append(refused, Refusal{text, err.Error()})
		case !seen[s.String()]:
			seen[s.String()] = true
			scopes = append(scopes, s)
		}
	}
	return scopes, refused
}

// Parse reads one scope, strictly: `patient`, `user` or `system`, a slash, a
// resource type or `*`, a dot, letters of `cruds` in that order or SMART v1's
// `read`, `write` or `*`, and perhaps a query string; or one of the scopes that
// carry no access to resources. The error is a [Refusal].
func Parse(text string) (Scope, error) {
	s, err := parse(text)
	if err != nil {
		return Scope{}, Refusal{text, err.Error()}
	}
	return s, nil
}

func parse(text string) (Scope, error) {
	if slices.Contains(withoutData, text) {
		return Scope{name: text, text: text}, nil
	}
	if err := checkCharacters(text); err != nil {
		return Scope{}, err
	}
	head, query, narrowed := strings.Cut(text, "?")
	level, rest, slash := strings.Cut(head, "/")
	typ, letters, dot := strings.Cut(rest, ".")
	s := Scope{Level: Level(level), Type: typ, text: text}
	switch {
	case s.Level != Patient && s.Level != User && s.Level != System:
		return Scope{}, fmt.Errorf("not a scope this server knows: it should begin with patient/, user/ or system/, or be one of %s",
			strings.Join(withoutData, ", "))
	case !slash || !dot:
		return Scope{}, fmt.Errorf("a scope on resources is written like %s/Observation.rs", level)
	case typ != Any && !definitions.IsResourceType(typ):
		return Scope{}, fmt.Errorf("%q is not a resource type of FHIR R4, nor *", typ)
	}
	var err error
	if s.Letters, err = parseLetters(letters); err != nil {
		return Scope{}, err
	}
	if narrowed {
		s.Params, err = parseQuery(query)
	}
	return s, err
}

// checkCharacters holds a scope to RFC 6749 (3.3): visible ASCII but for the
// quotation mark and the backslash.
func checkCharacters(text string) error {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return fmt.Errorf("the character at position %d cannot stand in a scope; write it percent-encoded", i+1)
		}
	}
	return nil
}

// parseLetters gives v1's words the meaning that SMART 2 gives them.
func parseLetters(text string) (string, error) {
	switch text {
	case "read":
		return "rs", nil
	case "write":
		return "cud", nil
	case "*":
		return store.Letters, nil
	case "":
		return "", fmt.Errorf("no interaction: some of the letters %s should follow the dot", store.Letters)
	}
	last := -1
	for i := range len(text) {
		at := strings.IndexByte(store.Letters, text[i])
		if at <= last {
			return "", fmt.Errorf("%q is not an interaction: it should be some of the letters %s in that order, or read, write or *",
				text, store.Letters)
		}
		last = at
	}
	return text, nil
}

// parseQuery reads a query string as a search does: split at `&`, then at the
// first `=`, then decoded once, a `+` being a space.
func parseQuery(query string) ([]search.Pair, error) {
	var pairs []search.Pair
	for item := range strings.SplitSeq(query, "&") {
		rawName, rawValue, ok := strings.Cut(item, "=")
		if !ok || rawName == "" || rawValue == "" {
			return nil, fmt.Errorf("%q should be a search parameter with a value, name=value", item)
		}
		name, err := decode(rawName)
		if err != nil {
			return nil, err
		}
		value, err := decode(rawValue)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, search.Pair{Name: name, Value: value})
	}
	slices.SortFunc(pairs, func(a, b search.Pair) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	return slices.Compact(pairs), nil
}

func decode(text string) (string, error) {
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return "", fmt.Errorf("%q is not percent-encoded as it should be", text)
	}
	if !utf8.ValidString(decoded) || strings.TrimSpace(decoded) == "" {
		return "", fmt.Errorf("%q does not stand for a text", text)
	}
	return decoded, nil
}
