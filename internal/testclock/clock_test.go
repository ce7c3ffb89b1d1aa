package testclock_test

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testclock"
)

func TestAClockStandsStillUntilItIsMoved(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := testclock.At(noon)
	shows := func(want time.Time) {
		t.Helper()
		for range 2 {
			if got := c.Now(); got != want {
				t.Errorf("it shows %v, want %v", got, want)
			}
		}
	}
	shows(noon)
	c.Advance(time.Minute)
	shows(noon.Add(time.Minute))
	c.Set(noon)
	shows(noon)
}
