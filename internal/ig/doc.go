// Package ig reads implementation guides as they are published: FHIR packages, a
// gzipped tar of JSON resources (https://hl7.org/fhir/packages.html). What a
// package says is data from outside, so that everything about it is checked and
// limited here; whether its definitions make sense is for those who use them.
package ig
