package scope

import (
	"fmt"
	"slices"
	"strings"
)

// on is the scope of a level and a type, as one on the operation of a name.
func (s Scope) on(name string, narrowed bool) (Scope, error) {
	if narrowed {
		return Scope{}, errNarrowedOperation
	}
	s.Operation = name
	known := named(name)
	switch {
	case len(known) == 0:
		return Scope{}, fmt.Errorf("%q is no operation that a scope can be about here; these are %s", name, series(names(), "and"))
	case s.Type == Any && len(known) == 1 && known[0].Type != "":
		s.Type = known[0].Type // which means the same
	case len(s.operations()) == 0:
		return Scope{}, fmt.Errorf("%s is not defined on %s; a scope on it is %s", name, s.Type, series(scopesOn(s.Level, known), "or"))
	}
	return s, nil
}

var errNarrowedOperation = fmt.Errorf("a scope on an operation has no parameters: scopes on resources may have some, " +
	"such as patient/Observation.rs?category=vital-signs, and their holder is shown by the operation what they cover")

// isDefinition tells whether a text looks like the canonical URL of an
// OperationDefinition.
func isDefinition(text string) bool {
	return (strings.HasPrefix(text, "http:") || strings.HasPrefix(text, "https:")) && strings.Contains(text, "/OperationDefinition/")
}

// isOperation tells whether a text is the canonical URL of an operation of the table,
// whatever version it names.
func isOperation(text string) bool {
	definition, _, _ := strings.Cut(text, "|")
	return slices.ContainsFunc(Operations(), func(o Operation) bool { return o.Definition == definition })
}

// parseDefinition reads the canonical URL of an OperationDefinition, which stands for
// the operation on the patient in context.
func parseDefinition(text string) (Scope, error) {
	canonical, _, narrowed := strings.Cut(text, "?")
	definition, version, versioned := strings.Cut(canonical, "|")
	at := slices.IndexFunc(Operations(), func(o Operation) bool { return o.Definition == definition })
	switch {
	case at < 0:
		return Scope{}, fmt.Errorf("no operation of this server has this canonical URL; a scope may be about %s", series(definitionsOf(Operations()), "or"))
	case narrowed:
		return Scope{}, errNarrowedOperation
	}
	o := Operations()[at]
	if versions := o.versions(); versioned && !slices.Contains(versions, version) {
		return Scope{}, fmt.Errorf("of this operation there is version %s here; leave the version out, or name that", series(versions, "or"))
	}
	return Scope{Level: Patient, Type: o.on(Any), Operation: o.Name, text: text}, nil
}

func definitionsOf(operations []Operation) []string {
	all := make([]string, len(operations))
	for i, o := range operations {
		all[i] = o.Definition
	}
	return all
}

// names are those of all operations, each once.
func names() []string {
	var all []string
	for _, o := range Operations() {
		if !slices.Contains(all, o.Name) {
			all = append(all, o.Name)
		}
	}
	return all
}

// scopesOn are the scopes of a level on operations.
func scopesOn(level Level, operations []Operation) []string {
	all := make([]string, len(operations))
	for i, o := range operations {
		all[i] = o.Scope(level).String()
	}
	return all
}
