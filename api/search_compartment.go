package api

import (
	"net/http"
	"slices"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// searchCompartment finds what belongs to the compartment of a resource
// (http.html#search): resources of one type, or with `*` of all types in it, of
// which `_type` may choose some. Whether there is such a resource is not asked.
func (s *server) searchCompartment(r *request) (action, error) {
	members := s.compartments.Members(r.typ)
	switch {
	case len(members) == 0:
		return action{}, refuse(http.StatusNotFound, fhir.IssueTypeNotSupported, "%s has no compartment; Device, Encounter, Patient, Practitioner and RelatedPerson have", r.typ)
	case !store.ValidID(r.key):
		return action{}, store.ErrNotFound
	case r.member != "" && r.member != "*":
		if !slices.Contains(members, r.member) {
			return action{}, refuse(http.StatusNotFound, fhir.IssueTypeNotSupported, "the path names a type that is not in the compartment of a %s", r.typ)
		}
		members = []string{r.member}
	}
	query, err := s.parse(r, members)
	if err != nil {
		return action{}, err
	}
	s.within(r, query)
	return s.find(r, query)
}

// within narrows a query to the compartment in the path.
func (s *server) within(r *request, query *search.Query) {
	for i, sel := range query.Selects {
		inside, ok := s.compartments.Expr(r.typ, r.key, sel.Type)
		if !ok {
			inside = search.False // a member has an Expr
		}
		query.Selects[i].Where = search.Simplify(search.And{inside, sel.Where})
	}
}
