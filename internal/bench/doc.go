// Package bench measures a FHIR server over HTTP, and beside it, in the same
// minutes, the least that any server could do: the floor, which sends bodies of
// the same size from memory.
//
// [NewData] makes of a few real patients a data set of any size, [NewRows] the
// requests that are made of it, a [Driver] makes them, and [Targets] holds the
// results to what they should be. Everything but the times is the same in each
// run. The package knows FHIR as a client does, and nothing of how the server
// stores.
package bench
