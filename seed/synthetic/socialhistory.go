package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// socialHistory is what is asked at check-ups: tobacco, alcohol, work, and of adults
// whom they love and whether they want children.
type socialHistory struct {
	plain
	status string // of smoking, SNOMED CT
	packs  int    // pack-years, in tenths
	asked  bool
}

func (m *socialHistory) plan(c *chart) bool {
	if c.years() < 12 {
		return false
	}
	m.status = []string{"266919005", "8517006", "449868002", "428041000124106"}[c.dice.weighted([]int{60, 22, 12, 6})]
	if c.years() < 18 {
		m.status = "266919005"
	}
	if m.status != "266919005" {
		m.packs = c.dice.between(5, 10*max(1, c.years()-18))
	}
	return true
}

func (m *socialHistory) visit(c *chart, v *visit) {
	if v.kind != checkup && v.kind != wellChild {
		return
	}
	c.social(v, "smoking", "72166-2", snomed(m.status), "us-core-smokingstatus")
	if v.kind != checkup || m.asked {
		return
	}
	m.asked = true
	if m.packs > 0 {
		c.put("smoking", &r4.Observation{
			Status: "final", Category: list(observationCategory("social-history")), Code: snomed("401201003"), Subject: c.patient, Encounter: v.encounter,
			EffectiveDateTime: c.at(v, 2), Performer: refs(v.doctor), ValueQuantity: quantity(decimal(m.packs, 1), "{pack-years}"),
		}, "us-core-smokingstatus|7.0.0") // in 6.1.0 the status is all that there is
	}
	m.work(c, v.on)
	m.private(c, v)
	c.put("exercise", &r4.Observation{
		Status: "final", Category: list(observationCategory("activity"), observationCategory("survey")), Code: loinc("89555-7"), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 2), Performer: refs(c.patient), ValueQuantity: quantity(whole(c.dice.between(0, 6)), "d/wk"),
	}, "us-core-simple-observation")
}

// private are questions that not everybody answers.
func (m *socialHistory) private(c *chart, v *visit) {
	drinks := snomed(pick(c.dice, []string{"228276006", "228276006", "228279004", "105542008"}))
	c.put("alcohol", &r4.Observation{
		Status: "final", Category: list(observationCategory("social-history")), Code: loinc("11331-6"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 2), Performer: refs(v.doctor), ValueCodeableConcept: drinks,
	}, "us-core-simple-observation")
	if c.story != nil || c.dice.permille(350) {
		loves := snomed([]string{"20430005", "38628009", "42035005"}[c.dice.weighted([]int{90, 5, 5})])
		c.put("orientation", &r4.Observation{
			Resource: r4.Resource{Meta: confidential()}, Status: "final", Category: list(observationCategory("social-history")), Code: loinc("76690-7"),
			Subject: c.patient, Encounter: v.encounter, EffectiveDateTime: c.at(v, 2), Performer: refs(v.doctor), ValueCodeableConcept: loves,
		}, "us-core-observation-sexual-orientation")
	}
	if years := age(c.birth, v.on); c.female() && years >= 18 && years < 45 && (c.story != nil || c.dice.permille(500)) {
		wish := snomed(pick(c.dice, []string{"454381000124105", "454411000124102", "454401000124104"}))
		c.social(v, "pregnancy-intent", "86645-9", wish, "us-core-observation-pregnancyintent")
		if !c.pregnant {
			c.social(v, "pregnancy-status", "82810-3", snomed("60001007"), "us-core-observation-pregnancystatus")
		}
	}
}

// work is the occupation of some, as US Core codes it.
func (m *socialHistory) work(c *chart, on time.Time) {
	if c.story == nil && !c.dice.permille(250) {
		return
	}
	o := &r4.Observation{
		Status: "final", Category: list(observationCategory("social-history")), Code: loinc("11341-5"), Subject: c.patient,
		EffectivePeriod: &r4.Period{Start: date(later(c.birth.AddDate(18, 1, 0), on.AddDate(-c.dice.between(1, 9), 0, 0)))}, Performer: refs(c.patient),
		ValueCodeableConcept: concept("occupation", "31-1014.00.007136"),
		Component:            []r4.Component{{Code: loinc("86188-0"), ValueCodeableConcept: concept("occupation", "621610.008495")}},
	}
	if age(c.birth, on) >= 67 {
		o.EffectivePeriod = &r4.Period{Start: date(c.birth.AddDate(30, 0, 0)), End: date(c.birth.AddDate(66, 0, 0))}
	}
	c.put("occupation", o, "us-core-observation-occupation")
}

// social writes an answer of the social history.
func (c *chart) social(v *visit, kind, code string, value *r4.CodeableConcept, profiles ...string) {
	c.put(kind, &r4.Observation{
		Status: "final", Category: list(observationCategory("social-history")), Code: loinc(code), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 2), Performer: refs(v.doctor), ValueCodeableConcept: value,
	}, profiles...)
}
