// Package api serves FHIR's RESTful API (http://hl7.org/fhir/R4/http.html) over a
// store: one file for each interaction, named after it.
//
// Everything that is served stands in one table, see routes.go. The routes, the
// Allow headers and the CapabilityStatement are made of it, so that what is
// advertised is what is served. A handler is given a [store.View], never a
// store: a request without a policy does not compile.
//
// A stored resource is written to the client as the bytes in which it is stored.
// Errors become an OperationOutcome in one place, outcome.go.
package api
