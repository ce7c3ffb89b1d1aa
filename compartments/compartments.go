package compartments

import (
	"fmt"
	"slices"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/search"
)

// Compartments are the definitions, bound to the search parameters by which
// resources are indexed. They are immutable and safe for concurrent use.
type Compartments struct {
	registry    *search.Registry
	definitions map[string]definition
	verdicts    map[string]Verdict
	charts      map[string]map[*search.Param]bool // type -> parameters that confer membership of a chart
	implying    map[string]map[*search.Param]bool // type -> parameters that imply membership, see Implied
}

// definition is one CompartmentDefinition: type -> parameters, of which self
// stands for the compartment's own resource.
type definition map[string][]*search.Param

// self is what R4's definitions call "{def}".
var self = &search.Param{Code: "{def}"}

// New binds the definitions to the registry's parameters. The error says which
// parameter the registry lacks.
func New(r *search.Registry) (*Compartments, error) {
	c := &Compartments{
		registry:    r,
		definitions: map[string]definition{},
		verdicts:    verdicts(),
		charts:      map[string]map[*search.Param]bool{},
		implying:    map[string]map[*search.Param]bool{},
	}
	for _, d := range definitions.Compartments() {
		bound := definition{}
		for _, m := range d.Members {
			for _, code := range m.Params {
				param, err := c.param(m.Type, code)
				if err != nil {
					return nil, fmt.Errorf("the %s compartment: %w", d.Code, err)
				}
				bound[m.Type] = append(bound[m.Type], param)
			}
		}
		c.definitions[d.Code] = bound
	}
	if err := c.bindCharts(); err != nil {
		return nil, err
	}
	c.bindImplying()
	return c, nil
}

func (c *Compartments) param(typ, code string) (*search.Param, error) {
	if code == self.Code {
		return self, nil
	}
	param, ok := c.registry.Param(typ, code)
	if !ok {
		return nil, fmt.Errorf("%s has no search parameter %q", typ, code)
	}
	return param, nil
}

// Members are the types that can be in a compartment ("Patient"), sorted; none
// if R4 defines no such compartment.
func (c *Compartments) Members(compartment string) []string {
	members := make([]string, 0, len(c.definitions[compartment]))
	for typ := range c.definitions[compartment] {
		members = append(members, typ)
	}
	slices.Sort(members)
	return members
}

// Has tells whether resources of the type can be in a compartment, as R4
// defines it.
func (c *Compartments) Has(compartment, typ string) bool {
	return c.definitions[compartment][typ] != nil
}

// Verdict is what becomes of a type in the context of a patient. It is Never for
// what is no resource type.
func (c *Compartments) Verdict(typ string) Verdict { return c.verdicts[typ] }

// Types are those of a verdict, sorted.
func (c *Compartments) Types(of Verdict) []string {
	var types []string
	for typ, verdict := range c.verdicts {
		if verdict == of {
			types = append(types, typ)
		}
	}
	slices.Sort(types)
	return types
}
