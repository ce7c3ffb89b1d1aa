package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// vitalSigns measures at every visit where somebody is there in person.
type vitalSigns struct {
	plain
	systolic int // of this patient at rest, in mm[Hg]
	oxygen   int // saturation, %
	heart    int // beats a minute
}

func (m *vitalSigns) plan(c *chart) bool {
	years := c.years()
	switch {
	case years < 1:
		m.systolic, m.heart = c.dice.normal(85, 5), c.dice.normal(128, 9)
	case years < 13:
		m.systolic, m.heart = c.dice.normal(90+years, 5), c.dice.normal(112-3*years, 7)
	default:
		m.systolic, m.heart = c.dice.normal(110+years/4+c.bodyZ/400, 7), c.dice.normal(72, 8)
	}
	m.oxygen = c.dice.between(96, 99)
	return true
}

func (m *vitalSigns) visit(c *chart, v *visit) {
	if v.kind == remote {
		return
	}
	years := age(c.birth, v.on)
	if years >= 3 {
		m.bloodPressure(c, v)
	}
	heart := m.heart
	if v.is("heart") {
		heart = 38 // for which a pacemaker is implanted
	}
	c.vital(v, 4, "heart-rate", "8867-4", quantity(whole(c.dice.normal(heart, 3)), "/min"), "us-core-heart-rate")
	c.vital(v, 4, "respiration", "9279-1", quantity(whole(m.breaths(c, years)), "/min"), "us-core-respiratory-rate")
	c.temperature(v)
	if years < 20 {
		return // height and weight are for the module of growth
	}
	height, weight := c.height(v), c.weight(v)
	if v.kind == checkup {
		c.vital(v, 2, "height", "8302-2", quantity(decimal(height, 1), "cm"), "us-core-body-height")
	}
	c.vital(v, 3, "weight", "29463-7", quantity(decimal(weight/100, 1), "kg"), "us-core-body-weight")
	c.vital(v, 3, "bmi", "39156-5", quantity(decimal(bmi(height, weight), 1), "kg/m2"), "us-core-bmi")
	if v.kind != followUp {
		m.oximetry(c, v)
	}
}

// breaths is how often somebody breathes in a minute.
func (m *vitalSigns) breaths(c *chart, years int) int {
	switch {
	case years < 1:
		return c.dice.normal(38, 4)
	case years < 6:
		return c.dice.normal(26, 3)
	}
	return c.dice.normal(16, 1)
}

// vital writes one vital sign, with the general profile for vital signs beside its own.
func (c *chart) vital(v *visit, minutes int, kind, code string, value *r4.Quantity, profiles ...string) *r4.Reference {
	return c.measure(v, minutes, kind, loinc(code), value, profiles...)
}

// measure is vital with a code of several codings.
func (c *chart) measure(v *visit, minutes int, kind string, code *r4.CodeableConcept, value *r4.Quantity, profiles ...string) *r4.Reference {
	o := &r4.Observation{
		Status: "final", Category: list(observationCategory("vital-signs")), Code: code, Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, minutes), Performer: refs(c.nurse(v)), ValueQuantity: value,
	}
	c.absent(kind, o)
	return c.put(kind, o, append(profiles, "us-core-vital-signs")...)
}

// nurse is who measures.
func (c *chart) nurse(v *visit) *r4.Reference {
	if nurse := c.clinic.people["nursing"]; nurse != nil {
		return nurse
	}
	return v.doctor
}

func (m *vitalSigns) bloodPressure(c *chart, v *visit) {
	systolic := c.dice.normal(m.systolic+c.pressure(v), 4)
	diastolic := systolic*5/9 + c.dice.between(6, 16)
	pressure := &r4.Observation{
		Status: "final", Category: list(observationCategory("vital-signs")), Code: loinc("85354-9"), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 5), Performer: refs(c.nurse(v)),
		Component: []r4.Component{
			{Code: loinc("8480-6"), ValueQuantity: millimeters(systolic)},
			{Code: loinc("8462-4"), ValueQuantity: millimeters(diastolic)},
		},
	}
	if c.rare("bp", 2, 8) { // the second sound was not heard
		pressure.Component[1].ValueQuantity, pressure.Component[1].DataAbsentReason = nil, concept("data-absent-reason", "unknown")
	}
	if c.rare("bp", 3, 4) { // the cuff did not fit
		for i := range pressure.Component {
			pressure.Component[i].ValueQuantity, pressure.Component[i].DataAbsentReason = nil, concept("data-absent-reason", "not-performed")
		}
		pressure.DataAbsentReason = concept("data-absent-reason", "not-performed")
	}
	v.results = append(v.results, c.put("bp", pressure, "us-core-blood-pressure", "us-core-vital-signs"))
}

func millimeters(value int) *r4.Quantity { return measured(whole(value), "mmHg", "mm[Hg]") }

// temperature is taken at every visit.
func (c *chart) temperature(v *visit) {
	value := c.dice.normal(368, 2)
	if v.kind == symptom || v.kind == emergency {
		value += c.dice.between(0, 18)
	}
	c.vital(v, 4, "temperature", "8310-5", measured(decimal(value, 1), "°C", "Cel"), "us-core-body-temperature")
}

// oximetry measures the saturation, of whoever is in hospital while oxygen is given.
func (m *vitalSigns) oximetry(c *chart, v *visit) {
	c.oximetry(v, c.dice.normal(m.oxygen, 1), v.kind.inpatient || v.kind == emergency && c.dice.permille(300))
}

func (c *chart) oximetry(v *visit, saturation int, given bool) {
	code := *loinc("59408-5")
	code.Coding = []r4.Coding{code.Coding[0], *coding("loinc", "2708-6")}
	o := &r4.Observation{
		Status: "final", Category: list(observationCategory("vital-signs")), Code: &code, Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 6), Performer: refs(c.nurse(v)),
		ValueQuantity: quantity(whole(min(saturation, 100)), "%"),
	}
	if given {
		liters := c.dice.between(1, 6)
		o.Component = []r4.Component{
			{Code: loinc("3151-8"), ValueQuantity: quantity(whole(liters), "L/min")},
			{Code: loinc("3150-0"), ValueQuantity: quantity(whole(20+4*liters), "%")},
		}
	}
	if c.rare("oxygen", 2, 5) { // nobody wrote down how much was given
		o.Component = []r4.Component{
			{Code: loinc("3151-8"), DataAbsentReason: concept("data-absent-reason", "unknown")},
			{Code: loinc("3150-0"), DataAbsentReason: concept("data-absent-reason", "unknown")},
		}
	}
	if c.rare("oxygen", 3, 5) {
		o.ValueQuantity, o.DataAbsentReason = nil, concept("data-absent-reason", "not-performed")
	}
	c.put("oxygen", o, "us-core-pulse-oximetry", "us-core-vital-signs")
}

// pressure is what raises somebody's blood pressure, in mm[Hg].
func (c *chart) pressure(v *visit) int {
	raised := 0
	for _, m := range c.modules {
		if h, ok := m.(*hypertension); ok {
			raised += h.raised(c, v)
		}
	}
	return raised
}
