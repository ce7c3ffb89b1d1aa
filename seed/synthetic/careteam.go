package synthetic

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// careTeam is who looks after the patient together, and what they plan. It is written
// last, when the problems are known.
type careTeam struct{ plain }

// specialists are who is on the team for the problem of a module.
var specialists = map[string]string{
	"diabetes": "endocrinology", "hypertension": "cardiology", "depression": "psychiatry", "pregnancy": "obstetrics", "hip": "orthopedics", "heart": "cardiology",
}

func (careTeam) end(c *chart) {
	if c.death != nil {
		return
	}
	role := snomed("453231000124104")
	team := &r4.CareTeam{
		Status: "active", Name: "Care team of " + c.display(), Subject: c.patient, Period: &r4.Period{Start: date(c.since(900))},
		Participant: []r4.TeamParticipant{{Role: list(role), Member: c.doctor}, {Role: list(snomed("116154003")), Member: c.patient}},
	}
	if c.clinic.organization != nil {
		team.ManagingOrganization = refs(c.clinic.organization)
	}
	var known []*r4.Reference
	for _, p := range c.problems {
		if member := c.clinic.byTrade[specialists[p.name]]; member != nil && !slices.Contains(known, member) {
			known = append(known, member)
			team.Participant = append(team.Participant, r4.TeamParticipant{Role: list(roleOf(specialists[p.name])), Member: member})
		}
	}
	if len(c.family) > 0 {
		team.Participant = append(team.Participant, r4.TeamParticipant{Role: list(snomed("133932002")), Member: c.family[0]})
	}
	made := c.put("team", team, "us-core-careteam")
	if len(c.problems) > 0 {
		c.carePlan(made)
	}
}

// roleOf is the role of a specialist in a team.
func roleOf(name string) *r4.CodeableConcept {
	for _, t := range trades {
		if t.name == name {
			return snomed(t.role)
		}
	}
	return text(name)
}

// carePlan is the assessment and plan for the patient's problems.
func (c *chart) carePlan(team *r4.Reference) {
	var words []string
	plan := &r4.CarePlan{
		Status: "active", Intent: "plan", Category: list(concept("careplan", "assess-plan")), Title: "Assessment and plan", Subject: c.patient,
		Period: &r4.Period{Start: date(c.since(180))}, Author: c.doctor, CareTeam: refs(team),
	}
	for _, p := range c.problems {
		words = append(words, p.words)
		plan.Addresses = append(plan.Addresses, *p.condition)
	}
	plan.Text = &r4.Narrative{Status: "additional", Div: narrative("Go on with the treatment of: " + strings.Join(words, "; ") + ". Seen again in three months.")}
	c.put("plan", plan, "us-core-careplan")
}
