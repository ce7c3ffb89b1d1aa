package naive

import (
	"net/url"
	"strings"
	"time"
)

// Scope is one SMART scope: a level (patient, user, system), a type or `*`,
// letters of `cruds` in order, and search parameters.
type Scope struct {
	Level, Type, Letters string
	Params               []Pair
}

// String is the scope as SMART v2 spells it, its values percent-encoded.
func (s Scope) String() string {
	text := s.Level + "/" + s.Type + "." + s.Letters
	for i, p := range s.Params {
		text += []string{"&", "?"}[btoi(i == 0)] + p.Name + "=" + url.QueryEscape(p.Value)
	}
	return text
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Loose is the scope with as little percent-encoding as possible.
func (s Scope) Loose() string {
	text := s.Level + "/" + s.Type + "." + s.Letters
	for i, p := range s.Params {
		value := strings.NewReplacer("%", "%25", "&", "%26", " ", "%20", "+", "%2B", "#", "%23").Replace(p.Value)
		text += []string{"&", "?"}[btoi(i == 0)] + p.Name + "=" + value
	}
	return text
}

// V1 is the scope as SMART v1 spells it, if it can.
func (s Scope) V1() (string, bool) {
	verb, ok := map[string]string{"rs": "read", "cud": "write", "cruds": "*"}[s.Letters]
	return s.Level + "/" + s.Type + "." + verb, ok && len(s.Params) == 0
}

// Caller is who asks: the zero Caller has no scopes and sees nothing.
type Caller struct {
	Unrestricted bool
	Scopes       []Scope
	Patient      string // logical id of the launch patient
	User         string // "Practitioner/1", whose panel is everyone, or "Patient/1"
}

// judge decides what a caller may do, at one moment.
type judge struct {
	w      *World
	now    time.Time
	caller *Caller
	bug    Bug
	rules  map[string][]Test // letter and type -> the scopes that say something about it
}

func newJudge(w *World, now time.Time, caller *Caller, bug Bug) *judge {
	return &judge{w, now, caller, bug, map[string][]Test{}}
}

// anything tells whether the caller may do it to any resource of the type.
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
// parameters; nil if it says nothing about the letter and type. A type that
// lacks one of the parameters is not granted.
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
	for _, p := range s.Params {
		name, _, _ := strings.Cut(p.Name, ":")
		name, _, _ = strings.Cut(name, ".")
		if _, err := lookup(typ, name); err != nil && name != "_has" {
			return nil, nil
		}
	}
	everything := &asking{w: j.w, now: j.now, sees: func(*Resource) bool { return true }} // sealed
	params, err := everything.all(typ, s.Params)
	return allOf([]Test{context, params}), err
}

// context is what a level reaches; nil where it reaches nothing.
func (j *judge) context(level string, letter byte, typ string) Test {
	patient := j.caller.Patient
	user, ofPatient := strings.CutPrefix(j.caller.User, "Patient/")
	switch {
	case level == "system", level == "user" && strings.HasPrefix(j.caller.User, "Practitioner/"), j.bug == IgnoreContext:
		return func(*Resource) bool { return true }
	case level == "user" && ofPatient:
		patient = user
	case level == "user":
		return nil
	}
	switch _, member := compartments["Patient"][typ]; {
	case patient == "":
		return nil
	case contains(directory, typ):
		if letter != 'r' && letter != 's' {
			return nil
		}
		return func(*Resource) bool { return true }
	case member:
		return func(r *Resource) bool { return j.w.InChart(r, patient) }
	}
	return nil
}
