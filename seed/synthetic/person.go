package synthetic

import (
	"fmt"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// person is who a patient is. Everything else in a chart follows from it and from what
// the modules draw.
type person struct {
	id, mrn         string
	gender          string // administrative; "female" and "male" here
	sexAtBirth      string // F or M
	culture         *culture
	name            r4.HumanName
	earlier         *r4.HumanName // a name that was given up
	birth           time.Time
	home            town
	address         r4.Address
	moved           *r4.Address // where the person lived before
	phone, email    string
	marital         string // v3-MaritalStatus
	twin            int    // which of twins, 0 of others
	heightZ, bodyZ  int    // how tall and how heavy, in thousandths of a standard deviation
	identity        *r4.CodeableConcept
	tribe           string // v3-TribalEntityUS
	death           *time.Time
	delivered       time.Time // when the youngest child was born, in a family with children
	kin             []relative
	interpreterOnly bool // does not speak English
}

// relative is somebody close to a patient who is not in care, or is in a chart of their
// own.
type relative struct {
	role   string // v3-RoleCode
	person *person
}

// display is the name as references show it.
func (p *person) display() string { return p.name.Given[0] + " " + p.name.Family }

func (p *person) female() bool { return p.sexAtBirth == "F" }

// draw is a person of an age, at home in a town. What the caller knows better is
// changed afterwards.
func draw(d dice, kin *culture, at town, gender string, birth time.Time) *person {
	p := &person{gender: gender, culture: kin, home: at, birth: birth, heightZ: d.z(), bodyZ: d.z()}
	p.sexAtBirth = map[string]string{"female": "F", "male": "M"}[gender]
	given := []string{pick(d, kin.given(gender))}
	if middle := pick(d, kin.given(gender)); middle != given[0] && d.permille(600) {
		given = append(given, middle)
	}
	p.name = r4.HumanName{Use: "official", Family: pick(d, kin.family), Given: given}
	p.address = address(d, at)
	p.address.Use = "home"
	p.phone = phone(d, at)
	p.email = mail(d, p.name)
	p.interpreterOnly = kin.language != "en" && d.permille(400)
	if d.permille(100) {
		before := address(d, at)
		before.Use = "old"
		p.moved = &before
	}
	return p
}

// mail is an address that somebody of this name may have.
func mail(d dice, name r4.HumanName) string {
	return fmt.Sprintf("%s.%s%d@mail.example", slug(name.Given[0]), slug(name.Family), d.between(1, 99))
}

// names are the name, and the earlier one, with the time of the change.
func (p *person) names(changed string) []r4.HumanName {
	if p.earlier == nil {
		return []r4.HumanName{p.name}
	}
	now, before := p.name, *p.earlier
	now.Period, before.Period = &r4.Period{Start: changed}, &r4.Period{End: changed}
	before.Use = "old"
	return []r4.HumanName{now, before}
}

func (p *person) telecom() []r4.ContactPoint {
	all := []r4.ContactPoint{{System: "phone", Value: p.phone, Use: "mobile"}}
	if p.email != "" {
		all = append(all, r4.ContactPoint{System: "email", Value: p.email, Use: "home"})
	}
	return all
}
