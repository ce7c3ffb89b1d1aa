package bench

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Server is where requests go, and the process that answers them.
type Server struct {
	Address string // host and port
	Path    string // what stands before the path of each request
	PID     int
}

// watch looks at the memory of the process until the returned function is called,
// which tells the most that was seen.
func (s Server) watch(ctx context.Context) func() int64 {
	ctx, stop := context.WithCancel(ctx)
	most := make(chan int64, 1)
	go func() {
		peak := anonymousMemory(s.PID)
		ticker := time.NewTicker(50 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				most <- max(peak, anonymousMemory(s.PID))
				return
			case <-ticker.C:
				peak = max(peak, anonymousMemory(s.PID))
			}
		}
	}()
	return func() int64 {
		stop()
		return <-most
	}
}

// psTime is the CPU time of a process as POSIX's ps tells it, in seconds or in
// hundredths of them; 0 where there is no ps.
func psTime(pid int) time.Duration { return parseTime(ps(pid, "time=")) }

// psMemory is its resident memory.
func psMemory(pid int) int64 {
	kilobytes, _ := strconv.ParseInt(ps(pid, "rss="), 10, 64)
	return kilobytes << 10
}

func ps(pid int, what string) string {
	out, err := exec.Command("ps", "-o", what, "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// parseTime reads [[dd-]hh:]mm:ss[.cc].
func parseTime(text string) time.Duration {
	var sum float64
	if days, rest, found := strings.Cut(text, "-"); found {
		sum, _ = strconv.ParseFloat(days, 64)
		sum, text = sum*24, rest
		hours, rest, _ := strings.Cut(text, ":")
		n, _ := strconv.ParseFloat(hours, 64)
		sum, text = sum+n, rest
	}
	for part := range strings.SplitSeq(text, ":") {
		n, _ := strconv.ParseFloat(part, 64)
		sum = sum*60 + n
	}
	return time.Duration(sum * float64(time.Second))
}
