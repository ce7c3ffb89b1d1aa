package spelling_test

import (
	"testing"

	"github.com/granary-fhir/granary/internal/spelling"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"", "", 0},
		{"a", "", 1},
		{"", "ab", 2},
		{"abc", "abc", 0},
		{"abc", "Abc", 1},
		{"kitten", "sitting", 3},
		{"name", "nmae", 1},
		{"subject", "usbjetc", 2},
		{"ca", "abc", 3}, // to swap and then put in between would be 2
		{"birthdate", "birthDatte", 2},
		{"ü", "u", 2}, // two bytes
	} {
		if got := spelling.Distance(c.from, c.to); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.from, c.to, got, c.want)
		}
		if got := spelling.Distance(c.to, c.from); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.to, c.from, got, c.want)
		}
	}
}
