// Package compartments knows to which patients a resource belongs: R4's five
// CompartmentDefinitions, the chart of a patient as Granary indexes it, the
// verdict for each type outside it, and the care relationships by which a
// practitioner's panel is made.
//
// See http://hl7.org/fhir/R4/compartmentdefinition.html.
package compartments
