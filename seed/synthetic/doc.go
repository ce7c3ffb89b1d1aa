// Package synthetic makes patients: plausible people with charts in which all of
// US Core 6.1.0 and 7.0.0 occurs, and nobody's.
//
// A [Population] is a stream of resources that depends on nothing but its three
// values. It is the same on every machine and with every version of Go: numbers are
// integers and decimals of a fixed scale, draws come from the PCG generator by the
// package's own arithmetic, and nothing is ordered by a map
// (docs/decisions/026-synthetic-patients.md).
//
// The first patients are the personas, twelve named people with a story each
// (docs/personas.md). The others live in households, and patient i is the same
// whatever the number of patients is. Each chart is written by modules, one file
// each, which draw from streams of their own: what one of them draws changes
// nothing in another one's resources.
package synthetic
