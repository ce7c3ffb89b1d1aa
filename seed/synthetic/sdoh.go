package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// sdoh asks about food at check-ups, and of those who go hungry it tells what is done.
type sdoh struct {
	plain
	hungry bool
}

func (m *sdoh) plan(c *chart) bool {
	if c.years() < 20 {
		return false
	}
	m.hungry = c.story != nil || c.dice.permille(90)
	return m.hungry || c.dice.permille(250)
}

func (m *sdoh) visit(c *chart, v *visit) {
	if v != c.latest("wellness") {
		return
	}
	scores := []int{0, 0}
	if m.hungry {
		scores = []int{c.dice.between(1, 2), c.dice.between(1, 2)}
	}
	found := &r4.CodeableConcept{Coding: []r4.Coding{*risk(scores[0])}, Text: risk(scores[0]).Display}
	form := c.fillIn(v, hunger, truths, scores, func(o *r4.Observation) { o.ValueCodeableConcept = found }, false)
	if m.hungry {
		m.help(c, v, form)
	}
}

// help is the concern, the goal and the referral, and what the form says in a word.
func (m *sdoh) help(c *chart, v *visit, form *r4.Reference) {
	concern := c.concern(diagnosis{snomed: "733423003", icd10: "Z59.41", onset: v.on.AddDate(0, -3, 0), visit: v, also: []*r4.CodeableConcept{concept("us-core", "sdoh")}})
	c.put("goal", &r4.Goal{
		LifecycleStatus: c.lifecycle(), Description: snomed("1078229009"), Subject: c.patient, StartDate: date(v.on), Addresses: refs(concern),
		Target: []r4.Target{{DueDate: date(v.on.AddDate(0, 6, 0))}},
	}, "us-core-goal")
	c.put("referral", &r4.ServiceRequest{
		Status: "active", Intent: "order", Category: list(concept("us-core", "sdoh"), snomed("410606002")), Code: snomed("467771000124109"), Subject: c.patient,
		Encounter: v.encounter, OccurrencePeriod: &r4.Period{Start: date(v.on), End: date(v.on.AddDate(0, 1, 0))}, AuthoredOn: c.at(v, 20),
		Requester: v.doctor, ReasonReference: refs(concern),
	}, "us-core-servicerequest")
	c.simple(v, "sdoh", snomed("160695008"), func(o *r4.Observation) {
		o.ValueBoolean, o.DerivedFrom = ptr(true), refs(form)
	})
}

// simple writes an Observation of one of US Core's own categories.
func (c *chart) simple(v *visit, category string, code *r4.CodeableConcept, value func(*r4.Observation)) *r4.Reference {
	o := &r4.Observation{
		Status: "final", Category: list(concept("us-core", category)), Code: code, Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 12), Performer: refs(v.doctor),
	}
	value(o)
	return c.put("status", o, "us-core-simple-observation")
}
