package scope

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/store"
)

// Operation is one that scopes can be about. Such a scope stands, inside the
// operation and nowhere else, for the scope on resources of the same level that
// Grants names.
type Operation struct {
	Name       string // "$everything"
	Type       string // the type that it is defined on, "" for any
	Definition string // canonical URL of its OperationDefinition
	// Grants is the rest of a scope behind its level: "*.rs", or ".r" for the type
	// that the scope names. It is "" for an operation that shows nothing.
	Grants string
}

// The operations of this server.
var (
	PatientEverything   = Operation{"$everything", "Patient", "http://hl7.org/fhir/OperationDefinition/Patient-everything", "*.rs"}
	EncounterEverything = Operation{"$everything", "Encounter", "http://hl7.org/fhir/OperationDefinition/Encounter-everything", "*.rs"}
	Docref              = Operation{"$docref", "DocumentReference", "http://hl7.org/fhir/us/core/OperationDefinition/docref", "DocumentReference.rs"}
	Lastn               = Operation{"$lastn", "Observation", "http://hl7.org/fhir/OperationDefinition/Observation-lastn", "Observation.rs"}
	Meta                = Operation{"$meta", "", "http://hl7.org/fhir/OperationDefinition/Resource-meta", ".r"}
	Validate            = Operation{"$validate", "", "http://hl7.org/fhir/OperationDefinition/Resource-validate", ""}
)

// Operations are all of them.
func Operations() []Operation {
	return []Operation{PatientEverything, EncounterEverything, Docref, Lastn, Meta, Validate}
}

// On is the operation on a type, as a policy names it.
func (o Operation) On(typ string) store.Operation { return store.Operation{Type: typ, Name: o.Name} }

// on is the type that a scope on the operation names: the operation's own, or the given
// one of an operation for any.
func (o Operation) on(typ string) string {
	if o.Type != "" {
		return o.Type
	}
	return typ
}

// Scope is the scope of a level on the operation, for all types that have it.
func (o Operation) Scope(level Level) Scope { return o.ScopeOn(level, Any) }

// ScopeOn is the scope of a level on the operation for a type.
func (o Operation) ScopeOn(level Level, typ string) Scope {
	s := Scope{Level: level, Type: o.on(typ), Operation: o.Name}
	s.text = s.String()
	return s
}

// versions are those of the operation's definition that this server knows.
func (o Operation) versions() []string {
	if strings.HasPrefix(o.Definition, "http://hl7.org/fhir/us/core/") {
		return []string{"6.1.0", "7.0.0"}
	}
	return []string{"4.0.1"}
}

// named are the operations of a name.
func named(name string) []Operation {
	return slices.DeleteFunc(Operations(), func(o Operation) bool { return o.Name != name })
}

// At is the scope at another level.
func (s Scope) At(level Level) Scope {
	s.Level = level
	s.text = s.String()
	return s
}

// operations are those that the scope is about; none for a scope on resources.
func (s Scope) operations() []Operation {
	return slices.DeleteFunc(named(s.Operation), func(o Operation) bool {
		return o.Type != "" && s.Type != Any && o.Type != s.Type
	})
}

// standsFor is the scope on resources that a scope on an operation stands for inside it.
// It is not ok for an operation that shows nothing.
func (s Scope) standsFor(o Operation) (inside Scope, ok bool) {
	typ, letters, ok := strings.Cut(o.Grants, ".")
	if typ == "" {
		typ = s.Type
	}
	return Scope{Level: s.Level, Type: typ, Letters: letters}, ok
}

// OperationScopes are scopes on operations, as they may be asked for: the canonical URL
// of each, and each at each level.
func OperationScopes() []string {
	all := definitionsOf(Operations())
	for _, level := range []Level{Patient, User, System} {
		all = append(all, scopesOn(level, Operations())...)
	}
	return all
}
