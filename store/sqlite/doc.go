// Package sqlite keeps resources in one SQLite file, in pure Go.
//
// # Tables
//
// A resource is one row of `res`, named by its rid. A row with version 0 is a
// name only: something refers to it, or is in its chart, and it has not arrived.
// Superseded versions are rows of `version`, named by vrid.
//
// What a version can be tested by is one packed value in its row, the column e
// (see packed.go): its terms, strings, dates and quantities by parameter, and the
// charts that it is in. What live rows can be found by are the indexes, and each
// can be made from e:
//
//   - `ix`, postings of a term in the order of the main clinical date, for the
//     population (chart 0) and again under each chart; those of a type and of what
//     was deleted (see grave.go) too.
//   - `rx`, postings of a term in the order of the rows, for the population: of
//     references and identifiers, which few rows share.
//   - `words`, the full-text index of the words of `_text` and `_content`.
//   - `str`, `date`, `qty`, in the order of their values.
//
// Charts have no postings of words, nor of the references to their own patient,
// which nearly all of their rows have. Parts of composites are in no index, where
// a parameter of their own finds the same rows (see found.go).
//
// `param` and `term` are the dictionaries of parameters and of exact values.
// They only grow. A term that is a literal reference knows the rid it leads to.
//
// # Queries
//
// A predicate is compiled to one SQL statement: a driver, which delivers rows and
// is chosen by bounded counts, and a test of each row for everything else. What
// asks for entries of the row alone is one call of the function holds on e, or is
// asked while the rows are delivered; what follows references is a subquery. A
// predicate with a chart is driven by postings of that chart; several terms of one
// parameter are walked together, in order. Values are bound, never spliced.
//
// # Transactions
//
// There is one writing connection, which goes from one waiting caller to the
// next within one SQLite transaction; a single commit makes all of them durable.
// Changes of the indexes wait until a transaction ends or asks a question that
// needs them, and are made in the order of their keys. Readers have connections of
// their own on snapshots in WAL mode, and one more brings the log into the
// database. Several processes may have the file open.
package sqlite
