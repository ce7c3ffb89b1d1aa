package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the CPU time of all threads of the process, by its CPU clock, which
// counts nanoseconds where /proc/PID/stat counts hundredths of seconds.
func cpuTime(pid int) time.Duration {
	// clock_getcpuclockid(3): the process in the upper bits, and in the lower
	// three the scheduler's clock of a whole process.
	const schedulerClock = 2
	var at unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &at); err != nil {
		return psTime(pid)
	}
	return time.Duration(at.Nano())
}

// anonymousMemory is RssAnon: the heap, and neither the program nor pages of the
// database that are mapped.
func anonymousMemory(pid int) int64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return psMemory(pid)
	}
	_, after, _ := bytes.Cut(text, []byte("\nRssAnon:"))
	line, _, _ := bytes.Cut(after, []byte(" kB"))
	kilobytes, _ := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	return kilobytes << 10
}
