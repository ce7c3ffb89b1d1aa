package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/validation"
)

// tellText writes a line for each issue.
func tellText(c console) func(string, []validation.Issue) {
	return func(place string, issues []validation.Issue) {
		for _, i := range issues {
			if i.Expression != "" {
				i.Text = i.Expression + ": " + i.Text
			}
			fmt.Fprintf(c.out, "%s: %s: %s\n", place, i.Severity, i.Text)
		}
	}
}

// tellJSON writes an OperationOutcome on a line of its own. Its issues begin with
// the place.
func tellJSON(c console) func(string, []validation.Issue) {
	return func(place string, issues []validation.Issue) {
		list := make([][]byte, len(issues))
		for n, i := range issues {
			var b fhirjson.Builder
			b.AddString("severity", string(i.Severity)).AddString("code", i.Code).AddString("diagnostics", place+": "+i.Text)
			if i.Expression != "" {
				b.Add("expression", fhirjson.List(fhirjson.Quote(i.Expression)))
			}
			list[n] = b.Bytes()
		}
		var outcome fhirjson.Builder
		fmt.Fprintf(c.out, "%s\n", outcome.AddString("resourceType", "OperationOutcome").Add("issue", fhirjson.List(list...)).Bytes())
	}
}

// validationSummary counts.
type validationSummary struct {
	resources, faulty, errors, warnings int
	profiles                            map[string]*conformance
	unchecked                           map[string]int // resources, by what of them could not be checked
}

// conformance are the resources that were checked against a profile, and those of
// them that have errors.
type conformance struct{ resources, faulty int }

func newValidationSummary() *validationSummary {
	return &validationSummary{profiles: make(map[string]*conformance), unchecked: make(map[string]int)}
}

func (s *validationSummary) add(issues []validation.Issue) {
	s.resources++
	if slices.ContainsFunc(issues, isError) {
		s.faulty++
	}
	for _, i := range issues {
		switch i.Severity {
		case validation.Error:
			s.errors++
		case validation.Warning:
			s.warnings++
		case validation.Information:
			s.unchecked[reasonOf(i.Text)]++
		}
	}
}

func (s *validationSummary) conforming(checked []*profile.Profile, faulty bool) {
	for _, p := range checked {
		c := s.profiles[p.Canonical()]
		if c == nil {
			c = new(conformance)
			s.profiles[p.Canonical()] = c
		}
		c.resources++
		if faulty {
			c.faulty++
		}
	}
}

// reasonOf is a text without the profile behind it, which wants the same as others.
func reasonOf(text string) string {
	if at := strings.LastIndex(text, " ("); at >= 0 && strings.HasSuffix(text, ")") {
		return text[:at]
	}
	return text
}

// maxUnchecked is how many reasons are shown why something was not checked.
const maxUnchecked = 50

func (s *validationSummary) print(w io.Writer) {
	fmt.Fprintf(w, "resources: %d, with errors: %d; errors: %d, warnings: %d\n", s.resources, s.faulty, s.errors, s.warnings)
	if len(s.profiles) == 0 {
		fmt.Fprintln(w, "no resource was checked against a profile: none claims one that is known, and --profile names none of its type")
	} else {
		fmt.Fprintln(w, "resources  with errors  profile")
	}
	for _, canonical := range slices.Sorted(maps.Keys(s.profiles)) {
		fmt.Fprintf(w, "%9d  %11d  %s\n", s.profiles[canonical].resources, s.profiles[canonical].faulty, canonical)
	}
	s.printUnchecked(w)
}

// printUnchecked says what was not checked, of most resources first.
func (s *validationSummary) printUnchecked(w io.Writer) {
	if len(s.unchecked) == 0 {
		return
	}
	reasons := slices.SortedFunc(maps.Keys(s.unchecked), func(a, b string) int {
		return cmp.Or(s.unchecked[b]-s.unchecked[a], cmp.Compare(a, b))
	})
	fmt.Fprintln(w, "resources  not checked")
	for _, reason := range reasons[:min(len(reasons), maxUnchecked)] {
		fmt.Fprintf(w, "%9d  %s\n", s.unchecked[reason], reason)
	}
	if more := len(reasons) - maxUnchecked; more > 0 {
		fmt.Fprintf(w, "and %d other reasons\n", more)
	}
}
