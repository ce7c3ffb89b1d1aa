package main

import (
	"os"
	"runtime/debug"
)

// bulkGC is how much garbage, in percent of what is alive, a bulk load leaves
// until it is collected. Most of what it allocates dies with the resource, and
// the process has nothing else to do with its memory.
const bulkGC = 200

// spareCollections collects garbage less often until the function that it returns
// is called. GOGC in the environment beats it.
func spareCollections() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(bulkGC)
	return func() { debug.SetGCPercent(before) }
}
