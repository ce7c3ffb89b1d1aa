package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// hypertension comes with age. Drugs lower the pressure with the months.
type hypertension struct {
	plain
	since     time.Time
	height    int // mm[Hg] above what it would be
	condition *r4.Reference
	treated   bool
}

func (m *hypertension) plan(c *chart) bool {
	years := c.years()
	if years < 30 || !c.chance((years-25)*9) {
		return false
	}
	m.since, m.height = c.ago(c.dice.between(780, 4000)), c.dice.between(26, 38)
	c.every("hypertension", 720, 180, c.doctor, snomed("38341003"))
	return true
}

func (m *hypertension) begin(c *chart) {
	m.condition = c.problem("hypertension", diagnosis{snomed: "38341003", icd10: "I10", onset: m.since})
}

// raised is what the disease adds at a visit: less of it after each half year of care.
func (m *hypertension) raised(c *chart, v *visit) int {
	return m.height - min(m.height*2/3, max(0, 720-days(v.on, c.last()))/20)
}

func (m *hypertension) visit(c *chart, v *visit) {
	if !v.is("hypertension") {
		return
	}
	if !m.treated {
		m.treated = true
		c.prescribe(v, "lisinopril", prescription{status: "active", reason: m.condition, refills: 3, fill: true})
		if m.height > 32 {
			c.prescribe(v, "amlodipine", prescription{status: "active", reason: m.condition, refills: 3})
		}
		c.panel(v, "metabolic")
	}
	if c.story != nil || c.dice.permille(200) {
		m.average(c, v)
	}
}

// average is what the patient measured at home (7.0.0 has a profile for it).
func (m *hypertension) average(c *chart, v *visit) {
	systolic := c.dice.normal(118+m.raised(c, v), 4)
	week := &r4.Period{Start: date(v.on.AddDate(0, 0, -8)), End: date(v.on.AddDate(0, 0, -1))}
	mean := &r4.Observation{
		Status: "final", Category: list(observationCategory("vital-signs")), Code: loinc("96607-7"), Subject: c.patient,
		Encounter: v.encounter, EffectivePeriod: week, Performer: refs(c.patient),
		Component: []r4.Component{
			{Code: loinc("96608-5"), ValueQuantity: millimeters(systolic)},
			{Code: loinc("96609-3"), ValueQuantity: millimeters(systolic*5/9 + 12)},
		},
	}
	if c.rare("average-bp", 2, 20) {
		mean.Component[1].ValueQuantity, mean.Component[1].DataAbsentReason = nil, concept("data-absent-reason", "unknown")
	}
	c.put("average-bp", mean, "us-core-average-blood-pressure")
}
