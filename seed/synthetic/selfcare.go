package synthetic

// selfCare are drugs that people buy themselves and tell of.
type selfCare struct{ plain }

func (selfCare) begin(c *chart) {
	if c.years() >= 18 && (c.story != nil || c.dice.permille(200)) {
		drug := pick(c.dice, []string{"acetaminophen", "ibuprofen"})
		if c.pregnant {
			drug = "acetaminophen"
		}
		c.selfReported(drug, c.ago(c.dice.between(30, 600)))
	}
}
