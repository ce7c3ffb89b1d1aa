package testrun_test

import (
	"flag"
	"runtime/debug"
	"testing"
	"time"

	_ "pgregory.net/rapid" // has the flag

	"github.com/granary-fhir/granary/internal/testrun"
)

func TestFewerCases(t *testing.T) {
	drawn := flag.Lookup("rapid.checks").Value
	defer func(was string) { _ = drawn.Set(was) }(drawn.String())
	for said, want := range map[string]string{"": "15", "100": "100", "7": "7"} {
		t.Setenv("RAPID_CHECKS", said)
		if testrun.FewerCases(); drawn.String() != want {
			t.Errorf("RAPID_CHECKS=%q: %s cases, want %s", said, drawn, want)
		}
	}
}

func TestGrowHeap(t *testing.T) {
	was := debug.SetGCPercent(100)
	testrun.GrowHeap()
	if got := debug.SetGCPercent(was); got != 400 {
		t.Errorf("the heap grows by %d %%", got)
	}
}

// Work counts.
func TestCPUTime(t *testing.T) {
	before, began := testrun.CPUTime(), time.Now()
	for testrun.CPUTime() < before+20*time.Millisecond {
		if time.Since(began) > time.Minute {
			t.Fatalf("%v before a minute of work, %v after it", before, testrun.CPUTime())
		}
	}
}
