package profile

import "sync"

// A plan is a profile made ready to check by: the tree of its elements with
// everything looked up. It is made when it is first needed.
type plan struct {
	make sync.Once
	root *node
	// bare are the keys of constraints if nobody evaluates them.
	bare []string
}

// node is an element in the tree. What it does not demand beyond R4 is its zero
// value.
type node struct {
	element  *Element // never nil; of what only leads to others it says nothing
	access   access
	types    []string // of which its values may be
	min, max int      // max unbounded
	allowed  []string // the types that are allowed, nil if all of R4's
	profiles []typeProfiles
	targets  *targets
	binding  *bindingCheck
	rules    []*rule
	children []*node
	slices   []*slice
	content  *node // whose children it has
}

// typeProfiles are profiles one of which values of a type must meet.
type typeProfiles struct {
	typ     string
	known   []*Profile
	unknown []string
}

// slice is an element that is a slice, and how it is told from others.
type slice struct {
	*node
	name     string
	matchers []matcher
}

// plan makes the places of all plans, so that the map is never changed later.
func (s *Set) plan() {
	s.plans = make(map[*Profile]*plan)
	for _, p := range s.Profiles() {
		s.plans[p] = new(plan)
	}
}

// planOf is the plan of a profile of the set; nil of any other.
func (s *Set) planOf(p *Profile) *plan {
	plan := s.plans[p]
	if plan != nil {
		plan.make.Do(func() { planner{set: s, profile: p, plan: plan}.build() })
	}
	return plan
}
