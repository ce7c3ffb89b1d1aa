package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// depression that gets better under sertraline, as PHQ-9 shows. Much of it is
// confidential.
type depression struct {
	plain
	since     time.Time
	worst     int // PHQ-9 at the beginning
	visits    int
	condition *r4.Reference
}

func (m *depression) plan(c *chart) bool {
	if c.years() < 16 || !c.chance(80) {
		return false
	}
	m.since, m.worst = c.ago(c.dice.between(330, 420)), c.dice.between(15, 21)
	for ago := 320; ago > 8; ago -= c.dice.between(55, 75) {
		c.planVisit("depression", ago, followUp, c.clinic.people["psychiatry"], snomed("370143000"))
	}
	return true
}

func (m *depression) begin(c *chart) {
	m.condition = c.problem("depression", diagnosis{snomed: "370143000", icd10: "F33.1", onset: m.since, secret: true})
}

func (m *depression) visit(c *chart, v *visit) {
	if !v.is("depression") {
		return
	}
	sum := max(2, m.worst-3*m.visits+c.dice.between(-1, 1))
	m.visits++
	scores, total := spread(c.dice, sum), 0
	for _, s := range scores {
		total += s
	}
	c.fillIn(v, phq9, frequencies, scores, func(o *r4.Observation) { o.ValueInteger = ptr(total) }, true)
	if m.visits == 1 {
		c.prescribe(v, "sertraline", prescription{status: "active", reason: m.condition, refills: 5, fill: true, secret: true})
	}
	c.simple(v, "disability-status", loinc("94023-9"), func(o *r4.Observation) { o.Meta, o.ValueCodeableConcept = confidential(), severity(total) })
}

// spread makes answers of a sum: nine numbers from 0 to 3. The last, about suicide, is
// at most 1.
func spread(d dice, sum int) []int {
	scores := make([]int, 9)
	for left := min(sum, 24); left > 0; {
		if i := d.below(8); scores[i] < 3 {
			scores[i]++
			left--
		}
	}
	if sum > 17 {
		scores[8] = 1
	}
	return scores
}

// severity of a depression by PHQ-9.
func severity(sum int) *r4.CodeableConcept {
	switch {
	case sum >= 20:
		return loinc("LA6750-9")
	case sum >= 10:
		return loinc("LA6751-7")
	}
	return loinc("LA6752-5")
}
