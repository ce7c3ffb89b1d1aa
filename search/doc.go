// Package search holds what can be asked: the registry of search parameters, the
// parser of query strings, the predicate language [Expr] into which they and
// everything else that narrows a view are compiled, and the extraction of index
// entries from a resource.
//
// It knows no store and no policy. See http://hl7.org/fhir/R4/search.html.
package search
