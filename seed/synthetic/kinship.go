package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// relate makes parents and spouses of each other, of those who live. Who lost a spouse
// is widowed.
func (h *household) relate() {
	for place, p := range h.people {
		switch {
		case h.child(place):
			for other, parent := range h.people {
				if h.related(other) && !h.child(other) {
					parent.delivered = later(parent.delivered, p.birth)
					p.knows(parentRole(parent), parent)
				}
			}
		case p.marital == "M" && place < 2:
			spouse := h.people[1-place]
			p.knows("SPS", spouse)
			if spouse.death != nil && (p.death == nil || spouse.death.Before(*p.death)) {
				p.marital = "W"
			}
		}
	}
}

// knows adds a relative who lives.
func (p *person) knows(role string, other *person) {
	if other.death == nil {
		p.kin = append(p.kin, relative{role, other})
	}
}

func parentRole(p *person) string {
	if p.gender == "female" {
		return "MTH"
	}
	return "FTH"
}

// relatives writes the RelatedPersons of a chart. Each belongs to it alone, so that the
// mother of two children is one in each of their charts, with the identifier of her own.
func (c *chart) relatives() {
	for _, kin := range c.person.kin {
		p := kin.person
		related := &r4.RelatedPerson{
			Active: ptr(true), Patient: c.patient, Relationship: list(concept("v3-RoleCode", kin.role)),
			Name: []r4.HumanName{p.name}, Telecom: p.telecom(), Gender: p.gender,
			Address: []r4.Address{p.address},
		}
		if p.mrn != "" {
			related.Identifier = []r4.Identifier{{System: mrnSystem, Value: p.mrn}}
		}
		if !p.birth.Equal(time.Time{}) {
			related.BirthDate = date(p.birth)
		}
		c.family = append(c.family, named(c.put("kin", related, "us-core-relatedperson").Reference, p.display()))
	}
}
