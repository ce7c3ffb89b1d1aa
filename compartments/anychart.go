package compartments

import (
	"slices"

	"github.com/granary-fhir/granary/search"
)

// AnyChart is what is of a type in the chart of some Patient of this server: as
// [Compartments.Charts] says, whoever it is. False for a type without a chart. What a
// caller asks by it leads to the patients that they may search.
func (c *Compartments) AnyChart(typ string) search.Expr {
	if typ == "Patient" {
		return search.True
	}
	var either search.Or
	for _, param := range c.registry.References(typ) {
		if c.charts[typ][param] && slices.Contains(param.Targets, "Patient") {
			either = append(either, search.Chain{Param: param, Type: "Patient", Where: search.True})
		}
	}
	return search.Simplify(either)
}
