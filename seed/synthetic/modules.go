package synthetic

import "slices"

// modules are the fields of medicine, in the order in which they write.
var modules = []entry{
	{name: "wellness", make: func() module { return wellness{} }},
	{name: "growth", make: func() module { return growth{} }},
	{name: "coverage", make: func() module { return coverage{} }},
	{name: "allergies", make: func() module { return allergies{} }},
	{name: "history", make: func() module { return history{} }},
	{name: "hypertension", optional: true, make: func() module { return &hypertension{} }},
	{name: "diabetes", optional: true, make: func() module { return &diabetes{} }},
	{name: "asthma", optional: true, make: func() module { return &asthma{} }},
	{name: "depression", optional: true, make: func() module { return &depression{} }},
	{name: "pregnancy", optional: true, make: func() module { return &pregnancy{} }},
	{name: "transition", optional: true, make: func() module { return &transition{} }},
	{name: "implants", optional: true, make: func() module { return &implants{} }},
	{name: "acute", make: func() module { return &acute{} }},
	{name: "immunizations", make: func() module { return &immunizations{} }},
	{name: "vital-signs", make: func() module { return &vitalSigns{} }},
	{name: "social-history", make: func() module { return &socialHistory{} }},
	{name: "sdoh", optional: true, make: func() module { return &sdoh{} }},
	{name: "frailty", optional: true, make: func() module { return &frailty{} }},
	{name: "imaging", make: func() module { return imaging{} }},
	{name: "self-care", make: func() module { return selfCare{} }},
	{name: "documents", make: func() module { return documents{} }},
	{name: "care-team", make: func() module { return careTeam{} }},
	{name: "readings", optional: true, make: func() module { return &readings{} }},
	{name: "seldom", optional: true, make: func() module { return &seldom{} }},
}

// wants tells whether a module may plan for the patient. Of a persona those that are
// optional may where the story says so.
func (c *chart) wants(e entry) bool {
	return c.story == nil || !e.optional || slices.Contains(c.story.has, e.name)
}

// chance decides whether somebody has what a module is about. A persona whose story
// says so has it.
func (c *chart) chance(permille int) bool { return c.story != nil || c.dice.permille(permille) }
