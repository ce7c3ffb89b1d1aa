package profile

import (
	"fmt"
	"strings"
)

// A step is one part of a discriminator's path.
type step struct {
	kind stepKind
	name string // of the element; the url of the extension; the type
}

type stepKind int

const (
	toElement   stepKind = iota
	toExtension          // extension('url')
	toType               // ofType(T)
	toResolved           // resolve()
)

// maxPath is how many parts a discriminator's path may have.
const maxPath = 30

// parsePath reads the part of FHIRPath that discriminators may have
// (https://hl7.org/fhir/R4/profiling.html#discriminator).
func parsePath(path string) ([]step, error) {
	var steps []step
	for rest := path; rest != ""; {
		if len(steps) == maxPath {
			return nil, fmt.Errorf("it has more than %d parts", maxPath)
		}
		var part string
		part, rest = cutStep(rest)
		name, argument, call := strings.Cut(part, "(")
		argument, closed := strings.CutSuffix(argument, ")")
		if call && !closed {
			return nil, fmt.Errorf("%q is not closed", path)
		}
		argument = strings.Trim(argument, `'"`)
		switch {
		case part == "$this":
		case !call:
			steps = append(steps, step{toElement, name})
		case name == "resolve" && argument == "":
			steps = append(steps, step{toResolved, ""})
		case name == "extension":
			steps = append(steps, step{toExtension, argument})
		case name == "ofType":
			steps = append(steps, step{toType, argument})
		default:
			return nil, fmt.Errorf("%q has the function %s, which discriminators have not", path, name)
		}
	}
	return steps, nil
}

// cutStep cuts the first part off a path, at a dot outside of parentheses.
func cutStep(path string) (part, rest string) {
	depth := 0
	for i := range len(path) {
		switch path[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '.':
			if depth == 0 {
				return path[:i], path[i+1:]
			}
		}
	}
	return path, ""
}

const extensionURL = "url"

// selector finds the values that a path leads to.
type selector struct {
	steps    []step
	accesses []access // of the steps to elements and extensions
}

// newSelector looks up the names of a path in the types that it begins in.
func newSelector(types []string, steps []step) selector {
	s := selector{steps: steps, accesses: make([]access, len(steps))}
	for i, step := range steps {
		switch step.kind {
		case toElement:
			s.accesses[i], types = newAccess(types, step.name)
		case toExtension:
			s.accesses[i], types = newAccess(types, "extension")
		case toType:
			types = []string{step.name}
		case toResolved:
			types = nil
		}
	}
	return s
}

// find returns the values. It is not sure of them if one is in a resource that is
// not at hand.
func (s *selector) find(r *run, from *value) (found []value, sure bool) {
	found, sure = []value{*from}, true
	for i, step := range s.steps {
		var next []value
		for j := range found {
			v := &found[j]
			switch step.kind {
			case toElement:
				if v.node == nil && v.companion == nil {
					sure = false // a resource of which but the type is known
				}
				next = append(next, s.accesses[i].values(v)...)
			case toExtension:
				for _, extension := range s.accesses[i].values(v) {
					if extension.node.Get(extensionURL).Text() == step.name {
						next = append(next, extension)
					}
				}
			case toType:
				if v.typ == step.name {
					next = append(next, *v)
				}
			case toResolved:
				next = append(next, r.resolve(v))
			}
		}
		found = next
	}
	return found, sure
}

// resolve is what a reference leads to: a contained resource, or a value of which
// at most the type is known.
func (r *run) resolve(v *value) value {
	typ, contained := r.referred(v.node)
	if contained != nil {
		return *contained
	}
	return value{typ: typ, up: v.up, name: v.name, index: v.index}
}
