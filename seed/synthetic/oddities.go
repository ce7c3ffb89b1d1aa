package synthetic

import (
	"strings"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// oddity gives one resource in a thousand what real data have and nobody expects: it
// is valid, and apps break on it. Every number of a type's resources may be the odd one;
// the draw is not the module's, whose other draws stay as they are.
func (c *chart) oddity(resource r4.Any) {
	if c.story != nil {
		return // the stories are about something else
	}
	head := resource.Head()
	d := newDice(c.Seed, uint64(c.number), "oddity "+resource.TypeName()+" "+head.ID)
	switch r := resource.(type) {
	case *r4.Patient:
		if d.permille(100) {
			c.oddPatient(d, r)
		}
	case *r4.Observation:
		if d.permille(1) {
			oddObservation(d, r)
		}
	case *r4.Condition:
		if d.permille(10) && r.OnsetDateTime != "" {
			r.OnsetDateTime = r.OnsetDateTime[:4] // only the year is remembered
		}
	case *r4.MedicationRequest:
		if d.permille(20) && r.MedicationCodeableConcept != nil {
			head.Contained = []r4.Any{&r4.Medication{Resource: r4.Resource{ID: "drug"}, Code: r.MedicationCodeableConcept}}
			r.MedicationCodeableConcept, r.MedicationReference = nil, ref("#drug")
		}
	}
}

// oddPatient changes a name or a birth date.
func (c *chart) oddPatient(d dice, p *r4.Patient) {
	name := p.Name[0] // the slices of a person are shared with the family's charts
	switch d.below(4) {
	case 0: // longer than any field of a form
		name.Family = strings.Repeat("Wolfeschlegelstein-", 12) + "hausen"
	case 1: // an emoji, and a character beyond the basic plane that is in real names
		name.Given = []string{"𠮷" + name.Given[0] + "🌻"}
	case 2: // the birth date is known to the year, and the time of birth is told beside it
		p.BirthDate = p.BirthDate[:4]
		p.BirthDateElement = &r4.Element{Extension: []r4.Extension{{URL: "http://hl7.org/fhir/StructureDefinition/patient-birthTime", ValueDateTime: date(c.birth) + "T03:17:00-05:00"}}}
	case 3: // no name at all
		name = r4.HumanName{Extension: unknown()}
	}
	p.Name = append([]r4.HumanName{name}, p.Name[1:]...)
}

// oddObservation changes a value or what is said about it.
func oddObservation(d dice, o *r4.Observation) {
	switch d.below(3) {
	case 0: // more digits than were measured
		if o.ValueQuantity != nil {
			value := *o.ValueQuantity
			value.Value = r4.Decimal{Value: value.Value.Value * 1000, Digits: value.Value.Digits + 3}
			o.ValueQuantity = &value
		}
	case 1:
		o.Note = []r4.Annotation{{Text: "Measured twice.\n\tSecond value taken — “as told” by the patient’s daughter: 好的 👍🏽"}}
	case 2: // said by a device that is described inside
		o.Contained = []r4.Any{&r4.Device{Resource: r4.Resource{ID: "meter"}, Status: "active", DeviceName: []r4.DeviceName{{Name: "Meter of the ward", Type: "user-friendly-name"}}}}
		o.Device = ref("#meter")
	}
}
