package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// frailty is what is asked of the old: how they manage, how well they remember, and
// what they want done at the end.
type frailty struct {
	plain
	forgets bool
	done    bool
}

func (m *frailty) plan(c *chart) bool {
	m.forgets = c.dice.permille(250)
	return c.years() >= 72 && c.chance(700)
}

func (m *frailty) visit(c *chart, v *visit) {
	if !v.is("wellness") {
		return
	}
	manages := snomed("129035000")
	if c.years() > 80 {
		manages = snomed("719478002")
	}
	c.simple(v, "functional-status", loinc("75276-6"), func(o *r4.Observation) { o.ValueCodeableConcept = manages })
	c.simple(v, "cognitive-status", loinc("72133-2"), func(o *r4.Observation) {
		o.ValueQuantity = quantity(whole(m.score(c)), "{score}")
	})
	if m.done {
		return
	}
	m.done = true
	c.preference(v, "treatment-intervention-preference", "75773-2", "us-core-treatment-intervention-preference",
		"No machine that breathes for me. Treat the pain, and let my family be there.")
	c.preference(v, "care-experience-preference", "95541-9", "us-core-care-experience-preference",
		"I would like to have music around me, Bach or Coltrane, and a window.")
	c.document(v, note{code: "42348-3", title: "Advance directive", text: advanceDirective, pdf: true, author: c.patient})
}

// score is the Montreal Cognitive Assessment, of 30.
func (m *frailty) score(c *chart) int {
	if m.forgets {
		return c.dice.between(17, 23)
	}
	return c.dice.between(26, 30)
}

// preference is what the patient wants, in the patient's words (7.0.0).
func (c *chart) preference(v *visit, category, code, profile, words string) {
	c.put("preference", &r4.Observation{
		Status: "final", Category: list(concept("us-core", category)), Code: loinc(code), Subject: c.patient,
		EffectiveDateTime: c.during(v, 18), Performer: refs(c.patient), ValueString: words,
	}, profile)
}

const advanceDirective = "Advance directive. If I can no longer speak for myself, my family decides for me. I do not want to be resuscitated when there is no hope of going home."
