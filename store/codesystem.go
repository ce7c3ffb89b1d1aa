package store

import (
	"context"
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// maxSubsumed is how many codes may stand above or below a code.
const maxSubsumed = 10_000

// subsumed is the code of a stored code system with all below it, or above it
// (search.html#token, `:below` and `:above`).
func (t *terminology) subsumed(ctx context.Context, asked search.Subsumed) (search.Expr, error) {
	system, err := t.byURL(ctx, "CodeSystem", asked.System)
	if err != nil {
		return nil, err
	}
	if system == nil {
		return nil, subsumedFault(asked, "is not stored here; store the CodeSystem first")
	}
	if content := system.Get("content").Text(); content != "complete" && content != "fragment" {
		return nil, subsumedFault(asked, "is stored with the content %q; only complete and fragment tell its hierarchy", content)
	}
	if meaning := system.Get("hierarchyMeaning").Text(); meaning != "" && meaning != "is-a" {
		return nil, subsumedFault(asked, "has a hierarchy of the meaning %s, in which no code subsumes another; it would need is-a", meaning)
	}
	h := hierarchyOf(system, asked.Above)
	if !h.has[asked.Code] {
		return nil, subsumedFault(asked, "stored here has no such code")
	}
	reached := h.reach(asked.Code, maxSubsumed)
	if len(reached) > maxSubsumed {
		return nil, subsumedFault(asked, "has more than %d codes there; name one closer to those you look for", maxSubsumed)
	}
	codes := make(search.Or, len(reached))
	for i, code := range reached {
		codes[i] = termOf(asked.Param, asked.System, code)
	}
	return codes, nil
}

func subsumedFault(asked search.Subsumed, format string, args ...any) error {
	modifier := ":below"
	if asked.Above {
		modifier = ":above"
	}
	return &search.ParamError{Param: asked.Param.Code + modifier, Value: asked.System + "|" + asked.Code,
		Reason: "the code system " + fmt.Sprintf(format, args...)}
}

// hierarchy is how the codes of a system lead to each other: up or down.
type hierarchy struct {
	up   bool
	has  map[string]bool
	next map[string][]string
}

// hierarchyOf reads a CodeSystem: concepts within concepts, and the properties
// that name parents and children (codesystem.html#hierarchy).
func hierarchyOf(system *fhirjson.Node, up bool) *hierarchy {
	h := &hierarchy{up: up, has: make(map[string]bool), next: make(map[string][]string)}
	h.concepts(system.Get("concept").Items(), "", relations(system))
	return h
}

func (h *hierarchy) concepts(concepts []*fhirjson.Node, parent string, relations map[string]relation) {
	for _, concept := range concepts {
		code := concept.Get("code").Text()
		h.has[code] = true
		if parent != "" {
			h.link(parent, code)
		}
		for _, property := range concept.Get("property").Items() {
			switch other := property.Get("valueCode").Text(); relations[property.Get("code").Text()] {
			case parentOf:
				h.link(other, code)
			case childOf:
				h.link(code, other)
			}
		}
		h.concepts(concept.Get("concept").Items(), code, relations)
	}
}

func (h *hierarchy) link(parent, child string) {
	switch {
	case parent == "" || child == "":
	case h.up:
		h.next[child] = append(h.next[child], parent)
	default:
		h.next[parent] = append(h.next[parent], child)
	}
}

// reach is the code and all that it leads to, each once, so that a circle ends;
// it stops once it has more than limit.
func (h *hierarchy) reach(code string, limit int) []string {
	reached, seen := []string{code}, map[string]bool{code: true}
	for i := 0; i < len(reached) && len(reached) <= limit; i++ {
		for _, next := range h.next[reached[i]] {
			if !seen[next] {
				seen[next] = true
				reached = append(reached, next)
			}
		}
	}
	return reached
}

// relation is what the code in a concept's property is to the concept.
type relation int

const (
	unrelated relation = iota
	parentOf
	childOf
)

// relations are the properties of a system that say how concepts lie in its
// hierarchy, by the code that the system gives them
// (codesystem-concept-properties.html).
func relations(system *fhirjson.Node) map[string]relation {
	found := map[string]relation{"parent": parentOf, "child": childOf}
	for _, property := range system.Get("property").Items() {
		code := property.Get("code").Text()
		switch property.Get("uri").Text() {
		case "http://hl7.org/fhir/concept-properties#parent":
			found[code] = parentOf
		case "http://hl7.org/fhir/concept-properties#child":
			found[code] = childOf
		case "":
		default:
			found[code] = unrelated
		}
	}
	return found
}
