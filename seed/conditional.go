package seed

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/links"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// conditional is a conditional reference, such as
// `Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1043387210`: it means
// the one resource that the search finds (http.html#trules). Synthea names
// practitioners and organizations like this.
type conditional struct {
	text     string // as it is written
	typ      string
	criteria []search.Pair
}

// resolution is what a conditional reference was found to mean.
type resolution struct {
	keys   []store.Key // the matches, or the first two of them
	reason string      // why it cannot be searched, "" if it can
}

var conditionalReference = regexp.MustCompile(`"reference"\s*:\s*"[A-Z][A-Za-z]+\?`)

// hasConditional tells whether there may be a conditional reference in a text.
func hasConditional(raw []byte) bool {
	return bytes.ContainsRune(raw, '?') && conditionalReference.Match(raw)
}

// conditionals are the conditional references of a resource, each once.
func conditionals(resource *fhirjson.Node) []conditional {
	if !hasConditional(resource.Raw()) {
		return nil
	}
	var found []conditional
	seen := make(map[string]bool)
	for _, reference := range links.References(resource) {
		c, ok := parseConditional(reference.Text)
		if ok && !seen[c.text] {
			seen[c.text] = true
			found = append(found, c)
		}
	}
	return found
}

func parseConditional(text string) (conditional, bool) {
	typ, query, ok := links.Conditional(text)
	if !ok {
		return conditional{}, false
	}
	c := conditional{text: text, typ: typ}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		c.criteria = append(c.criteria, search.Pair{Name: unescape(name), Value: unescape(value)})
	}
	return c, true
}

// unescape decodes a part of a query string; one that is not encoded, as
// Synthea's, stays as it is.
func unescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// resolve returns the resource with its conditional references made literal, or
// the reason why one of them cannot be.
func (item Item) resolve(lookup func(conditional) (resolution, error)) (resource *fhirjson.Node, reason string, err error) {
	meant := make(linked)
	for _, c := range conditionals(item.Resource) {
		found, err := lookup(c)
		switch {
		case err != nil:
			return nil, "", err
		case found.reason != "":
			return nil, fmt.Sprintf("the conditional reference %q: %s", c.text, found.reason), nil
		case len(found.keys) == 0:
			return nil, fmt.Sprintf("the conditional reference %q matches nothing; import what it means first", c.text), nil
		case len(found.keys) > 1:
			return nil, fmt.Sprintf("the conditional reference %q matches more than one resource", c.text), nil
		}
		meant.add(c.text, found.keys[0])
	}
	if len(meant) == 0 {
		return item.Resource, "", nil
	}
	resource, err = meant.rewrite(item.Resource, item.Key)
	return resource, "", err
}
