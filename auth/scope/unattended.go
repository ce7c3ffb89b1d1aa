package scope

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Unattended are the bounds for a client that asks alone, where nobody agrees to what it
// asks for: in a refresh, or as a backend service. What a parameter of a scope leads to is
// looked up in all data (leaks.md R3), since it says what was granted; a client that could
// choose it could ask in this way for what is hidden from it. So a parameter that leads to
// other resources has to be in the bounds as it is asked for, and so has any that narrows
// what may be updated or deleted, but not read. Bounds of which one lets their holder
// search everything are an exception, since there nothing is hidden.
func (b Bounds) Unattended() Bounds {
	b.alone = !slices.ContainsFunc(b.scopes, func(s Scope) bool {
		return s.Level == System && s.Type == Any && s.Has(store.Search) && len(s.Params) == 0
	})
	return b
}

// agreed tells whether what an asked scope adds to a bound may be asked, or somebody
// agrees to it: it leads to no other resources, and where it decides what is updated or
// deleted, which tells what is there, that may be read too.
func (b Bounds) agreed(asked, bound Scope) bool {
	if !b.alone {
		return true
	}
	added := slices.DeleteFunc(slices.Clone(asked.Params), func(p search.Pair) bool { return slices.Contains(bound.Params, p) })
	changes := asked.Has(store.Update) || asked.Has(store.Delete)
	return !slices.ContainsFunc(added, leads) && (len(added) == 0 || !changes || b.shows(asked, bound))
}

// shows tells whether what an asked scope may be about, within a bound, can be read.
func (b Bounds) shows(asked, bound Scope) bool {
	of := Scope{Level: asked.Level, Type: asked.Type, Params: bound.Params}
	return slices.ContainsFunc(b.scopes, func(other Scope) bool {
		byID, bySearch := of, of
		byID.Letters, bySearch.Letters = "r", "s"
		return within(byID, other) || within(bySearch, other)
	})
}

// leadingModifiers lead to the resources that a reference is a part of, or to the
// ValueSets and CodeSystems that are stored.
var leadingModifiers = []string{"in", "not-in", "above", "below"}

// leads tells whether what a parameter asks for may depend on other resources than the
// one it is asked of: chains, _has, lists, and filters, which may have chains in them.
func leads(p search.Pair) bool {
	code, modifier, _ := strings.Cut(p.Name, ":")
	return strings.Contains(p.Name, ".") || slices.Contains([]string{"_has", "_list", "_filter"}, code) || slices.Contains(leadingModifiers, modifier)
}
