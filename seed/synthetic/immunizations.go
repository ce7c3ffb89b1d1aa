package synthetic

import (
	"fmt"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// immunizations are the childhood schedule, influenza every autumn, and what follows
// with age. What was given before the chart begins has no visit.
type immunizations struct {
	plain
	season int // the year of the last vaccination against influenza
}

// vaccine is a dose of the schedule.
type vaccine struct {
	months                   int
	cvx, display, ndc, brand string
	since                    int // the year since which it is given
}

var influenza = vaccine{0, "150", "influenza, injectable, quadrivalent, preservative free", "49281042150", "FLUZONE Quadrivalent", 2013}

// readVaccines reads immunizations.tsv in the order of age.
func readVaccines() []vaccine {
	var all []vaccine
	for _, row := range rows("immunizations") {
		all = append(all, vaccine{number(row[0]), row[1], row[2], row[3], row[4], number(row[5])})
	}
	return all
}

func (m *immunizations) begin(c *chart) {
	for _, dose := range vaccines() {
		due := c.birth.AddDate(0, dose.months, 0)
		on := due // the first dose is given where the child is born
		if dose.months > 0 {
			on = due.AddDate(0, 0, 5+dose.months%7)
		}
		if !on.Before(c.last()) || c.years() > 30 {
			return
		}
		if on.Year() >= dose.since && (dose.months == 0 || c.visitOn(due) == nil) && c.dice.permille(940) {
			c.vaccinate(dose, nil, on)
		}
	}
}

func (m *immunizations) visit(c *chart, v *visit) {
	for _, dose := range vaccines() {
		due := c.birth.AddDate(0, dose.months, 0)
		if dose.months > 0 && c.visitOn(due) == v && v.on.Year() >= dose.since {
			c.vaccinate(dose, v, v.on)
		}
	}
	autumn := v.on.Month() == time.October || v.on.Month() == time.November
	if autumn && v.on.Year() != m.season && v.kind.class == "AMB" && months(c.birth, v.on) >= 6 && c.dice.permille(600) {
		m.season = v.on.Year()
		c.vaccinate(influenza, v, v.on)
	}
}

// visitOn is the visit at which a dose falls due: one within three weeks after it.
func (c *chart) visitOn(due time.Time) *visit {
	for _, v := range c.visits {
		if apart := days(due, v.on); apart >= 0 && apart < 21 && v.kind == wellChild {
			return v
		}
	}
	return nil
}

// end adds what adults are offered.
func (*immunizations) end(c *chart) {
	years := c.years()
	if years >= 25 {
		c.vaccinate(vaccine{0, "115", "Tdap", "58160084252", "BOOSTRIX", 2005}, nil, c.ago(c.dice.between(400, 3300)))
	}
	if years >= 66 {
		c.vaccinate(vaccine{0, "33", "pneumococcal polysaccharide PPV23", "00006494300", "PNEUMOVAX 23", 1983}, nil, c.birth.AddDate(65, c.dice.below(11), 0))
	}
	if years >= 18 && (c.thorough() || c.dice.permille(60)) {
		c.declined()
	}
	if c.birth.Year() < 1970 && c.thorough() {
		c.remembered()
	}
}

func (c *chart) vaccinate(dose vaccine, v *visit, on time.Time) {
	given := &r4.Immunization{
		Status: "completed", VaccineCode: &r4.CodeableConcept{
			Coding: []r4.Coding{{System: system("cvx"), Code: dose.cvx, Display: dose.display}, {System: system("ndc"), Code: dose.ndc, Display: dose.brand}},
			Text:   dose.display,
		},
		Patient: c.patient, OccurrenceDateTime: date(on), PrimarySource: ptr(v != nil),
	}
	if v != nil {
		given.Encounter, given.OccurrenceDateTime, given.Location = v.encounter, c.during(v, 20), c.clinic.office
		given.LotNumber = fmt.Sprintf("%c%05d", 'A'+rune(c.dice.below(26)), c.dice.below(100_000))
		given.ExpirationDate = date(v.on.AddDate(1, 0, 0))
		given.Site = pick(c.dice, []*r4.CodeableConcept{concept("v3-ActSite", "LA"), concept("v3-ActSite", "RA")})
		given.Performer = []r4.Performer{{Function: concept("v2-0443", "AP"), Actor: c.nurse(v)}}
	}
	c.put("vaccination", given, "us-core-immunization")
}

// remembered is a vaccination that children had until 1972, on a day that nobody knows
// any more.
func (c *chart) remembered() {
	c.put("vaccination", &r4.Immunization{
		Status:      "completed",
		VaccineCode: &r4.CodeableConcept{Coding: []r4.Coding{{System: system("cvx"), Code: "75", Display: "vaccinia (smallpox)"}}, Text: "smallpox"},
		Patient:     c.patient, OccurrenceElement: &r4.Element{Extension: unknown()}, PrimarySource: ptr(false),
	}, "us-core-immunization")
}

// declined is a vaccination that the patient did not want.
func (c *chart) declined() {
	c.put("vaccination", &r4.Immunization{
		Status: "not-done", StatusReason: concept("v3-ActReason", "PATOBJ"),
		VaccineCode: &r4.CodeableConcept{Coding: []r4.Coding{{System: system("cvx"), Code: "150", Display: "influenza, injectable, quadrivalent, preservative free"}}, Text: "influenza"},
		Patient:     c.patient, OccurrenceDateTime: date(c.ago(c.dice.between(20, 300))), PrimarySource: ptr(true),
	}, "us-core-immunization")
}
