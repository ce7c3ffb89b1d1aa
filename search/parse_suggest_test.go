package search

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"address", "address-city", "birthdate", "code", "name", "subject"}
	for wrong, want := range map[string][]string{
		"nmae": {"name"}, "subjekt": {"subject"}, "BirthDate": {"birthdate"}, "zzzz": nil, "birthdatte": {"birthdate"}, "": nil, "adress": {"address"}, "city": {"address-city"},
	} {
		if got := nearest(wrong, names); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", wrong, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"abc", "abc", 0}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
