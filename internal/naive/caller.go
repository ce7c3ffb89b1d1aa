package naive

import (
	"strings"
	"time"
)

// Caller is who asks: the zero Caller has no scopes and sees nothing.
type Caller struct {
	Unrestricted bool
	Scopes       []Scope
	Patient      string    // logical id of the launch patient
	User         string    // "Practitioner/1", "PractitionerRole/1", "Patient/1", "RelatedPerson/1", "Person/1"
	Also         []string  // what else the user acts as
	Care         bool      // practitioners reach their panel, and not everyone
	Admin        bool      // the user looks after the server
	Issued       time.Time // when the grant was made, by which `ap` in a scope is measured; zero for now
}

// reach is what a level of scopes is about.
type reach struct {
	everything, records bool
	guard               bool            // else nothing
	patients            map[string]bool // whose charts
	panel               bool            // these come of care relationships, and not of the context
}

// reach is what a level means for the caller; nil where it means nothing at all,
// so that a scope of that level is refused. Panels are those of a world as it was
// before the request.
func (c *Caller) reach(level string, before *World, now time.Time) *reach {
	switch level {
	case "system":
		return &reach{everything: true, records: true, guard: true}
	case "user":
		return c.userReach(before, now)
	}
	return c.patientReach(before, now)
}

func (c *Caller) userReach(before *World, now time.Time) *reach {
	if c.Admin {
		return &reach{everything: true, records: true, guard: true}
	}
	if !c.canHavePatients() {
		return nil
	}
	all := &reach{guard: true, patients: map[string]bool{}, panel: len(c.Also) > 0 || !strings.HasPrefix(c.User, "Patient/")}
	for _, party := range c.parties() {
		typ, id, _ := strings.Cut(party, "/")
		switch {
		case typ == "Patient":
			all.patients[id] = true
		case c.everyone(typ):
			return &reach{everything: true, guard: true}
		default:
			for patient := range before.Panel(party, now) {
				all.patients[patient] = true
			}
		}
	}
	return all
}

// patientReach is the launch patient's chart: for a user who is a patient, if it is
// theirs, and for one with a panel, as long as the patient is in it.
func (c *Caller) patientReach(before *World, now time.Time) *reach {
	if c.Patient == "" {
		return nil
	}
	own := &reach{patients: map[string]bool{c.Patient: true}}
	if c.User == "" || c.Admin {
		own.guard = true
		return own
	}
	if !c.canHavePatients() {
		return nil
	}
	possible := false
	for _, party := range c.parties() {
		typ, id, _ := strings.Cut(party, "/")
		switch {
		case typ == "Patient":
			own.guard = own.guard || id == c.Patient
			possible = possible || id == c.Patient
		case c.everyone(typ):
			own.guard, possible = true, true
		default:
			own.guard = own.guard || before.Panel(party, now)[c.Patient]
			possible = true
		}
	}
	if !possible {
		return nil
	}
	return own
}

func (c *Caller) parties() []string { return append([]string{c.User}, c.Also...) }

func (c *Caller) canHavePatients() bool {
	for _, party := range c.parties() {
		typ, _, _ := strings.Cut(party, "/")
		if !contains([]string{"Practitioner", "PractitionerRole", "Patient", "RelatedPerson"}, typ) {
			return false
		}
	}
	return true
}

func (c *Caller) everyone(typ string) bool {
	return !c.Care && (typ == "Practitioner" || typ == "PractitionerRole")
}
