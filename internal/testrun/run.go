// Package testrun is what a TestMain does so that the tests of a package take less of
// the processor.
package testrun

import (
	"cmp"
	"flag"
	"os"
	"runtime/debug"
)

// GrowHeap lets the heap grow to five times of what lives. Most of that are
// definitions, which each collection would look through again: a seventh of the time
// of the tests that have a registry.
func GrowHeap() { debug.SetGCPercent(400) }

// FewerCases has properties be tried on fewer random cases than the hundred that rapid
// draws, so that `go test ./...` stays short, unless RAPID_CHECKS says how many; .ci/run
// draws a hundred. It is for packages whose tests use rapid, before they run.
func FewerCases() {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("RAPID_CHECKS"), "15")); err != nil {
		panic(err) // the package has no rapid in it, or RAPID_CHECKS is no number
	}
}
