package search

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/spelling"
)

// maxSuggestions is how many near names a message offers.
const maxSuggestions = 3

// didYouMean offers the names nearest to a wrong one, or nothing.
func didYouMean(wrong string, names []string) string {
	near := nearest(wrong, names)
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + either(near) + "?"
}

// nearest are the names that differ from wrong in few letters, best first; if
// there are none, those that hold it or are held by it.
func nearest(wrong string, names []string) []string {
	if len(wrong) > 64 {
		return nil
	}
	type candidate struct {
		name     string
		distance int
	}
	var candidates []candidate
	lower, few := strings.ToLower(wrong), 1+len(wrong)/4
	for _, name := range names {
		d := spelling.Distance(lower, strings.ToLower(name))
		if d > few && len(wrong) > 2 && (strings.Contains(name, lower) || strings.Contains(lower, name)) {
			candidates = append(candidates, candidate{name, few + 1})
		} else if d <= few {
			candidates = append(candidates, candidate{name, d})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.distance - b.distance })
	if len(candidates) > 0 && candidates[0].distance <= few {
		candidates = slices.DeleteFunc(candidates, func(c candidate) bool { return c.distance > few })
	}
	var near []string
	for _, c := range candidates[:min(len(candidates), maxSuggestions)] {
		near = append(near, c.name)
	}
	return near
}
