package scope

import (
	"cmp"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// Meet is the scope that grants what both grant: the letters that both have, on the
// type that both name, where the parameters of both hold. It is written as the
// asked one where it means the same. ok is false where they have nothing in common,
// or are of different levels. A scope on an operation is met by one on the operation,
// and by one that grants all that it stands for.
func Meet(asked, bound Scope) (both Scope, ok bool) {
	if !asked.GrantsData() || !bound.GrantsData() {
		return asked, asked.name == bound.name && asked.name != "" ||
			asked.Asks() != "" && asked.Asks() == bound.name // a role is no more than the context
	}
	if asked.Operation != "" {
		return asked.meetOperation(bound)
	}
	both = Scope{Level: asked.Level, Type: asked.Type}
	switch {
	case asked.Level != bound.Level, bound.Operation != "":
		return Scope{}, false
	case asked.Type == Any:
		both.Type = bound.Type
	case bound.Type != Any && bound.Type != asked.Type:
		return Scope{}, false
	}
	both.Letters = strings.Map(func(letter rune) rune {
		if !strings.ContainsRune(bound.Letters, letter) {
			return -1
		}
		return letter
	}, asked.Letters)
	if both.Letters == "" {
		return Scope{}, false
	}
	both.Params = slices.Concat(asked.Params, bound.Params)
	slices.SortFunc(both.Params, comparePairs)
	both.Params = slices.Compact(both.Params)
	if both.text = both.String(); both.text == asked.String() {
		return asked, true
	}
	return both, true
}

func comparePairs(a, b search.Pair) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
}

// Bounds are the most that may be granted: what one of some scopes grants. The zero
// Bounds admit nothing.
type Bounds struct {
	all    bool
	alone  bool // see Unattended
	scopes []Scope
}

// Unbounded admits every scope.
func Unbounded() Bounds { return Bounds{all: true} }

// Within admits what one of the scopes grants.
func Within(scopes []Scope) Bounds { return Bounds{scopes: scopes} }

// ParseBounds reads scopes separated by spaces, or "*" for every scope. The refused
// are not well-formed, and admit nothing.
func (l Language) ParseBounds(list string) (Bounds, []Refusal) {
	if strings.TrimSpace(list) == "*" {
		return Unbounded(), nil
	}
	scopes, refused := l.ParseList(list)
	return Within(scopes), refused
}

// Limit is what remains of the asked scopes within the bounds, parameters included
// (auth-checklist.md, 16), each once. Of one that reaches beyond them the parts
// within remain. Refused are those of which nothing remains; who is whose bounds
// they are: "the app is not registered for it".
func (b Bounds) Limit(asked []Scope, who string) (within []Scope, refused []Refusal) {
	if b.all {
		return asked, nil
	}
	seen := map[string]bool{}
	for _, a := range asked {
		room := maxParts - len(within)
		parts := b.parts(a, room)
		switch {
		case len(parts) == 0:
			refused = append(refused, Refusal{a.Written(), who})
		case len(parts) > room:
			refused = append(refused, Refusal{a.Written(), tooMany})
			continue
		}
		for _, part := range parts {
			if key := part.String(); !seen[key] {
				seen[key] = true
				within = append(within, part)
			}
		}
	}
	return within, refused
}

// maxParts is how many scopes may remain. Two lists of scopes that each name other
// parameters have as many parts in common as their lengths multiplied.
const maxParts = 2000

const tooMany = "what it has in common with the scopes that are allowed makes too many scopes"

// Covers tells whether all that a scope grants is granted by one of the bounds.
func (b Bounds) Covers(asked Scope) bool {
	return b.all || slices.ContainsFunc(b.scopes, func(bound Scope) bool { return within(asked, bound) && b.agreed(asked, bound) })
}

// Touches tells whether a part of a scope is within the bounds.
func (b Bounds) Touches(asked Scope) bool {
	return b.all || slices.ContainsFunc(b.scopes, func(bound Scope) bool {
		_, ok := Meet(asked, bound)
		return ok
	})
}

// parts are the meets of a scope with the bounds, without those that another part
// covers. If there are more than there is room for, they are not all of them.
func (b Bounds) parts(asked Scope, room int) []Scope {
	if b.Covers(asked) {
		return []Scope{asked}
	}
	var parts []Scope
	for _, bound := range b.scopes {
		part, ok := Meet(asked, bound)
		if !ok || !b.agreed(asked, bound) || slices.ContainsFunc(parts, func(other Scope) bool { return within(part, other) }) {
			continue
		}
		parts = slices.DeleteFunc(parts, func(other Scope) bool { return within(other, part) })
		if parts = append(parts, part); len(parts) > room {
			break
		}
	}
	return parts
}

// within tells whether what a scope grants is all granted by another one: whether it
// meets it in itself.
func within(s, other Scope) bool {
	if !s.GrantsData() || !other.GrantsData() {
		_, ok := Meet(s, other)
		return ok
	}
	if s.Operation != "" {
		return s.operationWithin(other)
	}
	if s.Level != other.Level || other.Operation != "" || other.Type != Any && other.Type != s.Type {
		return false
	}
	for i := range len(s.Letters) {
		if strings.IndexByte(other.Letters, s.Letters[i]) < 0 {
			return false
		}
	}
	for _, p := range other.Params {
		if _, found := slices.BinarySearchFunc(s.Params, p, comparePairs); !found {
			return false
		}
	}
	return true
}
