// Package fhirpath compiles the FHIRPath of search parameters and evaluates it
// over JSON.
//
// It is the subset that the definitions of R4 and US Core use: paths, unions,
// where, ofType, as, is, exists, resolve, extension, [n], =, !=, and, %resource.
// An expression is compiled once for each resource type, with the structures of
// FHIR at hand: names are checked, choices become the properties that JSON has
// (`value` is valueQuantity, valueString...), and what cannot be selected is an
// error of [Compile] rather than an empty result later.
//
// See http://hl7.org/fhirpath/N1/ and http://hl7.org/fhir/R4/fhirpath.html.
package fhirpath
