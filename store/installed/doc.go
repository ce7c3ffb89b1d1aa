// Package installed keeps IG packages with the data, in the records of a store, so that
// all processes of one store have the same. A package is installed once and whole: its
// name is in the list, or nothing of it counts.
package installed
