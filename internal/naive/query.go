package naive

import (
	"fmt"
	"strings"
	"time"
)

// Query is a search: over types, or a compartment's, or with neither over
// everything. Criteria are its filters; what shapes the answer stands apart.
type Query struct {
	Types       []string
	Compartment string // "Patient/1"
	Criteria    []Pair
	Includes    []Include
	Sort        []string // codes, "-" before one that descends
}

// Include is `_include` or `_revinclude`: of the reference parameter Param of
// Source, or of all where Param is "*", perhaps only to or from Target.
type Include struct {
	Reverse, Iterate bool
	Source, Param    string
	Target           string
}

// Pair is the include as a query has it.
func (i Include) Pair() Pair {
	p := Pair{"_include", i.Source + ":" + i.Param}
	if i.Reverse {
		p.Name = "_revinclude"
	}
	if i.Iterate {
		p.Name += ":iterate"
	}
	if i.Target != "" {
		p.Value += ":" + i.Target
	}
	return p
}

// Oracle answers one caller's searches over a world.
type Oracle struct {
	world *World
	judge *judge
	now   time.Time
	bug   Bug
}

// NewOracle answers for a caller at a moment, with a bug or without.
func NewOracle(w *World, caller *Caller, now time.Time, bug Bug) *Oracle {
	return NewOracleAfter(w, w, caller, now, bug)
}

// NewOracleAfter answers in the middle of a transaction: care relationships are
// those of the world before it.
func NewOracleAfter(w, before *World, caller *Caller, now time.Time, bug Bug) *Oracle {
	return &Oracle{w, newJudge(w, before, now, caller, bug), now, bug}
}

// Answer is what a search finds. Forbidden: nothing allows to search any of its
// types, so that it is refused.
type Answer struct {
	Forbidden bool
	Matches   map[string]*Resource // by key
}

// Allows tells whether the caller may do it to the resource.
func (o *Oracle) Allows(letter byte, r *Resource) bool { return o.judge.allows(letter, r) }

// AllowsSome tells whether the caller may do it to some resource of the type, as far
// as the token alone says; what it does not, is refused before anything is looked up.
func (o *Oracle) AllowsSome(letter byte, typ string) bool { return o.judge.some(letter, typ) }

// AllowsAll tells whether the caller may do it to each resource of the type.
func (o *Oracle) AllowsAll(letter byte, typ string) bool { return o.judge.everything(letter, typ) }

// Ask answers a search.
func (o *Oracle) Ask(q Query) (Answer, error) {
	types := q.Types
	if len(types) == 0 {
		types = AllTypes()
	}
	compartment, _, inCompartment := strings.Cut(q.Compartment, "/")
	if len(q.Types) == 0 && inCompartment {
		types = Members(compartment)
	}
	answer := Answer{Forbidden: true, Matches: map[string]*Resource{}}
	for _, typ := range types {
		may, err := o.judge.anything('s', typ)
		if err != nil {
			return answer, err
		}
		if !may {
			continue
		}
		answer.Forbidden = false
		if err := o.collect(q, typ, answer.Matches); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

func (o *Oracle) collect(q Query, typ string, into map[string]*Resource) error {
	test, err := o.asking().all(typ, q.Criteria)
	if err != nil {
		return err
	}
	compartment, id, _ := strings.Cut(q.Compartment, "/")
	for _, r := range o.world.Of(typ) {
		if q.Compartment != "" && !o.world.in(r, compartment, id) {
			continue
		}
		if o.judge.allows('s', r) && test(r) {
			into[r.Key()] = r
		}
	}
	return nil
}

func (o *Oracle) asking() *asking {
	sees := func(r *Resource) bool { return o.judge.allows('s', r) }
	return &asking{w: o.world, now: o.now, sees: sees, bug: o.bug}
}

// Included are the resources that a page of matches brings along.
func (o *Oracle) Included(includes []Include, page []*Resource) (map[string]*Resource, error) {
	seen, brought := map[string]bool{}, map[string]*Resource{}
	for _, r := range page {
		seen[r.Key()] = true
	}
	for first, from := true, page; len(from) > 0; first = false {
		var next []*Resource
		for _, include := range includes {
			if !first && !include.Iterate {
				continue
			}
			found, err := o.include(include, from)
			if err != nil {
				return nil, err
			}
			for _, r := range found {
				if !seen[r.Key()] {
					seen[r.Key()], brought[r.Key()] = true, r
					next = append(next, r)
				}
			}
		}
		from = next
	}
	return brought, nil
}

func (o *Oracle) include(include Include, from []*Resource) ([]*Resource, error) {
	codes := []string{include.Param}
	if include.Param == "*" {
		codes = Params(include.Source, "reference")
	}
	var found []*Resource
	for _, code := range codes {
		p, err := lookup(include.Source, code)
		if err != nil {
			return nil, err
		}
		if p.kind != "reference" {
			return nil, fmt.Errorf("%s.%s is no reference", include.Source, code)
		}
		if include.Reverse {
			found = append(found, o.referring(p, include.Target, from)...)
		} else {
			found = append(found, o.referred(p, include.Target, from)...)
		}
	}
	return found, nil
}

func (o *Oracle) referred(p *param, target string, from []*Resource) []*Resource {
	var found []*Resource
	for _, r := range from {
		if r.Type != p.typ {
			continue
		}
		for _, v := range o.world.find(r, p) {
			to := o.world.Get(v.ref.typ + "/" + v.ref.id)
			if to != nil && (target == "" || to.Type == target) && o.mayBring('r', to) {
				found = append(found, to)
			}
		}
	}
	return found
}

func (o *Oracle) referring(p *param, target string, to []*Resource) []*Resource {
	wanted := map[string]bool{}
	for _, r := range to {
		if target == "" || r.Type == target {
			wanted[r.Key()] = true
		}
	}
	var found []*Resource
	for _, r := range o.world.Of(p.typ) {
		for _, v := range o.world.find(r, p) {
			if wanted[v.ref.typ+"/"+v.ref.id] && o.mayBring('s', r) {
				found = append(found, r)
			}
		}
	}
	return found
}

func (o *Oracle) mayBring(letter byte, r *Resource) bool {
	return o.bug == IgnoreIncludePolicy || o.judge.allows(letter, r)
}
