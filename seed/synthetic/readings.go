package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// readings are vital signs that were to be measured twice: the value is that of the
// first reading, each reading is a component, and the second was missed. They are rare,
// and whoever reads vital signs has to cope with them.
type readings struct {
	plain
	done map[string]bool // the profiles of which there are some already
}

func (m *readings) plan(c *chart) bool {
	m.done = map[string]bool{}
	return c.chance(5)
}

// reading is a vital sign that may be read twice.
type reading struct {
	profile, code, unit, ucum string
	value                     r4.Decimal
}

func (m *readings) visit(c *chart, v *visit) {
	if v.kind == remote {
		return
	}
	for _, r := range m.readings(c, v) {
		if m.done[r.profile] {
			continue
		}
		m.done[r.profile] = true
		m.twice(c, v, r)
	}
	if age(c.birth, v.on) >= 20 && !m.done["pressure"] {
		m.done["pressure"] = true
		m.mean(c, v)
	}
}

// readings are what is measured at a visit.
func (m *readings) readings(c *chart, v *visit) []reading {
	old, height, weight := months(c.birth, v.on), c.height(v), c.weight(v)
	all := []reading{
		{"us-core-heart-rate", "8867-4", "/min", "/min", whole(c.dice.between(60, 100))},
		{"us-core-respiratory-rate", "9279-1", "/min", "/min", whole(c.dice.between(14, 22))},
		{"us-core-body-temperature", "8310-5", "°C", "Cel", decimal(c.dice.between(364, 372), 1)},
		{"us-core-body-height", "8302-2", "cm", "cm", decimal(height, 1)},
		{"us-core-body-weight", "29463-7", "kg", "kg", decimal(weight/100, 1)},
	}
	if old >= 24 {
		all = append(all, reading{"us-core-bmi", "39156-5", "kg/m2", "kg/m2", decimal(bmi(height, weight), 1)})
	}
	if old >= 24 && old < 240 {
		all = append(all, reading{"pediatric-bmi-for-age", "59576-9", "%", "%", whole(percentile(c.bodyZ))})
	}
	if old < 36 {
		all = append(all,
			reading{"us-core-head-circumference", "9843-4", "cm", "cm", decimal(c.head(old), 1)},
			reading{"head-occipital-frontal-circumference-percentile", "8289-1", "%", "%", whole(percentile(c.heightZ))},
			reading{"pediatric-weight-for-height", "77606-2", "%", "%", whole(percentile(c.bodyZ))})
	}
	return all
}

func (m *readings) twice(c *chart, v *visit, r reading) {
	o := c.sign(v, loinc(r.code))
	o.ValueQuantity = measured(r.value, r.unit, r.ucum)
	o.Component = []r4.Component{
		{Code: text("First reading"), ValueQuantity: measured(r.value, r.unit, r.ucum)},
		{Code: text("Second reading"), DataAbsentReason: concept("data-absent-reason", "not-performed")},
	}
	c.put("reading", o, r.profile, "us-core-vital-signs")
}

// sign is a vital sign without a value.
func (c *chart) sign(v *visit, code *r4.CodeableConcept) *r4.Observation {
	return &r4.Observation{
		Status: "final", Category: list(observationCategory("vital-signs")), Code: code, Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 8), Performer: refs(c.nurse(v)),
	}
}

// mean is a blood pressure for which the device gave the mean as the value.
func (m *readings) mean(c *chart, v *visit) {
	o := c.sign(v, loinc("85354-9"))
	o.ValueQuantity = millimeters(93)
	o.Component = []r4.Component{{Code: loinc("8480-6"), ValueQuantity: millimeters(121)}, {Code: loinc("8462-4"), ValueQuantity: millimeters(79)}}
	c.put("reading", o, "us-core-blood-pressure", "us-core-vital-signs")
}
