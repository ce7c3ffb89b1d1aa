package scope

import (
	"fmt"
	"slices"

	"github.com/granary-fhir/granary/store"
)

// insides are the operations that scopes are about.
type insides map[Operation]*inside

// inside is what scopes on an operation of the table grant.
type inside struct {
	types []string // on which it may be asked for
	terms []term   // what they stand for
}

// add adds a scope on operations, or tells why it grants nothing.
func (in *insides) add(c *Compiler, s Scope, context Context) error {
	if _, err := context.reach(s.Level); err != nil {
		return fmt.Errorf("%w%s", err, s.otherLevels())
	}
	found := map[Operation]term{}
	for _, o := range s.operations() {
		stands, shows := s.standsFor(o)
		if !shows {
			found[o] = term{}
			continue
		}
		t, err := c.term(stands, context)
		if err != nil {
			return fmt.Errorf("%s would show nothing: %w", s.Operation, err)
		}
		t.by = s
		found[o] = t
	}
	if *in == nil {
		*in = insides{}
	}
	for o, t := range found {
		in.of(o).add(c.typesOf(o, s), t)
	}
	return nil
}

func (in *insides) of(o Operation) *inside {
	if (*in)[o] == nil {
		(*in)[o] = &inside{}
	}
	return (*in)[o]
}

func (i *inside) add(types []string, t term) {
	i.types = append(i.types, types...)
	if t.where != nil {
		i.terms = append(i.terms, t)
	}
}

// otherLevels tells how to write the level, of a scope that does not.
func (s Scope) otherLevels() string {
	if !isDefinition(s.text) {
		return ""
	}
	return fmt.Sprintf(", which is whom the URL of an OperationDefinition is about; %s and %s are about other patients", s.At(User), s.At(System))
}

// typesOf are the types on which a scope lets its holder ask for an operation. One that
// is for any type may be asked of the whole server too.
func (c *Compiler) typesOf(o Operation, s Scope) []string {
	switch typ := o.on(s.Type); {
	case typ != Any:
		return []string{typ}
	default:
		return append(slices.Clone(c.registry.Types()), "")
	}
}

// policies are those that count inside the operations: what the scopes on resources
// grant, and what those on the operation stand for. There is one for each operation
// of the table at the most, however many types have it.
func (in insides) policies(c *Compiler, outside store.Policy, terms []term, context Context) map[store.Operation]store.Policy {
	if len(in) == 0 {
		return nil
	}
	all := map[store.Operation]store.Policy{}
	for o, inside := range in {
		policy := outside
		if more := inside.beyond(terms); len(more) > 0 {
			both := slices.Concat(terms, more)
			policy = c.policy(scopesOf(both), both, context)
		}
		for _, typ := range inside.types {
			all[o.On(typ)] = policy
		}
	}
	return all
}

// beyond are the terms of the operation that the scopes on resources do not cover.
func (i *inside) beyond(terms []term) []term {
	granted := Within(scopesOf(terms))
	return slices.DeleteFunc(slices.Clone(i.terms), func(t term) bool { return granted.Covers(t.scope) })
}

func scopesOf(terms []term) []Scope {
	scopes := make([]Scope, len(terms))
	for i, t := range terms {
		scopes[i] = t.scope
	}
	return scopes
}
