package synthetic

import (
	"slices"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// allergies of a third of the people, and of others the word that they have none.
type allergies struct{ plain }

// allergens: the substance, its kind, what it does, and how many of a thousand bear it
// badly.
const penicillin = "373270004"

// intolerant tells whether the patient bears a substance badly.
func (c *chart) intolerant(code string) bool { return slices.Contains(c.bears, code) }

var allergens = []struct {
	code, category, reaction, severity string
	permille                           int
}{
	{penicillin, "medication", "271807003", "moderate", 90},
	{"763875007", "medication", "126485001", "mild", 40},
	{"762952008", "food", "39579001", "severe", 25},
	{"256259004", "environment", "21719001", "mild", 150},
	{"111088007", "environment", "126485001", "moderate", 20},
}

func (allergies) begin(c *chart) {
	some := false
	for i, a := range allergens {
		always := c.story != nil && i == len(c.id)%len(allergens)
		if !always && !c.dice.permille(a.permille) {
			continue
		}
		some = true
		c.bears = append(c.bears, a.code)
		since := c.birth.AddDate(0, c.dice.between(6, 12*max(1, c.years())+6), 0)
		if !since.Before(c.last()) {
			since = c.birth
		}
		c.put("allergy", &r4.AllergyIntolerance{
			ClinicalStatus: concept("allergyintolerance-clinical", "active"), VerificationStatus: concept("allergyintolerance-verification", "confirmed"),
			Type: "allergy", Category: []string{a.category}, Criticality: map[string]string{"severe": "high"}[a.severity],
			Code: snomed(a.code), Patient: c.patient, OnsetDateTime: date(since), RecordedDate: date(since),
			Reaction: []r4.Reaction{{Manifestation: list(snomed(a.reaction)), Severity: a.severity}},
		}, "us-core-allergyintolerance")
	}
	if !some {
		c.put("allergy", &r4.AllergyIntolerance{
			ClinicalStatus: concept("allergyintolerance-clinical", "active"), VerificationStatus: concept("allergyintolerance-verification", "unconfirmed"),
			Code: snomed("716186003"), Patient: c.patient,
		}, "us-core-allergyintolerance")
	}
}
