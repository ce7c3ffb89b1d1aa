package compartments

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// Implied is the chart in which everything of the type is that satisfies the
// predicate, if it says so: if it asks for a literal reference to a Patient by a
// parameter that confers membership, or by one that finds a part of what such a
// parameter finds, as Observation.patient does of Observation.subject. Adding it
// to the predicate changes nothing but how it is found.
func (c *Compartments) Implied(typ string, e search.Expr) (search.Chart, bool) {
	switch e := e.(type) {
	case search.And:
		for _, part := range e {
			if chart, ok := c.Implied(typ, part); ok {
				return chart, true
			}
		}
	case search.Chart:
		return e, true
	case search.Term:
		system, exact := e.System.Exact()
		code, literal := e.Code.Exact()
		if !exact || !literal || !c.implying[typ][e.Param] {
			return search.Chart{}, false
		}
		if patient, ok := localPatient(search.TermEntry{System: system, Code: code}); ok {
			return search.Chart{Patient: patient}, true
		}
	}
	return search.Chart{}, false
}

// bindImplying finds the parameters of each type that lead to nothing but what
// those of its chart lead to.
func (c *Compartments) bindImplying() {
	for typ, members := range c.charts {
		paths := map[string]bool{}
		for param := range members {
			branches, _ := c.branches(param)
			for _, path := range branches {
				paths[path] = true
			}
		}
		implying := map[*search.Param]bool{}
		for _, param := range c.registry.References(typ) {
			branches, understood := c.branches(param)
			known := func(path string) bool { return paths[path] || paths[strings.TrimSuffix(path, whereIsPatient)] }
			implying[param] = members[param] ||
				understood && len(branches) > 0 && !slices.ContainsFunc(branches, func(path string) bool { return !known(path) })
		}
		c.implying[typ] = implying
	}
}

// whereIsPatient is how the definitions narrow a reference.
const whereIsPatient = ".where(resolve() is Patient)"

// branches are the paths of a parameter's expression that begin at its type;
// false if the expression is more than a list of paths that begin at types.
func (c *Compartments) branches(p *search.Param) (paths []string, understood bool) {
	for _, path := range strings.Split(p.Expression, "|") {
		path = strings.TrimSpace(path)
		typ, _, ok := strings.Cut(path, ".")
		switch {
		case !ok || !c.registry.HasType(typ):
			return nil, false
		case typ == p.Type:
			paths = append(paths, path)
		}
	}
	return paths, true
}
