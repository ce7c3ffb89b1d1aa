package synthetic

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/seed"
)

// Every resource conforms to the profiles that it claims, in each version of US Core
// that has them. Warnings are about codes of extensible bindings, which are named here
// if they are meant.
func TestResourcesConform(t *testing.T) {
	set, seen := profile.USCore(), map[string]bool{}
	for r := range population(30, 600).Resources() {
		item, refusal := r.item()
		if refusal != nil {
			t.Fatal(refusal)
		}
		for _, claim := range item.Resource.At("meta", "profile").Items() {
			found := false
			url, named, _ := strings.Cut(claim.Text(), "|")
			for _, version := range []string{"6.1.0", "7.0.0"} {
				if named != "" && named != version {
					continue
				}
				p, ok := set.Find(url + "|" + version)
				found = found || ok
				if !ok {
					continue
				}
				for _, issue := range set.Validate(item.Resource, p) {
					if issue.Severity == validation.Information || meant(item, issue) {
						continue
					}
					text := version + " " + url[len(usCore):] + " " + issue.Expression + " " + issue.Error()
					if !seen[text] {
						t.Errorf("%s: %s %s", item.Key, issue.Severity, text)
						seen[text] = true
					}
				}
			}
			if !found {
				t.Errorf("%s claims %s, which no version has", item.Key, claim.Text())
			}
		}
	}
}

// meant are warnings about extensible bindings that US Core's own examples get too: an
// oxygen flow is in L/min, which the value set of vital signs lacks; and formats of
// documents are IHE's in 6.1.0 and HL7's in 7.0.0.
func meant(item seed.Item, issue validation.Issue) bool {
	return issue.Severity == validation.Warning &&
		(strings.Contains(item.Key.ID, "-oxygen-") || issue.Expression == "DocumentReference.content[0].format")
}
