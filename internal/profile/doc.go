// Package profile checks resources against profiles: StructureDefinitions that
// restrict a type (https://hl7.org/fhir/R4/profiling.html). Those of US Core 6.1.0
// and 7.0.0 are embedded as tables; others come from packages that [ig.Open] reads.
//
// A profile is kept as what it says beyond R4's own definitions, which package
// validation enforces. docs/validation.md says what is checked and what is not.
package profile
