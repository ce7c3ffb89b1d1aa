package naive

import (
	"strings"
	"time"
)

// judge decides what a caller may do, at one moment: in a world as it is, with the
// care relationships of the world before what the caller does.
type judge struct {
	w, before *World
	now       time.Time
	caller    *Caller
	bug       Bug
	rules     map[string][]Test // letter and type -> the scopes that say something about it
	reaches   map[string]*reach
	decided   map[letterOf]bool
	referrers map[string][]referrer // of Medication and Substance, and by securityContext
}

type letterOf struct {
	letter byte
	of     *Resource
}

func newJudge(w, before *World, now time.Time, caller *Caller, bug Bug) *judge {
	caller = caller.outside()
	j := &judge{w: w, before: before, now: now, caller: caller, bug: bug}
	j.rules, j.reaches, j.decided = map[string][]Test{}, map[string]*reach{}, map[letterOf]bool{}
	for _, level := range []string{"patient", "user", "system"} {
		j.reaches[level] = caller.reach(level, before, now)
	}
	return j
}

// anything tells whether the caller may do it to any resource of the type, as far
// as the token alone says.
func (j *judge) anything(letter byte, typ string) (bool, error) {
	if j.caller.Unrestricted {
		return true, nil
	}
	rules, err := j.of(letter, typ)
	return len(rules) > 0, err
}

// allows tells whether the caller may do it to the resource.
func (j *judge) allows(letter byte, r *Resource) bool {
	if j.caller.Unrestricted {
		return true
	}
	key := letterOf{letter, r}
	decided, ok := j.decided[key]
	if !ok {
		decided = j.decide(letter, r)
		j.decided[key] = decided
	}
	return decided
}

func (j *judge) decide(letter byte, r *Resource) bool {
	rules, err := j.of(letter, r.Type)
	if err != nil || len(rules) == 0 {
		return false
	}
	if j.bug == AndForUnion {
		return allOf(rules)(r)
	}
	return anyOf(rules)(r)
}

func (j *judge) of(letter byte, typ string) ([]Test, error) {
	key := string(letter) + typ
	if rules, ok := j.rules[key]; ok {
		return rules, nil
	}
	rules := []Test{}
	for _, s := range j.caller.Scopes {
		test, err := j.rule(s, letter, typ)
		if err != nil {
			return nil, err
		}
		if test != nil {
			rules = append(rules, test)
		}
	}
	j.rules[key] = rules
	return rules, nil
}

// rule is what one scope allows: what is in its context and satisfies its
// parameters; nil if it says nothing about the letter and type.
func (j *judge) rule(s Scope, letter byte, typ string) (Test, error) {
	if s.Type != "*" && s.Type != typ || j.bug != IgnoreLetters && !strings.ContainsRune(s.Letters, rune(letter)) {
		return nil, nil
	}
	context := j.context(s.Level, letter, typ)
	if context == nil {
		return nil, nil
	}
	if j.bug == IgnoreScopeParams {
		return context, nil
	}
	params, err := j.params(s, typ)
	if params == nil || err != nil {
		return nil, err
	}
	return allOf([]Test{context, params}), nil
}

// params is the test of a scope's parameters, whose hops are sealed; nil for a type
// that lacks one of them.
func (j *judge) params(s Scope, typ string) (Test, error) {
	if !s.Fits(typ) {
		return nil, nil
	}
	moment := j.now
	if !j.caller.Issued.IsZero() {
		moment = j.caller.Issued
	}
	everything := &asking{w: j.w, now: moment, sees: func(*Resource) bool { return true }}
	return everything.all(typ, s.Params)
}

// context is what a level reaches of a type; nil where it never gives the letter.
func (j *judge) context(level string, letter byte, typ string) Test {
	all := func(*Resource) bool { return true }
	if j.bug == IgnoreContext {
		return all
	}
	r := j.reaches[level]
	switch {
	case r == nil:
		return nil
	case r.everything && typ == "AuditEvent" && (!r.records || letter == 'u' || letter == 'd'):
		return nil
	case r.everything:
		return all
	case !admits(letter, typ):
		return nil
	case contains(directory, typ):
		return func(*Resource) bool { return r.guard }
	case inCharts(typ):
		return j.chart(r, letter, typ)
	}
	return j.linked(level, typ)
}

// chart is the test that a resource is in a chart that is reached. A CareTeam is
// written only where its own patient is, who must be there under a panel.
func (j *judge) chart(r *reach, letter byte, typ string) Test {
	reached := func(ids []string) bool {
		for _, id := range ids {
			if r.patients[id] {
				return r.guard
			}
		}
		return false
	}
	if typ == "CareTeam" && letter != 'r' && letter != 's' {
		return func(team *Resource) bool {
			var own []string
			for _, id := range j.w.patients(team, "patient") {
				if !r.panel || j.w.Get("Patient/"+id) != nil {
					own = append(own, id)
				}
			}
			return reached(own)
		}
	}
	return func(of *Resource) bool { return reached(j.w.Charts(of)) }
}
