package api

import (
	"context"
	"slices"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// patientEverything returns the chart of a patient, or without an id those of all
// patients that the caller may search (operation-patient-everything.html).
func (s *server) patientEverything(r *request) (action, error) {
	rec := record{
		types:  s.compartments.Types(compartments.ByChart),
		member: s.compartments.AnyChart,
		dated:  true,
		beside: s.besideCharts(),
	}
	if r.key != "" {
		rec.member = func(string) search.Expr { return search.Chart{Patient: r.key} }
	}
	return s.everything(r, rec)
}

// encounterEverything returns an encounter, what was done in it, and what these refer
// to, in the chart of its patient too (operation-encounter-everything.html).
func (s *server) encounterEverything(r *request) (action, error) {
	rec := record{
		types: slices.DeleteFunc(s.compartments.Members("Encounter"), func(typ string) bool {
			return s.compartments.Verdict(typ) != compartments.ByChart
		}),
		member: func(typ string) search.Expr {
			member, _ := s.compartments.Expr("Encounter", r.key, typ)
			return member
		},
		beside: s.besideCharts(),
	}
	for _, typ := range s.compartments.Types(compartments.ByChart) {
		rec.beside[typ] = besideChart
	}
	return s.everything(r, rec)
}

// everything answers with what the caller's own searches would find: it is a search
// of several types, under the same policy and by the same code (leaks.md R3).
func (s *server) everything(r *request, rec record) (action, error) {
	if err := r.readParameters(everythingParam); err != nil {
		return action{}, err
	}
	asked, err := s.readEverything(r, &rec)
	if err != nil {
		return action{}, err
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		query := *asked // a reading may be done again
		if err := allowsSearch(reader, &query); err != nil {
			return nil, err
		}
		var charts []string
		if r.key != "" {
			found, err := reader.Read(ctx, r.resource())
			if err != nil {
				return nil, err
			}
			if charts, err = s.chartsOf(found); err != nil {
				return nil, err
			}
		}
		query.Includes = s.along(&rec, charts)
		if rec.paged {
			return s.page(ctx, reader, r, &query)
		}
		return s.findWhole(ctx, reader, r, &query)
	})
}

// allowsSearch refuses a caller who may search none of the types, before it is looked
// up whether there is what they ask for.
func allowsSearch(reader *store.Reader, query *search.Query) error {
	for _, sel := range query.Selects {
		if reader.Allows(store.Search, sel.Type) {
			return nil
		}
	}
	typ := "any of these types"
	if len(query.Selects) == 1 {
		typ = query.Selects[0].Type
	}
	return &store.Forbidden{Letter: store.Search, Type: typ}
}

// chartsOf are the patients in whose charts a resource is.
func (s *server) chartsOf(found store.Resource) ([]string, error) {
	resource, err := fhirjson.Parse(found.Body)
	if err != nil {
		return nil, err
	}
	entries, err := s.registry.Extract(found.Type, resource, s.base)
	return s.compartments.Charts(found.Type, found.ID, entries), err
}
