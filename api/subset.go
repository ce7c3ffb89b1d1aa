package api

import (
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// subset is the part of a resource that a client wants to see
// (search.html#summary, search.html#elements). The zero subset is all of it.
type subset struct {
	summary  string   // "", true, text, data, count, false
	elements []string // names of elements at the top level; none for all
}

// whole tells whether nothing is left out.
func (s subset) whole() bool {
	return len(s.elements) == 0 && (s.summary == "" || s.summary == "false")
}

// countOnly tells whether only the number of results is wanted.
func (s subset) countOnly() bool { return s.summary == "count" }

// pairs are the parameters again.
func (s subset) pairs() []search.Pair {
	var pairs []search.Pair
	if s.summary != "" {
		pairs = append(pairs, search.Pair{Name: "_summary", Value: s.summary})
	}
	if len(s.elements) > 0 {
		pairs = append(pairs, search.Pair{Name: "_elements", Value: strings.Join(s.elements, ",")})
	}
	return pairs
}

// readView takes the parameters of a read: the two of a subset, and no others.
func (r *request) readView() (subset, error) {
	shown, err := r.takeSubset()
	if err != nil {
		return subset{}, err
	}
	if shown.countOnly() {
		return subset{}, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "_summary=count is for searches; a read takes true, text, data or false").at("http._summary")
	}
	return shown, r.done()
}

// takeSubset takes `_summary` and `_elements`.
func (r *request) takeSubset() (subset, error) {
	var s subset
	s.summary, _ = r.take("_summary")
	if s.summary != "" && !slices.Contains([]string{"true", "text", "data", "count", "false"}, s.summary) {
		return subset{}, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "_summary is true, text, data, count or false").at("http._summary")
	}
	list, _ := r.take("_elements")
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			s.elements = append(s.elements, name)
		}
	}
	return s, r.checkElements(s.elements)
}

// checkElements refuses names that the type in the path does not have.
func (r *request) checkElements(names []string) error {
	structure, ok := definitions.LookupStructure(r.typ)
	if !ok || r.lenient() {
		return nil
	}
	for _, name := range names {
		if _, ok := structure.Element(strings.TrimSuffix(name, "[x]")); !ok {
			return &search.ParamError{Param: "_elements", Value: name, Reason: r.typ + " has no element of this name at its top level"}
		}
	}
	return nil
}

// apply returns the part of a resource that is wanted, marked as incomplete by
// the tag SUBSETTED. The whole is returned as it is.
func (s subset) apply(typ string, body []byte) ([]byte, error) {
	if s.whole() {
		return body, nil
	}
	resource, err := fhirjson.Parse(body)
	if err != nil {
		return nil, err
	}
	structure, ok := definitions.LookupStructure(typ)
	if !ok {
		return body, nil
	}
	var b fhirjson.Builder
	tagged := false
	for _, m := range resource.Members() {
		if m.Name == "meta" {
			b.Add("meta", subsetted(m.Value))
			tagged = true
		} else if m.Name == "resourceType" || m.Name == "id" {
			b.Add(m.Name, m.Value.Raw())
		} else if e, of, ok := property(structure, m.Name); ok && s.keeps(e) {
			b.Add(m.Name, s.part(of, m.Value))
		}
	}
	if !tagged {
		b.Add("meta", subsetted(nil))
	}
	return b.Bytes(), nil
}

// keeps tells whether an element at the top level is part of the subset. Beside
// what is asked for these are the elements that must be there, and those that
// change the meaning of others.
func (s subset) keeps(e *definitions.Element) bool {
	if len(s.elements) > 0 && !s.names(e) && e.Min == 0 && !e.Modifier {
		return false
	}
	switch s.summary {
	case "true":
		return inSummary(e)
	case "text":
		return e.Name == "text" || e.Min > 0
	case "data":
		return e.Name != "text"
	}
	return true
}

// names tells whether `_elements` has the element.
func (s subset) names(e *definitions.Element) bool {
	return slices.ContainsFunc(s.elements, func(name string) bool {
		return strings.TrimSuffix(name, "[x]") == e.Name
	})
}

func inSummary(e *definitions.Element) bool { return e.Summary || e.Modifier || e.Min > 0 }

// part is what of an element's value is in the subset: for `_summary=true` the
// definitions say it down to the last element.
func (s subset) part(typ definitions.TypeRef, value *fhirjson.Node) []byte {
	structure, ok := definitions.LookupStructure(typ.Code)
	if s.summary != "true" || !ok {
		return value.Raw()
	}
	switch value.Kind() {
	case fhirjson.Array:
		return summaryOfAll(structure, value)
	case fhirjson.Object:
		return summaryOf(structure, value)
	}
	return value.Raw()
}

// property finds the element that a JSON name belongs to. The companion of a
// primitive belongs to the primitive.
func property(s *definitions.Structure, name string) (*definitions.Element, definitions.TypeRef, bool) {
	if companion, ok := strings.CutPrefix(name, "_"); ok {
		e, _, ok := s.Property(companion)
		return e, definitions.TypeRef{}, ok
	}
	return s.Property(name)
}
