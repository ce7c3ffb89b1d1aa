package bench

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "00:07": 7 * time.Second, "1:02.50": 62500 * time.Millisecond, "00:01:02": 62 * time.Second, "2-03:04:05": 51*time.Hour + 4*time.Minute + 5*time.Second,
	} {
		if got := parseTime(text); got != want {
			t.Errorf("parseTime(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestUsage(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("where ps may tell nothing")
	}
	pid, before := os.Getpid(), cpuTime(os.Getpid())
	for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
		_ = parseTime("2-03:04:05")
	}
	// Less than the time that went by, if others ran meanwhile, and more than 0.
	if after := cpuTime(pid); before <= 0 || after <= before {
		t.Errorf("CPU time of this process %v, then %v", before, after)
	}
	if memory := anonymousMemory(pid); memory < 1<<20 || memory > 1<<40 {
		t.Errorf("%d bytes of memory", memory)
	}
	if gone := cpuTime(4_194_300); gone != 0 {
		t.Errorf("a process that is not there has used %v", gone)
	}
}
