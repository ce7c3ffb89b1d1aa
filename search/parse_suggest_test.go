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
