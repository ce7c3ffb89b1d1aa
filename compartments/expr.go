package compartments

import "github.com/granary-fhir/granary/search"

// Expr is what is of type typ in the compartment of one resource:
// Expr("Patient", "1", "Observation") is the search Patient/1/Observation, by
// R4's definition exactly (http.html#vsearch). It is false if the definition
// does not name the type.
//
// Where definition and chart agree it is the chart, which is what the index is
// ordered by.
func (c *Compartments) Expr(compartment, id, typ string) (search.Expr, bool) {
	params, ok := c.definitions[compartment][typ]
	if !ok {
		return nil, false
	}
	if compartment == "Patient" && c.agrees(typ) {
		return search.Chart{Patient: id}, true
	}
	var either search.Or
	for _, param := range params {
		either = append(either, membership(param, compartment, id))
	}
	if len(either) == 1 {
		return either[0], true
	}
	return either, true
}

// agrees tells whether the chart of the type is what the definition says.
func (c *Compartments) agrees(typ string) bool {
	_, more := outside[typ]
	_, less := noMember[typ]
	return c.verdicts[typ] == ByChart && !more && !less
}

func membership(param *search.Param, compartment, id string) search.Expr {
	if param == self {
		return search.ID{id}
	}
	return search.Term{Param: param, System: search.Is(""), Code: search.Is(compartment + "/" + id)}
}
