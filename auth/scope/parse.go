package scope

import (
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
// #scopes-for-requesting-identity-data), and one of this server, which lets its holder ask
// the introspection endpoint.
var withoutData = []string{
	"openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter", "launch/location",
	"offline_access", "online_access", Introspect,
}

// Introspect is the scope of the introspection endpoint. Two underscores mark what is not
// SMART's (scopes-and-launch-context.html#extensibility).
const Introspect = "__introspect"

// Language is which scopes there are: SMART's, and those that a server declares for
// services of its own. The zero Language has SMART's alone.
type Language struct{ custom []Custom }

// Custom is a scope that is not SMART's. It carries no access to resources.
type Custom struct {
	Name string
	// Description is what consent says of it.
	Description string
}

// NewLanguage declares scopes beside SMART's. The error names one that cannot be
// written as a scope, or means something already.
func NewLanguage(custom []Custom) (Language, error) {
	for i, c := range custom {
		head, _, _ := strings.Cut(c.Name, "/")
		switch {
		case c.Name == "" || checkCharacters(c.Name) != nil:
			return Language{}, fmt.Errorf("custom scope %q: a scope is visible ASCII without quotation mark and backslash (RFC 6749, 3.3)", c.Name)
		case slices.Contains(withoutData, c.Name), slices.Contains([]string{"patient", "user", "system", "launch"}, head):
			return Language{}, fmt.Errorf("custom scope %q: SMART has a meaning for it", c.Name)
		case isOperation(c.Name):
			return Language{}, fmt.Errorf("custom scope %q: it is the scope of an operation", c.Name)
		case c.Description == "":
			return Language{}, fmt.Errorf("custom scope %q: it needs a description, which consent shows", c.Name)
		case slices.ContainsFunc(custom[:i], func(other Custom) bool { return other.Name == c.Name }):
			return Language{}, fmt.Errorf("custom scope %q: it is declared twice", c.Name)
		}
	}
	return Language{slices.Clone(custom)}, nil
}

// Custom are the declared scopes.
func (l Language) Custom() []Custom { return slices.Clone(l.custom) }

// WithoutData are the scopes of the language that carry no access to resources.
func (l Language) WithoutData() []string {
	names := slices.Clone(withoutData)
	for _, c := range l.custom {
		names = append(names, c.Name)
	}
	return names
}

// ParseList is the function of this name, in the language.
func (l Language) ParseList(list string) ([]Scope, []Refusal) {
	return parseList(list, l.parse)
}

func (l Language) parse(text string) (Scope, error) {
	for _, c := range l.custom {
		if c.Name == text {
			return Scope{name: text, text: text, description: c.Description}, nil
		}
	}
	return parse(text)
}

// ParseList reads scopes separated by spaces: those that are well-formed, in
// their order, each once, and those that are not. What is refused grants nothing.
func ParseList(list string) ([]Scope, []Refusal) { return parseList(list, parse) }

func parseList(list string, parse func(string) (Scope, error)) ([]Scope, []Refusal) {
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
// `read`, `write` or `*`, and perhaps a query string, or the name of an operation; or
// the canonical URL of an operation; or one of the scopes that carry no access to
// resources. The error is a [Refusal].
func Parse(text string) (Scope, error) {
	s, err := parse(text)
	if err != nil {
		return Scope{}, Refusal{text, err.Error()}
	}
	return s, nil
}

func parse(text string) (Scope, error) {
	name, role, _ := strings.Cut(text, "?role=")
	if slices.Contains(withoutData, text) || isContext(name) && role != "" && checkCharacters(text) == nil {
		return Scope{name: text, text: text}, nil
	}
	if err := checkCharacters(text); err != nil {
		return Scope{}, err
	}
	if isDefinition(text) {
		return parseDefinition(text)
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
	if strings.HasPrefix(letters, "$") {
		return s.on(letters, narrowed)
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

// isContext tells whether a scope asks for a resource in context, so that it may
// name a role (scopes-and-launch-context.html#requesting-context-with-scopes).
func isContext(name string) bool {
	return strings.HasPrefix(name, "launch/") && slices.Contains(withoutData, name)
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
	slices.SortFunc(pairs, comparePairs)
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
