package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// diabetes of type 2: HbA1c falls under metformin, and of some it rises again until
// insulin is added.
type diabetes struct {
	plain
	since     time.Time
	worst     int // HbA1c at the beginning of the chart, in tenths of %
	stubborn  bool
	started   bool
	insulin   bool
	condition *r4.Reference
}

func (m *diabetes) plan(c *chart) bool {
	years := c.years()
	if years < 35 || !c.chance((years-30)*4+c.bodyZ/40) {
		return false
	}
	m.since, m.worst, m.stubborn = c.ago(c.dice.between(760, 3000)), c.dice.between(78, 96), c.dice.permille(300)
	c.every("diabetes", 700, 95, c.doctor, snomed("44054006"))
	return true
}

func (m *diabetes) begin(c *chart) {
	m.condition = c.problem("diabetes", diagnosis{snomed: "44054006", icd10: "E11.9", onset: m.since})
	c.put("goal", &r4.Goal{
		LifecycleStatus: c.lifecycle(), AchievementStatus: concept("goal-achievement", "in-progress"), Description: snomed("408591000"), Subject: c.patient,
		StartDate: date(c.ago(700)), Addresses: refs(m.condition),
		Target: []r4.Target{{Measure: loinc("4548-4"), DetailQuantity: quantity(decimal(70, 1), "%"), DueDate: date(c.today.AddDate(0, 3, 0))}},
	}, "us-core-goal")
}

// a1c is HbA1c at a visit, in tenths of %.
func (m *diabetes) a1c(c *chart, v *visit) int {
	since := max(0, 700-days(v.on, c.last()))
	value := m.worst - min(since/25, (m.worst-66)*2/3)
	if m.stubborn {
		value += since / 45
	}
	return c.dice.normal(value, 1)
}

func (m *diabetes) visit(c *chart, v *visit) {
	if !v.is("diabetes") {
		return
	}
	a1c := m.a1c(c, v)
	glucose := found{"2345-7", c.dice.normal(a1c*287/100-47, 9)}
	c.panel(v, "a1c", found{"4548-4", a1c})
	if !m.started {
		m.started = true
		c.prescribe(v, "metformin", prescription{status: "active", reason: m.condition, refills: 3, fill: true})
		c.panel(v, "lipids", found{"13457-7", c.dice.normal(128, 14)})
		c.prescribe(v, "atorvastatin", prescription{status: "active", reason: m.condition, refills: 3})
	}
	if m.stubborn && !m.insulin && a1c > 80 && days(v.on, c.last()) < 300 {
		m.insulin = true
		c.prescribe(v, "glargine", prescription{status: "active", reason: m.condition, refills: 5, fill: true})
	}
	if c.dice.permille(400) {
		c.panel(v, "metabolic", glucose)
	}
	if c.dice.permille(250) {
		c.panel(v, "kidney", found{"9318-7", c.dice.normal(24, 12)})
	}
}
