package synthetic

// wellness is the yearly check-up of adults.
type wellness struct{ plain }

func (wellness) plan(c *chart) bool {
	if c.years() < 20 {
		return false
	}
	first := c.dice.between(3, 360)
	if c.story != nil {
		first = 6 // the persona was there last week
	}
	for ago := first; ago < 740; ago += c.dice.between(350, 390) {
		c.planVisit("wellness", ago, checkup, c.doctor)
	}
	return true
}

func (wellness) visit(c *chart, v *visit) {
	if !v.is("wellness") {
		return
	}
	if c.years() >= 45 || c.dice.permille(300) {
		c.panel(v, "metabolic")
		c.panel(v, "lipids")
	}
	if c.dice.permille(250) {
		c.panel(v, "count")
	}
}
