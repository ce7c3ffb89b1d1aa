package synthetic

import (
	"strings"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// story is a persona that is made by the modules. Seven others are written out as files
// (seed.BuiltIn).
type story struct {
	id, family, given, gender, culture string
	years                              int
	has                                []string // the optional modules that apply
	thorough                           bool     // the chart has what is rare elsewhere
	change                             func(*world, *person)
}

// stories are in the order of the patients that they are: the last five of the dozen.
var stories = []story{
	{id: "dwayne-brooks", family: "Brooks", given: "Dwayne Anthony", gender: "male", culture: "african-american", years: 57,
		has: []string{"diabetes", "hypertension", "sdoh"}, thorough: true, change: dwayne},
	{id: "priya-raman", family: "Raman", given: "Priya", gender: "female", culture: "indian", years: 31,
		has: []string{"pregnancy"}, change: priya},
	{id: "mei-chen", family: "Chen", given: "Mei", gender: "female", culture: "chinese", years: 4,
		has: []string{"asthma", "readings"}, thorough: true, change: mei},
	{id: "alex-begay", family: "Begay", given: "Alex Shandiin", gender: "female", culture: "navajo", years: 27,
		has: []string{"depression", "transition"}, change: alex},
	{id: "ruth-goldberg", family: "Goldberg", given: "Ruth Miriam", gender: "female", culture: "german", years: 83,
		has: []string{"hypertension", "implants", "frailty", "readings", "seldom"}, thorough: true, change: ruth},
}

// personas writes the dozen, or the first of it.
func (w *world) personas() {
	w.builtIn()
	for i := range stories {
		if number := Fewest + i; number < w.Patients && !w.done {
			s := &stories[i]
			w.chart(number, w.persona(i, s), w.riverside, s)
		}
	}
}

// persona is the person of a story, the same for every seed.
func (w *world) persona(i int, s *story) *person {
	d := newDice(0, uint64(i), "persona")
	p := draw(d, cultureOf(s.culture), w.riverside.towns[0], s.gender, w.ago(s.years*36525/100+d.between(20, 340)))
	p.id, p.mrn = s.id, "MRN-"+[]string{"1008", "1009", "1010", "1011", "1012"}[i]
	p.name.Family, p.name.Given = s.family, strings.Fields(s.given)
	p.email = s.id + "@mail.example"
	p.marital, p.heightZ, p.bodyZ, p.interpreterOnly = "S", d.between(-400, 400), d.between(-300, 300), false
	s.change(w, p)
	return p
}

func cultureOf(name string) *culture {
	for _, c := range cultures() {
		if c.name == name {
			return c
		}
	}
	return cultures()[0]
}

// relative adds somebody in a story who has no chart.
func (w *world) relative(p *person, role, given, family, gender string, years int) {
	other := *p
	other.id, other.mrn, other.gender, other.kin = "", "", gender, nil
	other.name = r4.HumanName{Use: "official", Family: family, Given: []string{given}}
	other.email = strings.ToLower(given) + "@mail.example"
	other.birth = time.Time{}
	if years > 0 {
		other.birth = w.ago(years*36525/100 + 40)
	}
	p.kin = append(p.kin, relative{role, &other})
}

// Dwayne has had diabetes for some years, and runs out of food at the end of the month.
func dwayne(w *world, p *person) {
	p.bodyZ, p.marital, p.name.Suffix = 1500, "D", []string{"Jr."}
	w.relative(p, "SON", "Marcus", "Brooks", "male", 29)
}

// Priya expects her first child.
func priya(w *world, p *person) {
	p.marital = "M"
	p.earlier = &r4.HumanName{Family: "Krishnan", Given: []string{"Priya"}}
	w.relative(p, "SPS", "Karthik", "Raman", "male", 33)
}

// Mei has had asthma since she was three.
func mei(w *world, p *person) {
	p.bodyZ, p.heightZ, p.twin = 350, -600, 0
	w.relative(p, "MTH", "Lihua", "Chen", "female", 36)
	w.relative(p, "FTH", "Wei", "Chen", "male", 38)
}

// Alex is a transgender woman of the Navajo Nation who was treated for depression.
func alex(_ *world, p *person) {
	p.sexAtBirth = "M"
	p.earlier = &r4.HumanName{Family: "Begay", Given: []string{"Alexander"}}
	p.identity = snomed("446141000124107")
	p.tribe = "170"
}

// Ruth lives alone, with a hip of metal and a pacemaker.
func ruth(w *world, p *person) {
	p.marital = "W"
	before := address(newDice(0, 0, "ruth"), w.riverside.towns[1])
	before.Use = "old"
	p.moved = &before
	w.relative(p, "DAU", "Naomi", "Goldberg", "female", 55)
}
