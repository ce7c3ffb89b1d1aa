//go:build unix

package testrun

import (
	"syscall"
	"time"
)

// CPUTime is the processor time that this process has used. A test of what takes too
// long measures it, and not the time on the wall, in which other processes run as well:
// on a machine that is busy enough any limit on that is exceeded.
func CPUTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // there is no such process
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
