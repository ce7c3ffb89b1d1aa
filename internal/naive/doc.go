// Package naive answers searches slowly and in the most obvious way, over
// resources as encoding/json decodes them. It is an oracle for tests: it shares
// no parameter, compartment, date, folding or encoding code with the server, and
// its tables were written by hand from the R4 specification. Where it and the
// server differ, one of the two misreads the specification.
//
// It knows the resource types of Synthea and a few more, and of those the
// parameters in its table; for anything else it returns an error, so that a test
// cannot mistake ignorance for an answer.
package naive
