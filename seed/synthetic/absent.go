package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// rare is true for a few resources of a thousand, and for the nth of its kind of the
// persona whose chart has all that is rare, so that a small population has it too.
func (c *chart) rare(kind string, nth, permille int) bool {
	if c.thorough() {
		return c.counts[kind] == nth-1
	}
	return c.dice.permille(permille)
}

// absent leaves out the value of some vital signs, and says why. Others were measured
// twice, and have the first reading, or why there is none, as a component.
func (c *chart) absent(kind string, o *r4.Observation) {
	switch {
	case c.rare(kind, 2, 6):
		o.ValueQuantity, o.DataAbsentReason = nil, concept("data-absent-reason", "asked-declined")
	case c.rare(kind, 3, 4):
		o.Component = append(o.Component, r4.Component{Code: first(o.Code), ValueQuantity: o.ValueQuantity})
	case c.rare(kind, 4, 3):
		o.Component = append(o.Component, r4.Component{Code: first(o.Code), DataAbsentReason: concept("data-absent-reason", "unknown")})
	}
}

// first names the first reading of what is measured: R4's obs-7 wants no component
// with the code of an Observation that has a value.
func first(code *r4.CodeableConcept) *r4.CodeableConcept {
	return &r4.CodeableConcept{Text: code.Text + ", first reading"}
}

// unanswered takes the value of an Observation away where it was not given.
func (c *chart) unanswered(kind string, nth int, o *r4.Observation) {
	if o.HasMember == nil && c.rare(kind, nth, 3) {
		o.ValueQuantity, o.ValueCodeableConcept, o.ValueString, o.ValueInteger = nil, nil, "", nil
		o.DataAbsentReason = concept("data-absent-reason", "asked-declined")
	}
}

// unknown stands where an element must be and its value is not known (US Core's general
// requirements, missing data).
func unknown() []r4.Extension {
	return []r4.Extension{{URL: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", ValueCode: "unknown"}}
}
