package synthetic

import (
	"slices"
	"strconv"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// visit is a contact with care that modules plan together.
type visit struct {
	key       string
	on        time.Time
	minute    int // of the day, when it begins
	kind      *visitKind
	reasons   []*r4.CodeableConcept
	doctor    *r4.Reference
	purposes  []string // the modules that planned it
	encounter *r4.Reference
	results   []*r4.Reference // Observations of the visit that documents may cite
	wants     []string        // laboratory panels that are drawn already
	chest     bool            // somebody should look at the chest
}

// visitKind is a kind of visit: class of the Encounter, type, how long it takes.
type visitKind struct {
	class, snomed, cpt string
	minutes            int
	inpatient          bool
}

var (
	checkup   = &visitKind{"AMB", "185349003", preventive, 30, false}
	wellChild = &visitKind{"AMB", "410620009", preventive, 25, false}
	followUp  = &visitKind{"AMB", "390906007", "99213", 20, false}
	symptom   = &visitKind{"AMB", "185345009", "99213", 15, false}
	prenatal  = &visitKind{"AMB", "424619006", "", 25, false}
	emergency = &visitKind{"EMER", "50849002", "99284", 180, false}
	remote    = &visitKind{"VR", "448337001", "99441", 15, false}
	stay      = &visitKind{"IMP", "32485007", "", 3 * 24 * 60, true}
)

// preventive is in the place of CPT's code for a check-up, which depends on the age.
const preventive = "preventive"

// preventiveCode is CPT's code for a check-up of a patient who was there before.
func preventiveCode(years int) string {
	for _, to := range []struct {
		years int
		code  string
	}{{1, "99391"}, {5, "99392"}, {12, "99393"}, {18, "99394"}, {40, "99395"}, {65, "99396"}} {
		if years < to.years {
			return to.code
		}
	}
	return "99397"
}

// nearby is how many days two plans may lie apart and be one visit.
const nearby = 25

// plan adds a visit for a module, or joins one of the same place that is planned for
// about that time. It is nil where the patient was not born yet, or dead.
func (c *chart) planVisit(purpose string, ago int, kind *visitKind, doctor *r4.Reference, reasons ...*r4.CodeableConcept) *visit {
	on := c.workday(c.ago(ago), kind)
	if on.Before(c.birth) || !on.Before(c.last()) {
		return nil
	}
	for _, v := range c.visits {
		apart := days(v.on, on)
		if v.kind.class == kind.class && kind.class == "AMB" && v.doctor == doctor && apart > -nearby && apart < nearby {
			v.purposes, v.reasons = append(v.purposes, purpose), append(v.reasons, reasons...)
			return v
		}
	}
	v := &visit{key: purpose + " " + strconv.Itoa(ago), on: on, minute: 8*60 + 5*c.dice.below(100), kind: kind, doctor: doctor, reasons: reasons, purposes: []string{purpose}}
	c.visits = append(c.visits, v)
	return v
}

// workday is the day, or the Friday before it, unless the place is always open.
func (c *chart) workday(on time.Time, kind *visitKind) time.Time {
	if kind == emergency || kind == stay {
		return on
	}
	switch on.Weekday() {
	case time.Saturday:
		return on.AddDate(0, 0, -1)
	case time.Sunday:
		return on.AddDate(0, 0, -2)
	}
	return on
}

// every plans visits from so many days ago until now, at about this distance.
func (c *chart) every(purpose string, from, distance int, doctor *r4.Reference, reasons ...*r4.CodeableConcept) {
	for ago := from; ago > 2; ago -= distance + c.dice.between(-distance/10, distance/10) {
		c.planVisit(purpose, ago, followUp, doctor, reasons...)
	}
}

func (c *chart) sortVisits() {
	slices.SortStableFunc(c.visits, func(a, b *visit) int { return a.on.Compare(b.on) })
}

// is tells whether the visit is for a module.
func (v *visit) is(purpose string) bool { return slices.Contains(v.purposes, purpose) }

// latest is the last visit for a module, nil if there is none.
func (c *chart) latest(purpose string) *visit {
	for _, v := range slices.Backward(c.visits) {
		if v.is(purpose) {
			return v
		}
	}
	return nil
}

// at is a time after the beginning of the visit, in the zone of the patient's town.
func (c *chart) at(v *visit, minutes int) string {
	return instant(v.on, v.minute+minutes, c.home.hours)
}

// during is at, or the end of a visit that is over by then.
func (c *chart) during(v *visit, minutes int) string {
	return c.at(v, min(minutes, v.kind.minutes))
}

// period is the time of a visit.
func (c *chart) period(v *visit) *r4.Period {
	return &r4.Period{Start: c.at(v, 0), End: c.at(v, v.kind.minutes)}
}

// encounter writes a visit.
func (c *chart) encounter(v *visit) {
	kind := snomed(v.kind.snomed)
	if code := v.kind.cpt; code == preventive {
		kind = both(kind, concept("cpt", preventiveCode(age(c.birth, v.on))))
	} else if code != "" {
		kind = both(kind, concept("cpt", code))
	}
	place := c.clinic.office
	at := c.clinic.organization
	switch {
	case v.kind == emergency:
		place, at = c.clinic.emergency, c.clinic.hospital
	case v.kind.inpatient:
		place, at = c.clinic.ward, c.clinic.hospital
	}
	e := &r4.Encounter{
		Status: "finished", Class: coding("v3-ActCode", v.kind.class), Type: list(kind), Subject: c.patient,
		Participant: []r4.EncounterParticipant{{
			Type: list(concept("v3-ParticipationType", "PPRF")), Period: c.period(v), Individual: v.doctor,
		}},
		Period: c.period(v), ReasonCode: list(v.reasons...), Location: []r4.EncounterLocation{{Location: place}}, ServiceProvider: at,
	}
	if v.kind == emergency || v.kind.inpatient {
		home := &r4.CodeableConcept{Coding: []r4.Coding{*coding("discharge", "01"), *coding("discharge-7", "01")}, Text: "Discharged to Home"}
		e.Hospitalization = &r4.Hospitalization{DischargeDisposition: home}
	}
	for _, p := range c.problems {
		if v.is(p.name) {
			e.ReasonReference = append(e.ReasonReference, *p.condition)
		}
	}
	number := strconv.Itoa(c.counts["visit"] + 1)
	e.Identifier = []r4.Identifier{{System: "https://granary.example/visits", Value: c.mrn + "-" + number}}
	v.encounter = c.put("visit", e, "us-core-encounter")
}
