package api

import (
	"fmt"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// codes are the interactions of a level, each once, in the order of the table.
func codes(routes []route, at level) []string {
	var codes []string
	for _, rt := range routes {
		if rt.level != at || !rt.served() {
			continue
		}
		for _, code := range rt.advertised() {
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

func describeSystem(rest *fhir.CapabilityStatementRest, routes []route) error {
	for _, code := range codes(routes, systemLevel) {
		var interaction fhir.CapabilityStatementRestInteraction
		if err := interaction.Code.UnmarshalJSON([]byte(code)); err != nil {
			return fmt.Errorf("the route table: %w", err)
		}
		rest.Interaction = append(rest.Interaction, interaction)
	}
	return nil
}

func (s *server) describeTypes(rest *fhir.CapabilityStatementRest, routes []route) error {
	reverse, never := s.reverseIncludes(), scope.NeverGranted(s.compartments)
	for _, typ := range s.registry.Types() {
		possible := without(routes, typ, never)
		described, err := s.describeType(typ, possible)
		if err != nil {
			return err
		}
		if described.Interaction, err = interactions(possible); err != nil {
			return err
		}
		described.Operation = operations(possible, typ)
		if len(reverse[typ]) > 0 {
			described.SearchRevInclude = append([]string{"*"}, reverse[typ]...)
		}
		rest.Resource = append(rest.Resource, described)
	}
	return nil
}

// without are the routes but for those that nobody may use on a type.
func without(routes []route, typ string, never []store.Rule) []route {
	return slices.DeleteFunc(slices.Clone(routes), func(rt route) bool {
		return slices.Contains(never, store.Rule{Letter: rt.letter, Type: typ})
	})
}

// interactions are those of a type.
func interactions(routes []route) ([]fhir.CapabilityStatementRestResourceInteraction, error) {
	var all []fhir.CapabilityStatementRestResourceInteraction
	for _, code := range codes(routes, typeLevel) {
		var interaction fhir.CapabilityStatementRestResourceInteraction
		if err := interaction.Code.UnmarshalJSON([]byte(code)); err != nil {
			return nil, fmt.Errorf("the route table: %w", err)
		}
		all = append(all, interaction)
	}
	return all, nil
}

// serves tells whether an interaction is among the routes.
func serves(routes []route, interaction string) bool {
	return slices.ContainsFunc(routes, func(rt route) bool { return rt.interaction == interaction && rt.served() })
}

// operations are those of a type.
func operations(routes []route, typ string) []fhir.CapabilityStatementRestResourceOperation {
	var all []fhir.CapabilityStatementRestResourceOperation
	for _, rt := range routes {
		known := slices.ContainsFunc(all, func(one fhir.CapabilityStatementRestResourceOperation) bool {
			return one.Definition == rt.operation.Definition
		})
		if rt.level == operation && rt.served() && !known && (rt.operation.Type == "" || rt.operation.Type == typ) {
			all = append(all, fhir.CapabilityStatementRestResourceOperation{Name: strings.TrimPrefix(rt.operation.Name, "$"), Definition: rt.operation.Definition})
		}
	}
	return all
}

// describeType tells of one type what the routes and the registry hold. R4 has no
// element for conditional patch; it is served where conditional update is.
func (s *server) describeType(typ string, routes []route) (fhir.CapabilityStatementRestResource, error) {
	vread, updates := serves(routes, "vread"), serves(routes, "update")
	create, update := serves(routes, "create"), serves(routes, "conditional update")
	versioned := fhir.ResourceVersionPolicyVersioned
	read, del := fhir.ConditionalReadStatusFullSupport, fhir.ConditionalDeleteStatusNotSupported
	if serves(routes, "conditional delete") {
		del = fhir.ConditionalDeleteStatusSingle
		if s.conditionalDeletes == DeleteMultiple {
			del = fhir.ConditionalDeleteStatusMultiple
		}
	}
	described := fhir.CapabilityStatementRestResource{
		SupportedProfile:  supportedProfiles(typ),
		Versioning:        &versioned,
		ReadHistory:       &vread,
		UpdateCreate:      &updates,
		ConditionalCreate: &create, // a create with If-None-Exist
		ConditionalRead:   &read,
		ConditionalUpdate: &update,
		ConditionalDelete: &del,
	}
	if err := described.Type.UnmarshalJSON([]byte(typ)); err != nil {
		return described, err
	}
	for _, p := range s.registry.Params(typ) {
		described.SearchParam = append(described.SearchParam, s.describeParam(p))
	}
	if len(s.registry.References(typ)) > 0 {
		described.SearchInclude = append(described.SearchInclude, "*", typ+":*")
	}
	for _, p := range s.registry.References(typ) {
		described.SearchInclude = append(described.SearchInclude, typ+":"+p.Code)
	}
	return described, nil
}

// commonParams are the parameters that every type has.
func (s *server) commonParams() []fhir.CapabilityStatementRestResourceSearchParam {
	var common []fhir.CapabilityStatementRestResourceSearchParam
	types := s.registry.Types()
	if len(types) == 0 {
		return nil
	}
	for _, p := range s.registry.Params(types[0]) {
		if !strings.HasPrefix(p.Code, "_") {
			continue
		}
		lacking := slices.ContainsFunc(types, func(typ string) bool {
			_, ok := s.registry.Param(typ, p.Code)
			return !ok
		})
		if !lacking {
			described := s.describeParam(p)
			described.Definition, described.Documentation = &p.URL, s.document(p)
			common = append(common, described)
		}
	}
	return common
}

// reverseIncludes are, for each type, the reference parameters that lead to it.
func (s *server) reverseIncludes() map[string][]string {
	reverse := make(map[string][]string)
	for _, source := range s.registry.Types() {
		for _, p := range s.registry.References(source) {
			for _, target := range p.Targets {
				reverse[target] = append(reverse[target], source+":"+p.Code)
			}
		}
	}
	return reverse
}
