package synthetic

import (
	"strconv"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// chart is a patient's record while it is written.
type chart struct {
	*world
	*person
	number  int // the patient's
	clinic  *clinic
	doctor  *r4.Reference // general practitioner
	patient *r4.Reference
	family  []*r4.Reference // RelatedPersons
	payer   *r4.Reference   // Organization
	story   *story          // of a persona, nil for everybody else
	dice    dice            // of the module that is writing
	visits  []*visit
	modules []module
	counts  map[string]int
	made    []r4.Reference // what a Provenance is still owed
	tagged  bool           // the patient takes part in a study

	problems []problem
	pregnant bool
	bears    []string // the allergens that the patient bears badly (SNOMED CT)
}

// problem is a condition of the problem list that other resources refer to.
type problem struct {
	name      string // of the module
	condition *r4.Reference
	words     string
}

// module is what one field of medicine adds to charts. There is one for each chart.
type module interface {
	// plan says whether the patient has to do with it, and adds the visits that it
	// takes. Nothing is written yet.
	plan(c *chart) bool
	// begin writes what stands before all visits, such as a diagnosis made long ago.
	begin(c *chart)
	// visit writes what a visit adds. It is called for every visit of the chart.
	visit(c *chart, v *visit)
	// end writes what belongs to no visit and refers to them.
	end(c *chart)
}

// plain is a module that does nothing, to be embedded by those that do little.
type plain struct{}

func (plain) plan(*chart) bool     { return true }
func (plain) begin(*chart)         {}
func (plain) visit(*chart, *visit) {}
func (plain) end(*chart)           {}

// entry names a module, by which its draws and a story's wishes are known.
type entry struct {
	name     string
	optional bool // not everybody has it
	make     func() module
}

// chart writes the chart of a patient.
func (w *world) chart(number int, p *person, at *clinic, of *story) {
	c := &chart{world: w, person: p, number: number, clinic: at, story: of, counts: map[string]int{}}
	c.patient = named("Patient/"+p.id, p.display())
	c.roll("chart")
	c.doctor, c.payer, c.tagged = c.generalPractitioner(), at.payer, c.dice.permille(100)
	w.members = append(w.members, p.id)
	c.demographics()
	c.relatives()
	active := c.planned()
	c.each(active, func(m module) { m.begin(c) })
	c.sortVisits()
	for _, v := range c.visits {
		c.roll("encounter " + v.key)
		c.encounter(v)
		c.each(active, func(m module) { m.visit(c, v) })
		c.provenance(v)
	}
	c.each(active, func(m module) { m.end(c) })
	c.provenance(nil)
}

// running is a module at work.
type running struct {
	module
	dice dice
}

// planned are the modules that have to do with the patient.
func (c *chart) planned() []*running {
	var active []*running
	for _, e := range modules {
		c.roll(e.name)
		m := e.make()
		if c.wants(e) && m.plan(c) {
			active = append(active, &running{m, c.dice})
			c.modules = append(c.modules, m)
		}
	}
	return active
}

// each lets modules write, each with its own dice.
func (c *chart) each(active []*running, do func(module)) {
	for _, m := range active {
		c.dice = m.dice
		do(m.module)
	}
}

// roll gives the chart the dice of a purpose. A persona is the same for every seed.
func (c *chart) roll(purpose string) {
	seed := c.Seed
	if c.story != nil {
		seed = 0
	}
	c.dice = newDice(seed, uint64(c.number), purpose)
}

// generalPractitioner is who looks after the patient: a pediatrician after children.
func (c *chart) generalPractitioner() *r4.Reference {
	if c.years() < 14 {
		return c.clinic.people["pediatrics"]
	}
	return pick(c.dice, c.clinic.family)
}

// years is the patient's age today, or on the day of death.
func (c *chart) years() int { return age(c.birth, c.last()) }

// last is the last day of the chart.
func (c *chart) last() time.Time {
	if c.death != nil {
		return *c.death
	}
	return c.today
}

// lifecycle is the status of the patient's goals.
func (c *chart) lifecycle() string {
	if c.death != nil {
		return "cancelled"
	}
	return "active"
}

// ago is the date so many days before the last day of the chart, which for those who
// live is today.
func (c *chart) ago(days int) time.Time { return c.last().AddDate(0, 0, -days) }

// since is ago, or the day of birth of whoever is younger than that.
func (c *chart) since(days int) time.Time { return later(c.birth, c.ago(days)) }

// put writes a resource of the chart, with an id that tells what it is, under these
// profiles of US Core, and remembers that somebody must answer for it.
func (c *chart) put(kind string, resource r4.Any, profiles ...string) *r4.Reference {
	c.counts[kind]++
	head := resource.Head()
	head.ID = c.id + "-" + kind + "-" + strconv.Itoa(c.counts[kind])
	urls := make([]string, len(profiles))
	for i, name := range profiles {
		urls[i] = canonical(name)
	}
	if c.tagged {
		head.Meta = tag(head.Meta, "study-7")
	}
	c.oddity(resource)
	made := c.world.put(resource, urls...)
	if resource.TypeName() != "Binary" && resource.TypeName() != "Provenance" {
		c.made = append(c.made, *made)
	}
	return made
}

// tag adds one of Granary's tags.
func tag(meta *r4.Meta, code string) *r4.Meta {
	if meta == nil {
		meta = &r4.Meta{}
	}
	meta.Tag = append(meta.Tag, *coding("tag", code))
	return meta
}

// confidential is the meta of what only some should see.
func confidential() *r4.Meta {
	return &r4.Meta{Security: []r4.Coding{*coding("v3-Confidentiality", "R")}}
}
