package synthetic

import (
	"testing"
	"time"
)

func on(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// The rule of 2007 agrees with the time zone database.
func TestOffset(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zone database:", err)
	}
	for at := on("2007-01-01"); at.Year() < 2040; at = at.AddDate(0, 0, 1) {
		noon := time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, zone)
		if got, want := offset(at, -5), noon.Format("-07:00"); got != want {
			t.Errorf("%s: %s, want %s", date(at), got, want)
		}
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		birth, at     string
		years, months int
	}{
		{"2020-03-15", "2026-03-14", 5, 71},
		{"2020-03-15", "2026-03-15", 6, 71},
		{"2024-02-29", "2025-02-28", 0, 11},
		{"2026-11-01", "2026-11-30", 0, 0},
		{"2026-10-30", "2026-11-30", 0, 1},
	} {
		if y, m := age(on(c.birth), on(c.at)), months(on(c.birth), on(c.at)); y != c.years || m != c.months {
			t.Errorf("%s at %s: %d years, %d months", c.birth, c.at, y, m)
		}
	}
	if got := instant(on("2026-07-01"), 23*60+59, -8); got != "2026-07-01T23:59:00-07:00" {
		t.Error(got)
	}
}
