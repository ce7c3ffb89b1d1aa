//go:build !linux

package bench

import "time"

// cpuTime is the CPU time of the process, 0 if it cannot be told.
func cpuTime(pid int) time.Duration { return psTime(pid) }

// anonymousMemory is the resident memory, mapped files included: ps tells no
// more.
func anonymousMemory(pid int) int64 { return psMemory(pid) }
