package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// transition is the care of transgender people: hormones, and levels of them.
type transition struct {
	plain
	condition *r4.Reference
	started   bool
}

func (m *transition) plan(c *chart) bool {
	if c.story == nil {
		return false // of everybody else nothing is told
	}
	c.every("transition", 600, 180, c.clinic.people["endocrinology"])
	return true
}

func (m *transition) begin(c *chart) {
	m.condition = c.problem("transition", diagnosis{snomed: "93461009", icd10: "F64.9", onset: c.ago(1500), secret: true})
}

func (m *transition) visit(c *chart, v *visit) {
	if !v.is("transition") {
		return
	}
	if !m.started {
		m.started = true
		c.prescribe(v, "estradiol", prescription{status: "active", reason: m.condition, refills: 3, fill: true, secret: true})
		c.prescribe(v, "spironolactone", prescription{status: "active", reason: m.condition, refills: 3, secret: true})
	}
	c.panel(v, "hormones")
	c.panel(v, "metabolic")
}
