package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// terminology are the value sets and code systems of packages, by URL without
// version. The first that has a URL defines it.
type terminology struct {
	valueSets   map[string]*fhirjson.Node
	codeSystems map[string]*fhirjson.Node
	known       func(canonical string) *ValueSet // what is not in the packages; nil if unknown
}

// expansion works out the codes of one value set.
type expansion struct {
	terminology
	within []string             // the value sets that are being expanded: they may take each other in
	done   map[string]*ValueSet // and those that were: many may take in the same one
}

// expand is what is known of a value set, nil if it is not known at all.
func (t terminology) expand(url string) *ValueSet {
	e := expansion{terminology: t, done: make(map[string]*ValueSet)}
	return e.valueSet(url)
}

func (e *expansion) valueSet(canonical string) *ValueSet {
	url, _, _ := strings.Cut(canonical, "|")
	n := e.valueSets[url]
	if n == nil {
		return e.known(canonical)
	}
	if slices.Contains(e.within, url) {
		return nil
	}
	if v := e.done[url]; v != nil {
		return v
	}
	e.within = append(e.within, url)
	defer func() { e.within = e.within[:len(e.within)-1] }()
	v := &ValueSet{URL: url, Systems: make(map[string]*Codes)}
	for _, include := range n.At("compose", "include").Items() {
		v.add(e.part(include))
	}
	for _, exclude := range n.At("compose", "exclude").Items() {
		v.subtract(e.part(exclude))
	}
	if n.Get("compose") == nil {
		v.Open = true
	}
	if !v.Enumerated() {
		v.expanded(n.Get("expansion"))
	}
	e.done[url] = v
	return v
}

// expanded takes the codes of an expansion that the package has, if it is whole.
func (v *ValueSet) expanded(expansion *fhirjson.Node) {
	systems := make(map[string]*Codes)
	count := 0
	var collect func(n *fhirjson.Node)
	collect = func(n *fhirjson.Node) {
		for _, contained := range n.Items() {
			count++
			if code := contained.Get("code").Text(); code != "" {
				system := contained.Get("system").Text()
				if systems[system] == nil {
					systems[system] = &Codes{}
				}
				systems[system].Listed = append(systems[system].Listed, code)
			}
			collect(contained.Get("contains"))
		}
	}
	collect(expansion.Get("contains"))
	if count == 0 || expansion.Get("total").Text() != strconv.Itoa(count) || expansion.Get("offset") != nil {
		return
	}
	for _, codes := range systems {
		codes.Listed = union(codes.Listed, nil)
	}
	v.Systems, v.Open = systems, false
}

// part is what one include or exclude names: the codes that it lists or filters,
// as far as they are in all the value sets that it names too.
func (e *expansion) part(n *fhirjson.Node) *ValueSet {
	v := e.codes(n)
	for _, canonical := range n.Get("valueSet").Items() {
		other := e.valueSet(canonical.Text())
		if other == nil {
			other = &ValueSet{Open: true}
		}
		if v == nil {
			v = other
		} else {
			v = intersection(v, other)
		}
	}
	if v == nil {
		return &ValueSet{Open: true}
	}
	return v
}

// codes are those of the system that an include names; nil if it names none.
func (e *expansion) codes(n *fhirjson.Node) *ValueSet {
	system, _, _ := strings.Cut(n.Get("system").Text(), "|")
	if system == "" {
		return nil
	}
	codes := &Codes{}
	definition := e.codeSystems[system]
	filters := n.Get("filter").Items()
	switch {
	case n.Get("concept") != nil:
		codes.Listed = listed(n.Get("concept"))
	case definition == nil || definition.Get("content").Text() != "complete":
		codes.Extent = Whole
		if len(filters) > 0 {
			codes.Extent = Part
		}
	default:
		codes = filtered(definition, filters)
	}
	return &ValueSet{Systems: map[string]*Codes{system: codes}}
}

// listed are the codes of concepts and of those below them, sorted. Abstract ones
// are among them: R4 does not say that an instance may not have those.
func listed(concepts *fhirjson.Node) []string {
	var codes []string
	var collect func(n *fhirjson.Node)
	collect = func(n *fhirjson.Node) {
		for _, concept := range n.Items() {
			codes = append(codes, concept.Get("code").Text())
			collect(concept.Get("concept"))
		}
	}
	collect(concepts)
	slices.Sort(codes)
	return slices.Compact(codes)
}
