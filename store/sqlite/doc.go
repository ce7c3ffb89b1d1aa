// Package sqlite keeps resources in one SQLite file, in pure Go.
//
// # Tables
//
// A resource is one row of `res`, named by its rid. A row with version 0 is a
// name only: something refers to it, or is in its chart, and it has not arrived.
// Superseded versions and their bodies are rows of `version`, named by vrid.
//
// What a version can be found by is kept twice. Row by row, clustered by the
// version they belong to: `entry` (terms, and charts under the reserved
// parameter 0), `str`, `date`, `qty`; these answer "does this row satisfy the
// predicate". And term by term: `ix`, the postings, in the order of the main
// clinical date, for the population (chart 0) and again under each chart, which
// answer "which rows could", newest first. Strings, dates and quantities have an
// index of their own for that. Charts have no postings of words, nor of the
// references to their own patient, which nearly all of their rows have.
//
// `param` and `term` are the dictionaries of parameters and of exact values.
// They only grow. A term that is a literal reference knows the rid it leads to.
//
// The tables with the prefix h_ are those of superseded versions. They are only
// ever asked row by row.
//
// # Queries
//
// A predicate is compiled to one SQL statement: a driver, which delivers rows and
// is chosen by bounded counts, and a probe of each row for everything else. A
// predicate with a chart is driven by one range of that chart's postings. Values
// are bound, never spliced.
//
// # Transactions
//
// There is one writing connection, which goes from one waiting caller to the
// next within one SQLite transaction; a single commit makes all of them durable.
// Readers have connections of their own on snapshots in WAL mode. Several
// processes may have the file open.
package sqlite
