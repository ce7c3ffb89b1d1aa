package synthetic

import (
	"sync"
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// drug is a medication and how it is taken.
type drug struct {
	code, unit, dispensed, text string
	dose, times, amount         int
}

var drugs = sync.OnceValue(readDrugs)

// readDrugs reads drugs.tsv by name.
func readDrugs() map[string]drug {
	all := make(map[string]drug)
	for _, row := range rows("drugs") {
		all[row[0]] = drug{code: row[1], dose: number(row[2]), unit: row[3], times: number(row[4]), amount: number(row[7]), dispensed: row[8], text: row[9]}
	}
	return all
}

// dosage says how the drug is taken from a date on.
func (d drug) dosage(from string) []r4.Dosage {
	return []r4.Dosage{{
		Text:        d.text,
		Timing:      &r4.Timing{Repeat: &r4.Repeat{BoundsPeriod: &r4.Period{Start: from}, Frequency: d.times, Period: whole(1), PeriodUnit: "d"}},
		DoseAndRate: []r4.DoseAndRate{{DoseQuantity: quantity(whole(d.dose), d.unit)}},
	}}
}

// prescription says what is prescribed beside the drug.
type prescription struct {
	status  string // of the order
	reason  *r4.Reference
	refills int
	fill    bool // given out by the pharmacy, some days later
	by      *r4.Reference
	secret  bool // confidential
}

// prescribe orders a drug at a visit.
func (c *chart) prescribe(v *visit, name string, p prescription) *r4.Reference {
	d := drugs()[name]
	order := &r4.MedicationRequest{
		Status: p.status, Intent: "order", Category: list(concept("medicationrequest-category", "community")), ReportedBoolean: ptr(false),
		MedicationCodeableConcept: rxnorm(d.code), Subject: c.patient, Encounter: v.encounter, AuthoredOn: c.during(v, 18), Requester: v.doctor,
		ReasonReference: refs(p.reason), DosageInstruction: d.dosage(date(v.on)),
		DispenseRequest: &r4.DispenseRequest{NumberOfRepeatsAllowed: ptr(p.refills), Quantity: quantity(whole(d.amount), d.dispensed)},
	}
	if p.secret {
		order.Meta = confidential()
	}
	if p.by != nil {
		order.Requester = p.by
	}
	if c.dice.permille(250) {
		order.Extension = []r4.Extension{c.adherence(v.on)}
	}
	made := c.put("prescription", order, "us-core-medicationrequest")
	if p.fill {
		c.dispense(v, d, made, p)
	}
	return made
}

// dispense is the pharmacy's part. It has the label of the order.
func (c *chart) dispense(v *visit, d drug, order *r4.Reference, p prescription) {
	on := v.on.AddDate(0, 0, 1)
	pharmacist := c.clinic.people["pharmacy"]
	if pharmacist == nil {
		pharmacist = c.clinic.organization
	}
	given := &r4.MedicationDispense{
		Status: "completed", MedicationCodeableConcept: rxnorm(d.code), Subject: c.patient, Context: v.encounter,
		Performer: []r4.Performer{{Actor: pharmacist}}, AuthorizingPrescription: refs(order), Type: concept("v3-ActCode", "FFC"),
		Quantity: quantity(whole(d.amount), d.dispensed), WhenHandedOver: instant(on, 16*60+c.dice.below(90), c.home.hours),
		DosageInstruction: d.dosage(date(on)),
	}
	if p.secret {
		given.Meta = confidential()
	}
	c.put("dispense", given, "us-core-medicationdispense")
}

// adherence is US Core 7.0.0's extension about whether a drug is taken.
func (c *chart) adherence(on time.Time) r4.Extension {
	taken := pick(c.dice, []string{"1156699004", "275928001"})
	return extension("us-core-medication-adherence",
		r4.Extension{URL: "medicationAdherence", ValueCodeableConcept: snomed(taken)},
		r4.Extension{URL: "dateAsserted", ValueDateTime: date(on)},
		r4.Extension{URL: "informationSource", ValueCodeableConcept: snomed("116154003")})
}

// selfReported is a drug that the patient says to take, bought without a prescription.
func (c *chart) selfReported(name string, since time.Time) {
	d := drugs()[name]
	c.put("prescription", &r4.MedicationRequest{
		Status: "active", Intent: "plan", Category: list(concept("medicationrequest-category", "community")), ReportedReference: c.patient,
		MedicationReference: c.stock(d), Subject: c.patient, AuthoredOn: date(since), Requester: c.patient, DosageInstruction: d.dosage(date(since)),
	}, "us-core-medicationrequest")
}

// stock is a drug as a resource of its own.
func (c *chart) stock(d drug) *r4.Reference {
	made := c.put("drug", &r4.Medication{Code: rxnorm(d.code), Status: "active", Form: snomed("385055001")}, "us-core-medication")
	return named(made.Reference, coding("rxnorm", d.code).Display)
}
