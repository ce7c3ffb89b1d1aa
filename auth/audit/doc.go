// Package audit keeps records of what was done: who, by which client and grant,
// what, and with which outcome. A record is an AuditEvent of R4 in the store itself,
// so that it is found by FHIR's own search, and kept, backed up and checked as
// everything else is.
//
// See docs/audit.md, and docs/decisions/017-audit.md.
package audit
