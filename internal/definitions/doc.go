// Package definitions holds HL7's FHIR R4 definitions (version 4.0.1) as
// compact tables: the search parameters, the compartments, the structures of
// resources and data types, and the codes of the value sets that are bound with
// strength "required". US Core's own search parameters (6.1.0 and 7.0.0) are
// among them, and what its CapabilityStatement expects of a server.
//
// Routes, the CapabilityStatement, validation and search all read these tables,
// so that what the server advertises is what it serves.
//
// Each table is parsed on first use and only then. What the functions return is
// shared by all callers and must not be changed. All functions are safe for
// concurrent use.
package definitions

//go:generate go run ./generate -uscore ../../../shared/fhir
