package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// coverage is the insurance: of elders Medicare, of others a plan of an employer, under
// which children are insured by a parent.
type coverage struct{ plain }

func (coverage) begin(c *chart) {
	kind, plan := both(concept("v3-ActCode", "PPO"), concept("payer", "3712")), "Silver PPO"
	switch {
	case c.years() >= 65:
		kind, plan = concept("payer", "1"), "Medicare Advantage"
	case c.dice.permille(180):
		kind, plan = concept("payer", "2"), "Medicaid Managed Care"
	}
	member := "M" + c.mrn[len(c.mrn)-4:] + "-" + c.home.zip
	card := &r4.Coverage{
		Identifier: []r4.Identifier{{Type: concept("v2-0203", "MB"), System: "https://granary.example/members", Value: member}},
		Status:     "active", Type: kind, SubscriberID: member, Beneficiary: c.patient,
		Relationship: concept("subscriber-relationship", "self"), Period: &r4.Period{Start: date(c.since(1000))}, Payor: refs(c.payer),
		Class: []r4.CoverageClass{
			{Type: concept("coverage-class", "group"), Value: c.home.state + "-100", Name: "Employers of " + c.home.state},
			{Type: concept("coverage-class", "plan"), Value: slug(plan), Name: plan},
		},
	}
	if c.years() < 18 && len(c.family) > 0 {
		card.Subscriber, card.Relationship = c.family[0], concept("subscriber-relationship", "child")
	}
	c.put("coverage", card, "us-core-coverage")
}
