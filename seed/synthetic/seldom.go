package synthetic

import (
	"encoding/base64"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// seldom is what US Core wants supported and few charts have, at one check-up: results
// that are words or missing, a report by a doctor, a note with a picture, a drug that a
// doctor reports, a referral for some weeks, a letter inside its DocumentReference, a
// vaccination that was declined, a concern from a screening, an interview,
// a plan for one day, and what US Core's guidance wants.
type seldom struct {
	plain
	done bool
}

func (*seldom) plan(c *chart) bool { return c.years() >= 20 && c.chance(3) }

func (m *seldom) visit(c *chart, v *visit) {
	if m.done || v.kind != checkup {
		return
	}
	m.done = true
	result := c.words(v)
	c.chestFilm(v, result)
	c.reported(v)
	c.referral(v)
	c.letter(v)
	c.declined()
	c.screened(v)
	c.call(v)
	c.interview(v)
	c.preparation(v)
	c.guidance(v)
}

// words are results without a number, of the laboratory and of an examination, and the
// report of a doctor who looked at the sample.
func (c *chart) words(v *visit) *r4.Reference {
	sample := c.sample(v, "122575003", "UR")
	lab := r4.Observation{
		Status: "final", Category: list(observationCategory("laboratory")), Code: loinc("20405-7"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 15), Issued: c.issued(v), Performer: refs(v.doctor), Specimen: sample, ValueString: "A trace, seen by eye",
	}
	seen := c.put("lab", &lab, "us-core-observation-lab")
	c.put("report", &r4.DiagnosticReport{
		Status: "final", Category: list(concept("v2-0074", "LAB")), Code: loinc("24356-8"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 15), Issued: c.issued(v), Performer: refs(v.doctor), Specimen: refs(sample), Result: refs(seen),
	}, "us-core-diagnosticreport-lab")
	rhythm := c.finding(v, "procedure", "8884-9")
	rhythm.ValueCodeableConcept = snomed("64432007")
	c.put("finding", rhythm, "us-core-observation-clinical-result")
	width := c.finding(v, "procedure", "44973-6")
	width.DataAbsentReason = concept("data-absent-reason", "not-performed")
	c.put("finding", width, "us-core-observation-clinical-result")
	return seen
}

// finding is a clinical result without a value.
func (c *chart) finding(v *visit, category, code string) *r4.Observation {
	return &r4.Observation{
		Status: "final", Category: list(observationCategory(category)), Code: loinc(code), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.at(v, 14), Performer: refs(v.doctor),
	}
}

// chestFilm is an X-ray of the chest: the picture, what was seen on it, and the note,
// which cites a result of the laboratory too.
func (c *chart) chestFilm(v *visit, result *r4.Reference) {
	picture := c.put("picture", &r4.Media{
		Status: "completed", Type: concept("media-type", "image"), Modality: snomed("399208008"), Subject: c.patient, Encounter: v.encounter,
		CreatedDateTime: c.during(v, 40), Content: &r4.Attachment{ContentType: "image/png", Data: dot, Title: "Chest, front"},
	})
	seen := c.finding(v, "imaging", "19005-8")
	seen.ValueString = "No acute abnormality"
	words := "Heart of normal size. Clear lungs. No acute abnormality."
	c.put("note", &r4.DiagnosticReport{
		Status: "final", Category: list(loinc("LP29684-5")), Code: loinc("30746-2"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.during(v, 40), Issued: c.at(v, 90), Performer: refs(v.doctor, c.clinic.hospital),
		Result: refs(c.put("finding", seen, "us-core-observation-clinical-result"), result), Media: []r4.ReportMedia{{Link: picture}},
		PresentedForm: []r4.Attachment{{ContentType: "text/plain", Data: base64.StdEncoding.EncodeToString([]byte(words)), Title: "Chest X-ray"}},
	}, "us-core-diagnosticreport-note")
}

// dot is a PNG of one grey pixel.
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

// reported is a drug of another clinic, of which a doctor tells, and how it was given
// out.
func (c *chart) reported(v *visit) {
	d := drugs()["acetaminophen"]
	stock := c.stock(d)
	order := c.put("prescription", &r4.MedicationRequest{
		Status: "active", Intent: "plan", Category: list(concept("medicationrequest-category", "community")), ReportedReference: v.doctor,
		MedicationReference: stock, Subject: c.patient, Encounter: v.encounter, AuthoredOn: c.at(v, 18), Requester: v.doctor, ReasonCode: list(snomed("25064002")),
		DosageInstruction: d.dosage(date(v.on)),
	}, "us-core-medicationrequest")
	c.put("dispense", &r4.MedicationDispense{
		Status: "completed", MedicationReference: stock, Subject: c.patient, Context: v.encounter, Performer: []r4.Performer{{Actor: v.doctor}, {Actor: c.clinic.organization}},
		AuthorizingPrescription: refs(order), Type: concept("v3-ActCode", "FFC"), Quantity: quantity(whole(d.amount), d.dispensed),
		WhenHandedOver: c.at(v, 90), DosageInstruction: d.dosage(date(v.on)),
	}, "us-core-medicationdispense")
}

// preparation is a plan for one day, long over.
func (c *chart) preparation(v *visit) {
	plan := &r4.CarePlan{
		Status: "completed", Intent: "plan", Category: list(concept("careplan", "assess-plan")), Title: "Before the colonoscopy", Subject: c.patient,
		Encounter: v.encounter, Period: &r4.Period{Start: date(v.on), End: date(v.on)}, Author: v.doctor,
	}
	plan.Text = &r4.Narrative{Status: "additional", Div: narrative("Clear liquids only.")}
	c.put("plan", plan, "us-core-careplan")
}

// referral is for some weeks.
func (c *chart) referral(v *visit) {
	c.put("order", &r4.ServiceRequest{
		Status: "active", Intent: "order", Category: list(snomed("386053000")), Code: snomed("710824005"), Subject: c.patient,
		Encounter: v.encounter, OccurrencePeriod: &r4.Period{Start: date(v.on), End: date(v.on.AddDate(0, 0, 42))},
		AuthoredOn: c.during(v, 22), Requester: v.doctor, ReasonCode: list(snomed("719478002")),
	}, "us-core-servicerequest")
}

// letter is a note of the visit that needs no Binary.
func (c *chart) letter(v *visit) {
	words := "Seen for the yearly check-up. Nothing new. Back in a year."
	c.put("letter", &r4.DocumentReference{
		Identifier: []r4.Identifier{{System: "https://granary.example/letters", Value: c.mrn + "-1"}},
		Status:     "current", Type: loinc("11506-3"), Category: list(concept("note", "clinical-note")), Subject: c.patient,
		Date: c.at(v, 60), Author: refs(v.doctor), Custodian: c.clinic.organization,
		Content: []r4.Content{{Attachment: &r4.Attachment{ContentType: "text/plain", Data: base64.StdEncoding.EncodeToString([]byte(words)), Title: "Note of the visit"}}},
		Context: &r4.Context{Encounter: refs(v.encounter), Period: c.period(v)},
	}, "us-core-documentreference")
}

// screened is a concern of a screening that is over.
func (c *chart) screened(v *visit) {
	c.concern(diagnosis{
		snomed: "160695008", onset: v.on.AddDate(0, -3, 0), ended: v.on.AddDate(0, 0, -7), visit: v,
		also: []*r4.CodeableConcept{concept("us-core", "sdoh")},
	})
}

// call is by phone, about what was found at the visit.
func (c *chart) call(v *visit) {
	found := c.diagnosed(diagnosis{snomed: "10509002", icd10: "J20.9", onset: v.on.AddDate(0, 0, -2), ended: v.on.AddDate(0, 0, 12), visit: v})
	on := v.on.AddDate(0, 0, 2)
	times := &r4.Period{Start: instant(on, 9*60, c.home.hours), End: instant(on, 9*60+10, c.home.hours)}
	c.put("visit", &r4.Encounter{
		Identifier: []r4.Identifier{{System: "https://granary.example/visits", Value: c.mrn + "-call"}},
		Status:     "finished", Class: coding("v3-ActCode", "VR"), Type: list(snomed("448337001")), Subject: c.patient,
		Participant: []r4.EncounterParticipant{{Type: list(concept("v3-ParticipationType", "PPRF")), Period: times, Individual: v.doctor}},
		Period:      times, ReasonReference: refs(found), Location: []r4.EncounterLocation{{Location: c.clinic.office}}, ServiceProvider: c.clinic.organization,
	}, "us-core-encounter")
}
