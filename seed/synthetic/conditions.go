package synthetic

import (
	"time"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// diagnosis is a Condition to be written. The zero values of the dates are unknown.
type diagnosis struct {
	snomed, icd10 string
	onset, ended  time.Time
	visit         *visit // of the diagnosis, nil where it was made elsewhere
	status        string // condition-clinical, "" for active or, if it ended, resolved
	recorded      time.Time
	also          []*r4.CodeableConcept // further categories
	secret        bool
}

// problem writes a Condition of the problem list, and remembers it if it goes on.
func (c *chart) problem(module string, d diagnosis) *r4.Reference {
	condition := c.condition(d, concept("condition-category", "problem-list-item"))
	made := c.put("problem", condition, "us-core-condition-problems-health-concerns")
	if d.ended.IsZero() {
		c.problems = append(c.problems, problem{module, made, condition.Code.Text})
	}
	return made
}

// concern writes a Condition that the patient or a screening brought up.
func (c *chart) concern(d diagnosis) *r4.Reference {
	return c.put("concern", c.condition(d, concept("concern", "health-concern")), "us-core-condition-problems-health-concerns")
}

// diagnosed writes what a visit was about.
func (c *chart) diagnosed(d diagnosis) *r4.Reference {
	return c.put("diagnosis", c.condition(d, concept("condition-category", "encounter-diagnosis")), "us-core-condition-encounter-diagnosis")
}

func (c *chart) condition(d diagnosis, category *r4.CodeableConcept) *r4.Condition {
	code := snomed(d.snomed)
	if d.icd10 != "" {
		code = both(code, concept("icd10", d.icd10))
	}
	o := &r4.Condition{
		ClinicalStatus: concept("condition-clinical", d.clinicalStatus()), VerificationStatus: concept("condition-ver-status", "confirmed"),
		Category: list(append([]*r4.CodeableConcept{category}, d.also...)...), Code: code, Subject: c.patient, Recorder: c.doctor,
	}
	if !d.onset.IsZero() {
		o.OnsetDateTime = date(d.onset)
	}
	if !d.ended.IsZero() {
		o.AbatementDateTime = date(d.ended)
	}
	if d.visit != nil {
		o.Encounter, o.RecordedDate, o.Recorder = d.visit.encounter, c.during(d.visit, 15), d.visit.doctor
		o.Extension = []r4.Extension{{URL: asserted, ValueDateTime: date(d.visit.on)}}
	} else if recorded := later(d.recorded, d.onset); !recorded.IsZero() {
		o.RecordedDate = date(recorded)
		o.Extension = []r4.Extension{{URL: asserted, ValueDateTime: date(recorded)}}
	}
	if d.secret {
		o.Meta = confidential()
	}
	return o
}

// asserted is R4's extension for when somebody said so.
const asserted = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"

func (d diagnosis) clinicalStatus() string {
	switch {
	case d.status != "":
		return d.status
	case !d.ended.IsZero():
		return "resolved"
	}
	return "active"
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
