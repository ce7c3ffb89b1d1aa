package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/seed"
)

// validator checks the resources of files.
type validator struct {
	known   *profile.Set
	wanted  []string // profiles that resources of their type need not claim
	summary *validationSummary
	// tell is told of each resource that has issues.
	tell func(place string, issues []validation.Issue)
}

// file checks one file, and stops early when ctx is done.
func (v *validator) file(ctx context.Context, file seed.File) error {
	for content, refusal := range file.Contents() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if refusal != nil {
			v.found(refusal.At.String(), []validation.Issue{{Severity: validation.Error, Code: "structure", Text: refusal.Reason}})
			continue
		}
		v.content(content)
	}
	return nil
}

// content checks one resource: against R4, and where it is valid R4 against
// profiles.
func (v *validator) content(c seed.Content) {
	issues := checkR4(c)
	if c.Resource != nil && !slices.ContainsFunc(issues, isError) {
		issues = append(issues, v.checkProfiles(c.Resource)...)
	}
	v.found(placeOf(c), issues)
}

func (v *validator) found(place string, issues []validation.Issue) {
	v.summary.add(issues)
	issues = slices.DeleteFunc(issues, func(i validation.Issue) bool { return i.Severity == validation.Information })
	if len(issues) > 0 {
		v.tell(place, issues)
	}
}

func isError(i validation.Issue) bool { return i.Severity == validation.Error }

// placeOf is where a resource stands and what it is.
func placeOf(c seed.Content) string {
	if typ, id := c.Resource.Get("resourceType").Text(), c.Resource.Get("id").Text(); typ != "" && id != "" {
		return fmt.Sprintf("%s (%s/%s)", c.At, typ, id)
	}
	return c.At.String()
}

// checkR4 checks a resource as what it stands as: by itself, or as the entry of its
// Bundle.
func checkR4(c seed.Content) []validation.Issue {
	if c.Bundle == nil {
		return validation.Resource(c.Resource.Get("resourceType").Text(), c.Resource)
	}
	const entry = "Bundle.entry[0]"
	issues := validation.Resource("Bundle", c.Bundle)
	for i := range issues {
		if rest, inside := strings.CutPrefix(issues[i].Expression, entry+".resource."); inside {
			issues[i].Expression = c.Resource.Get("resourceType").Text() + "." + rest
		} else if rest, ok := strings.CutPrefix(issues[i].Expression, entry); ok {
			issues[i].Expression = fmt.Sprintf("Bundle.entry[%d]%s", c.Entry, rest)
		}
	}
	return slices.DeleteFunc(issues, func(i validation.Issue) bool {
		return !strings.HasPrefix(i.Expression, "Bundle.entry") && c.Resource.Get("resourceType") == nil
	})
}

// checkProfiles checks against what the resource claims, and what is wanted.
func (v *validator) checkProfiles(resource *fhirjson.Node) []validation.Issue {
	checked, issues := v.known.ValidateClaims(resource)
	for _, canonical := range v.wanted {
		p, err := v.known.Lookup(canonical)
		if err != nil || p.Type != resource.Get("resourceType").Text() {
			continue
		}
		p, found, err := v.known.ValidateAs(resource, canonical)
		if err != nil || slices.Contains(checked, p) {
			continue
		}
		checked = append(checked, p)
		for _, i := range found {
			if !slices.Contains(issues, i) {
				issues = append(issues, i)
			}
		}
	}
	v.summary.conforming(checked, slices.ContainsFunc(issues, isError))
	return issues
}
