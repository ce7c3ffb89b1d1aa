package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// history is what is over: an appendix that was taken out long ago.
type history struct{ plain }

func (history) plan(c *chart) bool {
	return c.years() >= 20 && (c.thorough() || c.dice.permille(120))
}

func (history) begin(c *chart) {
	on := c.birth.AddDate(c.dice.between(8, 19), c.dice.below(12), 0)
	ill := c.problem("history", diagnosis{snomed: "74400008", icd10: "K35.80", onset: on, ended: on.AddDate(0, 0, 12)})
	c.put("procedure", &r4.Procedure{
		Status: "completed", Category: snomed("387713003"), Code: snomed("80146002"), Subject: c.patient, PerformedDateTime: date(on.AddDate(0, 0, 1)),
		ReasonReference: refs(ill),
	}, "us-core-procedure")
}

// thorough tells whether the chart is of a persona who has all that is rare.
func (c *chart) thorough() bool { return c.story != nil && c.story.thorough }
