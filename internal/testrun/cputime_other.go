//go:build !unix

package testrun

import "time"

var began = time.Now()

// CPUTime is the time since the process began, the most that it can have used of one
// processor.
func CPUTime() time.Duration { return time.Since(began) }
