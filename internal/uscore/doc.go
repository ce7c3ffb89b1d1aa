// Package uscore measures data against US Core: which of its profiles have
// instances, and which elements that must be supported these hold, so that an app
// or a test of conformance finds each of them at least once.
package uscore
