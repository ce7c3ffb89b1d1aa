package scope

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Level says whose resources a scope is about.
type Level string

// The levels: the launch patient's, the user's, everybody's.
const (
	Patient Level = "patient"
	User    Level = "user"
	System  Level = "system"
)

var levels = []Level{Patient, User, System}

// Any is the Type of a wildcard scope.
const Any = "*"

// Scope is one parsed scope. Scopes that [Parse] has returned are well-formed.
type Scope struct {
	// Level is whose resources; "" for a scope that carries no access to
	// resources, such as openid.
	Level Level
	// Type is a resource type, or Any.
	Type string
	// Letters are the interactions, in the order of store.Letters; "" for a scope on an
	// operation.
	Letters string
	// Operation is the name of the operation that the scope is about, "$everything"; ""
	// for a scope on resources.
	Operation string
	// Params narrow the resources: all must hold, as in a search. They are
	// decoded, sorted, and each there once.
	Params []search.Pair

	name        string // of a scope without Level
	text        string
	description string // of a custom scope
}

// GrantsData tells whether the scope gives access to resources at all, be it inside an
// operation.
func (s Scope) GrantsData() bool { return s.Level != "" }

// Custom tells whether the scope is one that the server declares beside SMART's.
func (s Scope) Custom() bool { return s.description != "" }

// Asks is the name of what a scope without access to resources asks for, without
// the role that it may name: "launch/patient" of "launch/patient?role=launch". It is
// "" for one on resources.
func (s Scope) Asks() string {
	name, _, _ := strings.Cut(s.name, "?role=")
	if isContext(name) {
		return name
	}
	return s.name
}

// Has tells whether the scope carries a letter.
func (s Scope) Has(letter store.Letter) bool {
	return strings.IndexByte(s.Letters, byte(letter)) >= 0
}

// Written is the scope as it was asked for, which is how it is granted: an app
// that asks in SMART v1 is answered in v1.
func (s Scope) Written() string { return s.text }

// String is the canonical form: SMART v2, parameters sorted and encoded one way.
// Scopes with the same form mean the same.
func (s Scope) String() string {
	if !s.GrantsData() {
		return s.name
	}
	var b strings.Builder
	b.WriteString(string(s.Level) + "/" + s.Type + "." + s.Letters + s.Operation)
	separator := byte('?')
	for _, p := range s.Params {
		b.WriteByte(separator)
		b.WriteString(encode(p.Name, true) + "=" + encode(p.Value, false))
		separator = '&'
	}
	return b.String()
}

// encode percent-encodes what a scope or a parameter cannot hold as it stands:
// what RFC 6749 (3.3) excludes from a scope, and what splitting or decoding would
// take for something else.
func encode(text string, name bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"\%&+#`, c) >= 0 || name && c == '=' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Canonical are the canonical forms of the scopes, sorted, each once.
func Canonical(scopes []Scope) []string {
	forms := make([]string, len(scopes))
	for i, s := range scopes {
		forms[i] = s.String()
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}
