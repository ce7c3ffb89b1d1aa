// Package seed brings FHIR data into a store: Bundles, single resources and
// NDJSON from files, and the few patients that are built in.
//
// [Find] turns paths into [File]s, [File.Resources] reads one as a stream of
// [Item]s, and [Import] puts them into a [Target]: a store, or any FHIR server
// over HTTP. Everything is written by PUT under the id that the input gives, so
// that importing the same input again changes nothing.
//
// A file is read as a stream: of a Bundle, only one entry at a time is in memory.
// What cannot be imported is a [Refusal] that says where it stands and why, and
// the rest goes on.
package seed
