package profile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/spelling"
	"github.com/granary-fhir/granary/internal/validation"
)

// NotKnown is a canonical that names no profile of a set.
type NotKnown struct {
	Canonical string
	// Near are canonicals of the set that may be meant, few and the nearest first.
	Near []string
}

// maxCanonical is how many bytes of a canonical are quoted.
const maxCanonical = 200

func (u *NotKnown) Error() string {
	canonical := strings.ToValidUTF8(u.Canonical[:min(len(u.Canonical), maxCanonical)], "")
	text := "the profile " + strconv.Quote(canonical) + " is not known"
	if len(u.Near) > 0 {
		text += "; known are " + strings.Join(u.Near, ", ")
	}
	return text
}

// Lookup is Find; the error is a [*NotKnown].
func (s *Set) Lookup(canonical string) (*Profile, error) {
	if p, ok := s.Find(canonical); ok {
		return p, nil
	}
	return nil, &NotKnown{canonical, s.near(canonical)}
}

// ValidateAs checks a resource against the profile of a canonical, and returns the
// profile beside what Validate returns. A canonical without a version means every
// version that is known: the newest, unless the resource conforms to another. The
// error is an [*NotKnown].
func (s *Set) ValidateAs(resource *fhirjson.Node, canonical string) (*Profile, []validation.Issue, error) {
	return s.validateAs(resource, canonical, make(answers))
}

func (s *Set) validateAs(resource *fhirjson.Node, canonical string, known answers) (*Profile, []validation.Issue, error) {
	newest, err := s.Lookup(canonical)
	if err != nil {
		return nil, nil, err
	}
	issues := s.validate(resource, newest, known)
	if !slices.ContainsFunc(issues, isError) || strings.Contains(canonical, "|") {
		return newest, issues, nil
	}
	for _, other := range s.profiles[newest.URL] {
		if found := s.validate(resource, other, known); !slices.ContainsFunc(found, isError) {
			return other, found, nil
		}
	}
	return newest, issues, nil
}

func isError(i validation.Issue) bool { return i.Severity == validation.Error }

// Claims are the profiles that a resource names in meta.profile, without R4's own
// definition of its type.
func Claims(resource *fhirjson.Node) []string {
	var claims []string
	typ := resource.Get("resourceType").Text()
	for _, claim := range resource.At("meta", "profile").Items() {
		if canonical := claim.Text(); canonical != "" && !IsType(typ, canonical) && !slices.Contains(claims, canonical) {
			claims = append(claims, canonical)
		}
	}
	return claims
}

// IsType tells whether a canonical is R4's own definition of a type, which is what
// package validation checks.
func IsType(typ, canonical string) bool {
	return strings.TrimSuffix(canonical, "|4.0.1") == typeURL+typ
}

// maxClaims is how many profiles a resource is checked against, so that what a
// client claims does not cost without bounds.
const maxClaims = 16

// ValidateClaims checks a resource against the profiles that it claims, and returns
// those that are known beside what Validate returns. Of others a warning says that
// they are not known: R4 lets a resource claim any.
func (s *Set) ValidateClaims(resource *fhirjson.Node) ([]*Profile, []validation.Issue) {
	var checked []*Profile
	var all []validation.Issue
	known := make(answers)
	for n, claim := range Claims(resource) {
		if n == maxClaims {
			return checked, append(all, validation.Issue{
				Severity: validation.Error, Code: "too-costly", Expression: resource.Get("resourceType").Text() + ".meta.profile",
				Text: fmt.Sprintf("names more than %d profiles; the others are not checked", maxClaims),
			})
		}
		p, issues, err := s.validateAs(resource, claim, known)
		if err != nil {
			all = append(all, validation.Issue{
				Severity: validation.Warning, Code: "not-found", Expression: resource.Get("resourceType").Text() + ".meta.profile",
				Text: err.Error() + "; it was not checked",
			})
			continue
		}
		checked = append(checked, p)
		for _, i := range issues {
			if !slices.Contains(all, i) {
				all = append(all, i)
			}
		}
		if len(all) > validation.MaxIssues {
			return checked, append(all[:validation.MaxIssues], validation.Issue{
				Severity: validation.Error, Code: "incomplete", Expression: resource.Get("resourceType").Text(),
				Text: fmt.Sprintf("there is more to say than %d issues; the others are not listed", validation.MaxIssues),
			})
		}
	}
	return checked, all
}

// maxNear is how many canonicals are offered for one that is not known.
const maxNear = 3

// near are the other versions of the same profile, or the profiles whose URLs end
// most alike.
func (s *Set) near(canonical string) []string {
	url, _, _ := strings.Cut(canonical, "|")
	var versions []string
	for _, p := range s.profiles[url] {
		versions = append(versions, p.Canonical())
	}
	if len(versions) > 0 {
		return versions[:min(len(versions), maxNear)]
	}
	type candidate struct {
		url      string
		distance int
	}
	wanted := tail(url)
	var candidates []candidate
	for known := range s.profiles {
		if d := spelling.Distance(wanted, tail(known)); 5*d <= len(wanted) {
			candidates = append(candidates, candidate{known, d})
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(a.url, b.url)
	})
	var urls []string
	for _, c := range candidates[:min(len(candidates), maxNear)] {
		urls = append(urls, c.url)
	}
	return urls
}

// maxTail bounds the work of comparing what a client wrote.
const maxTail = 100

// tail is what is behind the last slash, in small letters.
func tail(url string) string {
	end := strings.ToLower(url[strings.LastIndexByte(url, '/')+1:])
	return end[:min(len(end), maxTail)]
}
