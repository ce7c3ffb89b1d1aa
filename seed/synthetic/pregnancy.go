package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// pregnancy of some women between 19 and 42, and what is asked of the others.
type pregnancy struct {
	plain
	conceived time.Time
	due       time.Time
	condition *r4.Reference
	asked     bool
}

func (m *pregnancy) plan(c *chart) bool {
	years := c.years()
	if !c.female() || years < 19 || years > 42 || c.death != nil || !c.chance(70) || c.chronic() {
		return false
	}
	week := c.dice.between(14, 35)
	if c.story != nil {
		week = 29
	}
	m.conceived = c.ago(week * 7)
	if m.conceived.Before(c.delivered.AddDate(0, 4, 0)) {
		return false // the youngest child is too young
	}
	m.due = m.conceived.AddDate(0, 0, 280)
	c.pregnant = true
	midwife := c.clinic.people["obstetrics"]
	for at := 8; at < week; at += 4 {
		c.planVisit("pregnancy", (week-at)*7, prenatal, midwife, snomed("77386006"))
	}
	return true
}

// chronic tells whether the patient takes drugs that harm an unborn child: lisinopril
// and atorvastatin. There are pregnant women who had to change them, but not here.
func (c *chart) chronic() bool {
	for _, m := range c.modules {
		switch m.(type) {
		case *hypertension, *diabetes:
			return true
		}
	}
	return false
}

func (m *pregnancy) begin(c *chart) {
	m.condition = c.problem("pregnancy", diagnosis{snomed: "77386006", icd10: "Z34.90", onset: m.conceived, recorded: m.conceived.AddDate(0, 0, 56)})
}

// gained is the weight gained until a day, in g: 400 a week after the first twelve.
func (m *pregnancy) gained(on time.Time) int { return max(0, days(m.conceived, on)-84) * 57 }

func (m *pregnancy) visit(c *chart, v *visit) {
	if !v.is("pregnancy") {
		return
	}
	c.social(v, "pregnancy-status", "82810-3", snomed("77386006"), "us-core-observation-pregnancystatus")
	if !m.asked {
		m.asked = true
		c.put("due-date", &r4.Observation{
			Status: "final", Category: list(observationCategory("exam")), Code: loinc("11778-8"), Subject: c.patient, Encounter: v.encounter,
			EffectiveDateTime: c.at(v, 10), Performer: refs(v.doctor), ValueDateTime: date(m.due),
		}, "us-core-observation-clinical-result")
		c.prescribe(v, "folic", prescription{status: "active", reason: m.condition, refills: 2})
		c.panel(v, "count", found{"718-7", c.dice.normal(108, 5)})
		c.prescribe(v, "iron", prescription{status: "active", reason: m.condition, refills: 2})
	}
	week := days(m.conceived, v.on) / 7
	if week >= 18 && week < 24 {
		c.scan(v)
	}
	if week < 18 {
		return // the womb is too low to be measured so
	}
	c.put("fundal-height", &r4.Observation{
		Status: "final", Category: list(observationCategory("exam")), Code: loinc("11881-0"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 11), Performer: refs(v.doctor), ValueQuantity: quantity(whole(week+c.dice.between(-1, 1)), "cm"),
	}, "us-core-observation-clinical-result")
}

// scan is the ultrasound of the middle of the pregnancy.
func (c *chart) scan(v *visit) {
	order := c.put("order", &r4.ServiceRequest{
		Status: "completed", Intent: "order", Category: list(snomed("363679005")), Code: snomed("268445003"), Subject: c.patient,
		Encounter: v.encounter, OccurrenceDateTime: c.during(v, 20), AuthoredOn: c.at(v, 12), Requester: v.doctor,
	}, "us-core-servicerequest")
	c.put("procedure", &r4.Procedure{
		BasedOn: refs(order), Status: "completed", Code: snomed("268445003"), Subject: c.patient, Encounter: v.encounter,
		PerformedDateTime: c.during(v, 20), Performer: []r4.Performer{{Actor: v.doctor}},
	}, "us-core-procedure")
}
