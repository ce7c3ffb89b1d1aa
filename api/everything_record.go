package api

import (
	"slices"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
)

// record is what a $everything is about, and what is wanted of it.
type record struct {
	types  []string                     // whose resources may belong to it
	member func(typ string) search.Expr // which of them do
	dated  bool                         // it takes start and end
	// beside are the types of which some are brought along, where what belongs to the
	// record refers to them.
	beside map[string]beside

	only  []string // of `_type`; nil for all
	since []bound  // of `_since`
	care  []bound  // of start and end
	paged bool     // by `_count`
}

// wants tells whether resources of a type are wanted.
func (rec *record) wants(typ string) bool { return rec.only == nil || slices.Contains(rec.only, typ) }

// bound is a comparison with a point in time: a date of what is found must reach
// beyond it (gt), begin before it (lt), or not be before it (ge).
type bound struct {
	op search.Prefix
	at int64
}

// beside says which resources of a type are brought along.
type beside int

const (
	besideWhole  beside = iota // any
	besideNobody               // those of no patient
	besideChart                // those of the same chart, or of no patient
)

// besideCharts are the types that hang on charts and are in none, by the table of
// verdicts; and devices, of which many are nobody's. Groups, linked patients and what
// is in another chart are not brought along (leaks.md row 22).
func (s *server) besideCharts() map[string]beside {
	types := map[string]beside{"Device": besideNobody}
	for _, verdict := range []compartments.Verdict{compartments.ReadOnly, compartments.Linked} {
		for _, typ := range s.compartments.Types(verdict) {
			types[typ] = besideWhole
		}
	}
	return types
}

// notFollowed are the references that say nothing of what a record needs: a list may
// be of anything, and a linked patient is another record (leaks.md row 22).
var notFollowed = map[string]string{"List": "item", "Patient": "link"}

// provenance tells of what it refers to, and is brought along for that.
const provenance = "Provenance"

// members is the predicate of the members of a type that are wanted. What has no
// clinical date is wanted whatever start and end say.
func (s *server) members(rec *record, typ string) search.Expr {
	all := search.And{rec.member(typ)}
	if updated, ok := s.registry.Param(typ, "_lastUpdated"); ok {
		all = append(all, on(updated, rec.since))
	}
	if date := s.registry.SortParam(typ); date != nil && len(rec.care) > 0 {
		all = append(all, search.Or{search.Missing{Param: date}, on(date, rec.care)})
	}
	return search.Simplify(all)
}

// on are the bounds on the values of a parameter.
func on(param *search.Param, bounds []bound) search.Expr {
	var all search.And
	for _, b := range bounds {
		all = append(all, search.Date{Param: param, Op: b.op, Low: b.at, High: b.at})
	}
	return all
}

// along are the includes of a record that belongs to the charts of some patients.
func (s *server) along(rec *record, charts []string) []search.Include {
	var includes []search.Include
	only := make(map[string]search.Expr)
	for typ, which := range rec.beside {
		if where := s.besides(rec, typ, which, charts); rec.wants(typ) && where != search.False {
			only[typ] = where
		}
	}
	if params := s.following(rec, only); len(params) > 0 {
		includes = append(includes, search.Include{Params: params, Only: only})
	}
	if target, ok := s.registry.Param(provenance, "target"); ok && rec.wants(provenance) {
		includes = append(includes, search.Include{Reverse: true, Params: []*search.Param{target}})
	}
	return includes
}

// besides is the predicate of what of a type is brought along. What matches is not.
func (s *server) besides(rec *record, typ string, which beside, charts []string) search.Expr {
	var either search.Or
	if which == besideWhole {
		either = search.Or{search.True}
	}
	if patient, ok := s.registry.Param(typ, "patient"); ok && typ == "Device" {
		either = append(either, s.registry.Without(patient))
	}
	for _, chart := range charts {
		if which == besideChart {
			either = append(either, search.Chart{Patient: chart})
		}
	}
	if !slices.Contains(rec.types, typ) {
		return search.Simplify(either)
	}
	return search.Simplify(search.And{either, search.Not{Of: s.members(rec, typ)}})
}

// following are the references of a record's members that may lead to some types, by
// R4's parameters: what a record is does not depend on IG packages.
func (s *server) following(rec *record, to map[string]search.Expr) []*search.Param {
	var params []*search.Param
	for _, typ := range rec.types {
		all := s.registry.References(typ)
		if attached, ok := s.registry.Derived(typ, "_attachment"); ok && to["Binary"] != nil {
			params = append(params, attached)
		}
		for _, p := range all {
			leads := slices.ContainsFunc(p.Targets, func(target string) bool { return to[target] != nil })
			if leads && notFollowed[typ] != p.Code && p.Package == "" {
				params = append(params, p)
			}
		}
	}
	return params
}
