// Package evaluator evaluates FHIRPath over resources of R4, for the invariants of
// profiles.
//
// All of the grammar is understood (http://hl7.org/fhirpath/N1/), its functions,
// and those that FHIR adds (http://hl7.org/fhir/R4/fhirpath.html). Names are looked
// up in the structures of R4: `value` is valueQuantity, valueString and the others,
// each of its own type.
//
// Logic has three values: an empty collection is neither true nor false. Beside it
// stands what cannot be told: the content of what a reference leads to, membership
// of a value set that is not at hand, a function that is not known. That is an error
// which says why, and never a quiet true; only where the other side of `and`, `or`
// or `implies` decides alone does it not matter.
package evaluator
