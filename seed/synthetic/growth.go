package synthetic

import "time"

// growth weighs and measures children, and says how many of their age are smaller.
type growth struct{ plain }

func (growth) plan(c *chart) bool {
	if c.years() >= 20 {
		return false
	}
	for _, at := range wellChildMonths {
		if on := c.birth.AddDate(0, at, at%5+3); (c.story != nil || on.After(c.ago(1200))) && on.Before(c.last()) {
			c.planVisit("well-child", days(on, c.last()), wellChild, c.doctor)
		}
	}
	return true
}

// wellChildMonths are the ages at which children are seen (Bright Futures).
var wellChildMonths = []int{0, 1, 2, 4, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180, 192, 204, 216, 228}

func (growth) visit(c *chart, v *visit) {
	if v.kind == remote || age(c.birth, v.on) >= 20 {
		return
	}
	old := months(c.birth, v.on)
	height, weight := c.height(v), c.weight(v)
	code := "8302-2"
	if old < 24 {
		code = "8306-3" // lying
	}
	tall := loinc(code)
	if old < 24 {
		tall = both(loinc("8302-2"), loinc("8306-3"))
	}
	c.measure(v, 3, "height", tall, quantity(decimal(height, 1), "cm"), "us-core-body-height")
	c.measure(v, 3, "weight", loinc("29463-7"), quantity(decimal(weight/10, 2), "kg"), "us-core-body-weight")
	if v.kind != wellChild {
		return
	}
	if old >= 24 {
		c.measure(v, 3, "bmi", loinc("39156-5"), quantity(decimal(bmi(height, weight), 1), "kg/m2"), "us-core-bmi")
		c.measure(v, 3, "bmi-percentile", loinc("59576-9"), quantity(whole(percentile(c.bodyZ)), "%"), "pediatric-bmi-for-age")
	}
	if old < 36 {
		c.measure(v, 3, "weight-percentile", loinc("77606-2"), quantity(whole(percentile(c.bodyZ)), "%"), "pediatric-weight-for-height")
		c.measure(v, 3, "head", loinc("9843-4"), quantity(decimal(c.head(old), 1), "cm"), "us-core-head-circumference")
		c.measure(v, 3, "head-percentile", loinc("8289-1"), quantity(whole(percentile(c.heightZ)), "%"), "head-occipital-frontal-circumference-percentile")
	}
}

// size is the median of an age and sex.
type size struct{ months, height, weight, head int } // mm, g, mm

// readGrowth reads growth.tsv: boys first, then girls.
func readGrowth() [2][]size {
	var all [2][]size
	for _, row := range rows("growth") {
		age := number(row[0])
		all[0] = append(all[0], size{age, number(row[1]), number(row[2]), number(row[3])})
		all[1] = append(all[1], size{age, number(row[4]), number(row[5]), number(row[6])})
	}
	return all
}

// medianAt is the median of an age, between the rows of the table.
func medianAt(table [2][]size, girl bool, months int) size {
	sizes := table[0]
	if girl {
		sizes = table[1]
	}
	for i, to := range sizes {
		if months >= to.months {
			continue
		}
		from := sizes[i-1]
		between := func(a, b int) int { return a + (b-a)*(months-from.months)/(to.months-from.months) }
		return size{months, between(from.height, to.height), between(from.weight, to.weight), between(from.head, to.head)}
	}
	return sizes[len(sizes)-1]
}

// height is how tall the patient is at a visit, in mm: the median and what the patient
// differs by, 4 % for each standard deviation.
func (c *chart) height(v *visit) int {
	median := medianAt(growths(), c.female(), months(c.birth, v.on)).height
	return median + median*c.heightZ*4/100_000
}

// head is the circumference of the head at an age in months, in mm.
func (c *chart) head(old int) int {
	median := medianAt(growths(), c.female(), old).head
	return median + median*c.heightZ*3/100_000
}

// weight is how heavy the patient is at a visit, in g. It follows from the height, and
// of adults from how long they have been.
func (c *chart) weight(v *visit) int {
	median := medianAt(growths(), c.female(), months(c.birth, v.on))
	weight := median.weight + median.weight*c.heightZ*8/100_000
	spread := 11
	if years := age(c.birth, v.on); years >= 20 {
		weight += weight * min(years, 60) * 6 / 1000
		spread = 18
	}
	weight += weight * c.bodyZ * spread / 100_000
	if c.pregnant {
		weight += gained(c, v.on)
	}
	return weight + weight*c.dice.between(-6, 6)/1000
}

// bmi is the body mass index in tenths, from mm and g.
func bmi(height, weight int) int { return (weight*100_000/height/height + 5) / 10 }

// percentile is how many of a hundred are below z thousandths of a standard deviation.
func percentile(z int) int {
	for i, bound := range percentiles {
		if z < bound {
			return []int{1, 3, 5, 10, 15, 25, 35, 45, 55, 65, 75, 85, 90, 95, 97, 99}[i]
		}
	}
	return 99
}

// percentiles are the bounds between the values of percentile, in thousandths.
var percentiles = []int{-2100, -1760, -1440, -1160, -840, -520, -250, 0, 250, 520, 840, 1160, 1440, 1760, 2100}

// gained is the weight gained in a pregnancy, in g.
func gained(c *chart, on time.Time) int {
	for _, m := range c.modules {
		if p, ok := m.(*pregnancy); ok {
			return p.gained(on)
		}
	}
	return 0
}
