package naive

import (
	"slices"
	"strings"
	"time"
)

// operations are those of the table of docs/scopes.md: what a scope on one stands for
// inside it, behind its level. One without a type is for any; a "." is followed by
// letters on the type that the scope names, and one that stands for nothing has none.
var operations = []struct{ name, typ, definition, grants string }{
	{"$everything", "Patient", "http://hl7.org/fhir/OperationDefinition/Patient-everything", "*.rs"},
	{"$everything", "Encounter", "http://hl7.org/fhir/OperationDefinition/Encounter-everything", "*.rs"},
	{"$docref", "DocumentReference", "http://hl7.org/fhir/us/core/OperationDefinition/docref", "DocumentReference.rs"},
	{"$lastn", "Observation", "http://hl7.org/fhir/OperationDefinition/Observation-lastn", "Observation.rs"},
	{"$meta", "", "http://hl7.org/fhir/OperationDefinition/Resource-meta", ".r"},
	{"$validate", "", "http://hl7.org/fhir/OperationDefinition/Resource-validate", ""},
}

// OperationScopes are scopes of a level on operations, those for any type on the type
// that is given.
func OperationScopes(level, typ string) []Scope {
	var all []Scope
	for _, o := range operations {
		s := Scope{Level: level, Type: o.typ, Operation: o.name}
		if o.typ == "" {
			s.Type = typ
		}
		all = append(all, s)
	}
	return all
}

// Canonical is the scope as the canonical URL of an OperationDefinition, if it can be.
func (s Scope) Canonical() (string, bool) {
	for _, o := range operations {
		whole := o.typ == s.Type || o.typ == "" && s.Type == "*"
		if o.name == s.Operation && whole && s.Level == "patient" {
			return o.definition, true
		}
	}
	return "", false
}

// outside is the caller without the scopes on operations, which say nothing of any
// other request.
func (c *Caller) outside() *Caller {
	if !slices.ContainsFunc(c.Scopes, func(s Scope) bool { return s.Operation != "" }) {
		return c
	}
	return c.Inside("", "")
}

// Inside is the caller as an operation on a type sees them: their scopes on the
// operation stand for scopes on resources, which are added to those that they have.
func (c *Caller) Inside(name, typ string) *Caller {
	inside := *c
	inside.Scopes = nil
	for _, s := range c.Scopes {
		if s.Operation == "" {
			inside.Scopes = append(inside.Scopes, s)
		} else if stands, ok := s.standsFor(name, typ); ok && stands.Letters != "" {
			inside.Scopes = append(inside.Scopes, stands)
		}
	}
	return &inside
}

// standsFor is the scope on resources for which one on the operation stands inside it,
// without letters where that is nothing.
func (s Scope) standsFor(name, typ string) (Scope, bool) {
	for _, o := range operations {
		if o.name != name || s.Operation != name || o.typ != "" && (o.typ != typ || s.Type != "*" && s.Type != typ) {
			continue
		}
		of, letters, _ := strings.Cut(o.grants, ".")
		if of == "" {
			of = s.Type
		}
		return Scope{Level: s.Level, Type: of, Letters: letters}, true
	}
	return Scope{}, false
}

// MayAsk tells whether a scope on the operation lets the caller ask for it on a type:
// one that is granted, since it stands for something that its level can give.
func (c *Caller) MayAsk(name, typ string, before *World, now time.Time) bool {
	for _, s := range c.Scopes {
		stands, ok := s.standsFor(name, typ)
		if !ok || s.Type != "*" && s.Type != typ {
			continue
		}
		r := c.reach(s.Level, before, now)
		switch {
		case r == nil:
		case stands.Letters == "": // it shows nothing, so that there is nothing to give
			return true
		case stands.Type == "*", r.everything && (r.records || typ != "AuditEvent"), !r.everything && admits('r', stands.Type):
			return true
		}
	}
	return false
}

// MayAskSome tells whether there is an operation for which the caller may ask.
func (c *Caller) MayAskSome(before *World, now time.Time) bool {
	for _, o := range operations {
		for _, typ := range AllTypes() {
			if (o.typ == "" || o.typ == typ) && c.MayAsk(o.name, typ, before, now) {
				return true
			}
		}
	}
	return false
}
