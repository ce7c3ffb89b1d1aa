package scope

import (
	"slices"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
)

// links are the parameters by which resources outside the chart hang on it.
type links struct {
	references  map[string][]*search.Param // Medication, Substance: from types by chart
	ingredients map[string][]*search.Param // Medication, Substance: from each other
	attachments []*search.Param            // to Binary
	security    *search.Param              // Binary.securityContext
	target      *search.Param              // Provenance.target, each of them
}

func newLinks(r *search.Registry, c *compartments.Compartments) links {
	l := links{references: map[string][]*search.Param{}, ingredients: map[string][]*search.Param{}}
	for _, linked := range []string{"Medication", "Substance"} {
		for _, typ := range r.Types() {
			if c.Verdict(typ) == compartments.ByChart {
				l.references[linked] = append(l.references[linked], leading(r.References(typ), linked)...)
			}
		}
	}
	for _, p := range []struct{ typ, code string }{{"Medication", "ingredient"}, {"Substance", "substance-reference"}} {
		if param, ok := r.Param(p.typ, p.code); ok {
			for _, target := range param.Targets {
				l.ingredients[target] = append(l.ingredients[target], param)
			}
		}
	}
	for _, typ := range []string{"DiagnosticReport", "DocumentReference", "Media", "Patient"} {
		if param, ok := r.Derived(typ, "_attachment"); ok {
			l.attachments = append(l.attachments, param)
		}
	}
	l.security, _ = r.Derived("Binary", "_securityContext")
	l.target, _ = r.Derived("Provenance", "_target")
	return l
}

// leading are the parameters that may refer to a type. What an IG package adds gives no
// access: verdicts are about what R4 says.
func leading(params []*search.Param, target string) []*search.Param {
	var kept []*search.Param
	for _, p := range params {
		if slices.Contains(p.Targets, target) && p.Package == "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// referenced is the stage of Medication and Substance: those to which a resource
// refers that is visible and of the chart.
func (r *rules) referenced(level Level, reach reach) map[string]predicate {
	return r.linkedBy(level, reach, r.links.references)
}

// ingredients is the stage of one more step: those of which a visible Medication
// or Substance, found by the stage before, is made.
func (r *rules) ingredients(level Level, reach reach) map[string]predicate {
	return r.linkedBy(level, reach, r.links.ingredients)
}

func (r *rules) linkedBy(level Level, reach reach, params map[string][]*search.Param) map[string]predicate {
	if reach.everything {
		return nil
	}
	byType := map[string]predicate{}
	for typ, from := range params {
		byType[typ] = r.admitted(typ, search.Simplify(r.referrers(level, from)))
	}
	return byType
}

// referrers holds for what a visible resource refers to by one of the parameters.
func (r *rules) referrers(level Level, params []*search.Param) search.Or {
	var either search.Or
	for _, param := range params {
		if visible := r.visible(level, param.Type); visible != search.False {
			either = append(either, search.Has{Param: param, Where: visible})
		}
	}
	return either
}

// binary is the stage of Binary: what has a visible resource of the chart as its
// securityContext, and of those without one what such a resource has as an
// attachment. A securityContext alone decides where there is one
// (binary.html#security): else whoever may write a DocumentReference could attach
// a Binary of somebody else's and read it.
func (r *rules) binary(level Level, reach reach) map[string]predicate {
	if reach.everything || r.links.security == nil {
		return nil
	}
	attached := search.And{r.referrers(level, r.links.attachments), search.Missing{Param: r.links.security}}
	either := search.Or{attached}
	for _, typ := range r.registry.Types() {
		if r.compartments.Verdict(typ) != compartments.ByChart {
			continue
		}
		if visible := r.visible(level, typ); visible != search.False {
			either = append(either, search.Chain{Param: r.links.security, Type: typ, Where: visible})
		}
	}
	return map[string]predicate{"Binary": r.admitted("Binary", search.Simplify(either))}
}

// provenance is the stage of Provenance: what has targets, all of them visible.
// A Provenance of a Provenance is not shown, since none is decided before.
func (r *rules) provenance(level Level, reach reach) map[string]predicate {
	if reach.everything || r.links.target == nil {
		return nil
	}
	where := map[string]search.Expr{}
	for _, typ := range r.registry.Types() {
		if visible := r.visible(level, typ); visible != search.False {
			where[typ] = visible
		}
	}
	if len(where) == 0 {
		return nil
	}
	all := search.All{Param: r.links.target, Where: where}
	return map[string]predicate{"Provenance": r.admitted("Provenance", all)}
}
