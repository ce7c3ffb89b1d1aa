package search

import (
	"regexp"
	"slices"
	"strings"
)

// widen finds, for the parts of composites, the parameters of their own that
// select the same elements. R4 names the definition of each part, but a
// definition may select less: what counts is that each element which the part
// selects within the composite's is named in the definition's expression.
func (t *typeParams) widen() {
	for _, p := range t.params {
		for _, part := range p.Components {
			if wider := t.wider(p, part); wider != nil {
				part.Wider = wider
				if part.Canonical != nil {
					part.Canonical.Wider = wider.Canonical
				}
			}
		}
	}
}

// wider is the parameter whose definition the part repeats, if it selects all that
// the part does.
func (t *typeParams) wider(composite, part *Param) *Param {
	for _, p := range t.params {
		if p.URL != part.definition || p.Kind != part.Kind || p.URL == "" {
			continue
		}
		selected := unionOf(p.Expression)
		for _, element := range unionOf(composite.Expression) {
			if element != p.Type && !strings.HasPrefix(element, p.Type+".") {
				continue // of another type
			}
			for _, rest := range unionOf(part.Expression) {
				if !slices.Contains(selected, element+"."+rest) {
					return nil
				}
			}
		}
		return p
	}
	return nil
}

// asType is `X as T`, which is the same as `X.as(T)`.
var asType = regexp.MustCompile(`^(.*) as (\w+)$`)

// unionOf are the parts of a union, each in one spelling.
func unionOf(expression string) []string {
	var all []string
	for alternative := range strings.SplitSeq(expression, "|") {
		alternative = strings.TrimSpace(alternative)
		if inner, ok := strings.CutPrefix(alternative, "("); ok && strings.HasSuffix(inner, ")") {
			alternative = strings.TrimSpace(strings.TrimSuffix(inner, ")"))
		}
		alternative = asType.ReplaceAllString(alternative, "$1.as($2)")
		all = append(all, strings.ReplaceAll(alternative, ".ofType(", ".as("))
	}
	return all
}
