package synthetic

import (
	"fmt"
	"strconv"
	"time"
)

// Four patients in a row live at one address or next door. What they are to each other
// is drawn for the four, and each chart is made from that draw and the place in it, so
// that it does not matter who else is written.
const householdSize = 4

// household is who lives together: of each place the person, nil until resident asks.
type household struct {
	kind   int
	people [householdSize]*person
}

// The kinds of household, and how many of a hundred are of each.
const (
	parents = iota // two parents and two children
	single         // a parent of two children, and a neighbour
	couple         // a couple, and two neighbours
	singles        // four neighbours
)

var householdWeights = []int{35, 20, 25, 20}

// resident writes the chart of patient i.
func (w *world) resident(i int) {
	n := i - Personas
	h := w.household(n / householdSize)
	p := h.people[n%householdSize]
	w.chart(i, p, w.clinics[n/panel], nil)
}

// household draws the people of the household with this number.
func (w *world) household(number int) *household {
	d := newDice(w.Seed, uint64(number), "household")
	c := w.clinics[number*householdSize/panel]
	h := &household{kind: d.weighted(householdWeights)}
	kin, at := drawCulture(d), pick(d, c.towns)
	for place := range h.people {
		if place > 0 && !h.related(place) {
			kin, at = drawCulture(d), pick(d, c.towns)
		}
		h.people[place] = w.member(d, h, place, kin, at)
		h.people[place].id = w.prefix + "p" + strconv.Itoa(Personas+number*householdSize+place)
		h.people[place].mrn = fmt.Sprintf("G%d-%06d", w.Seed, Personas+number*householdSize+place)
	}
	h.relate()
	return h
}

// related tells whether somebody is of the family of the first one.
func (h *household) related(place int) bool {
	switch h.kind {
	case parents:
		return true
	case single:
		return place < 3
	case couple:
		return place < 2
	}
	return false
}

// child tells whether somebody is a child of the family.
func (h *household) child(place int) bool {
	return h.kind == parents && place >= 2 || h.kind == single && (place == 1 || place == 2)
}

// member draws one of a household.
func (w *world) member(d dice, h *household, place int, kin *culture, at town) *person {
	gender := pick(d, []string{"female", "male"})
	var years int
	switch {
	case h.child(place):
		years = h.childhood(d, place, w.today)
	case h.kind == parents || h.kind == single && place == 0:
		years = d.between(34, 50)
	case h.kind == couple && place < 2:
		years = d.between(58, 86)
	default:
		years = 18 + d.below(72)*d.between(40, 100)/100
	}
	if h.kind != singles && place < 2 && h.related(place) && !h.child(place) && d.permille(950) {
		gender = []string{"female", "male"}[place]
	}
	p := draw(d, kin, at, gender, w.ago(years*36525/100+d.between(4, 360)))
	if place > 0 && h.related(place) {
		first := h.people[0]
		p.name.Family, p.address, p.moved, p.phone = first.name.Family, first.address, first.moved, first.phone
		p.email = mail(d, p.name)
	}
	if h.child(place) {
		p.email = ""
	}
	p.marital = h.marital(d, place, age(p.birth, w.today))
	if years > 40 && d.permille(30) {
		died := w.ago(d.between(20, 500))
		p.death = &died
	}
	if p.female() && p.marital == "M" && d.permille(300) {
		before := p.name
		before.Family = pick(d, kin.family)
		p.earlier = &before
	}
	return p
}

// childhood is how old a child of the family is, in years: no younger than the mother's
// age allows, and a year or more apart from the other child.
func (h *household) childhood(d dice, place int, today time.Time) int {
	first := h.people[0]
	youngest := max(0, age(first.birth, today)-44)
	if first.death != nil {
		youngest = max(youngest, 2)
	}
	years := d.between(youngest, 16)
	if other := h.people[place-1]; h.child(place - 1) {
		if apart := years - age(other.birth, today); apart > -2 && apart < 2 {
			years = age(other.birth, today) - 2
			if years < youngest {
				years += 4
			}
		}
	}
	return years
}

func (h *household) marital(d dice, place, years int) string {
	switch {
	case years < 18:
		return "S"
	case h.kind == parents || h.kind == couple && place < 2:
		return "M"
	}
	if years < 26 {
		return "S"
	}
	if years < 45 {
		return pick(d, []string{"S", "S", "D"})
	}
	return pick(d, []string{"S", "S", "D", "W"})
}
