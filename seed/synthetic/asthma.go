package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// asthma begins in childhood. Some have an attack and come to the emergency room.
type asthma struct {
	plain
	since     time.Time
	attack    *visit
	started   bool
	condition *r4.Reference
}

func (m *asthma) plan(c *chart) bool {
	years := c.years()
	if years < 4 || !c.chance(90) {
		return false
	}
	m.since = c.birth.AddDate(min(years-1, c.dice.between(3, 9)), 0, c.dice.between(0, 300))
	c.every("asthma", min(500, days(m.since, c.last())-nearby), 170, c.doctor, snomed("195967001"))
	if c.story != nil || c.dice.permille(350) {
		m.attack = c.planVisit("attack", c.dice.between(3, min(400, max(4, days(m.since, c.last())-5))), emergency, c.doctor, snomed("708038006"))
		if m.attack != nil {
			m.attack.chest = true
		}
	}
	return true
}

func (m *asthma) begin(c *chart) {
	m.condition = c.problem("asthma", diagnosis{snomed: "195967001", icd10: "J45.909", onset: m.since})
	c.put("plan", &r4.CarePlan{
		Resource: r4.Resource{Text: &r4.Narrative{Status: "additional", Div: narrative("Asthma action plan: fluticasone every day, albuterol when short of breath, and the emergency room when it does not help.")}},
		Status:   "active", Intent: "plan", Category: list(concept("careplan", "assess-plan")), Title: "Asthma action plan", Subject: c.patient,
		Period: &r4.Period{Start: date(later(m.since, c.ago(500)))}, Author: c.doctor, Addresses: refs(m.condition),
	}, "us-core-careplan")
}

func (m *asthma) visit(c *chart, v *visit) {
	if v == m.attack {
		c.diagnosed(diagnosis{snomed: "708038006", icd10: "J45.901", onset: v.on, ended: v.on.AddDate(0, 0, 2), visit: v})
		c.oximetry(v, c.dice.between(88, 93), true)
		return
	}
	if !v.is("asthma") {
		return
	}
	if !m.started {
		m.started = true
		c.prescribe(v, "albuterol", prescription{status: "active", reason: m.condition, refills: 5, fill: true})
		c.prescribe(v, "fluticasone", prescription{status: "active", reason: m.condition, refills: 5})
	}
	flow := 120 + 4*(c.height(v)-1000)*10/100
	c.put("peak-flow", &r4.Observation{
		Status: "final", Category: list(observationCategory("procedure")), Code: loinc("19935-6"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 10), Performer: refs(v.doctor), ValueQuantity: quantity(whole(c.dice.normal(max(flow, 80), 12)), "L/min"),
	}, "us-core-observation-clinical-result")
}

// narrative is a paragraph as XHTML. The words must have no character that XML needs.
func narrative(words string) string {
	return `<div xmlns="http://www.w3.org/1999/xhtml"><p>` + words + `</p></div>`
}
