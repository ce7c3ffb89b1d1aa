package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// guidance is what US Core's guidance wants beyond its profiles: each of the common
// notes, and reports that are found as a note too (clinical-notes.html), the summary
// that $docref is asked for, and the use of
// alcohol as a survey has it (screening-and-assessments.html).
func (c *chart) guidance(v *visit) {
	c.colonoscopy(v)
	c.document(v, note{code: "11502-2", title: "Laboratory report", text: "Nothing out of range. No call needed."})
	c.document(v, note{code: "18748-4", title: "Diagnostic imaging study", text: "Ultrasound of the abdomen: liver and kidneys of normal size, no stones."})
	c.document(v, note{code: "34133-9", title: "Summary of episode note", text: c.account(v), html: true})
	c.put("survey", &r4.Observation{
		Status: "final", Category: list(observationCategory("survey"), observationCategory("social-history")), Code: loinc("75626-2"), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 9), Performer: refs(c.patient), ValueQuantity: quantity(whole(2), "{score}"),
	}, "us-core-observation-screening-assessment")
}

// colonoscopy is the procedure, its note, and what the pathologist saw, once as a report
// and once as a note, with one text.
func (c *chart) colonoscopy(v *visit) {
	c.put("procedure", &r4.Procedure{
		Status: "completed", Code: snomed("73761001"), Subject: c.patient, Encounter: v.encounter,
		PerformedDateTime: c.during(v, 30), Performer: []r4.Performer{{Actor: v.doctor}}, ReasonCode: list(snomed("68496003")),
	}, "us-core-procedure")
	c.document(v, note{code: "28570-0", title: "Procedure note", text: "Colonoscopy. A polyp of 4 mm was taken from the sigmoid colon. No bleeding."})
	study := note{code: "11526-1", title: "Pathology study", text: "Tubular adenoma of 4 mm, removed completely."}
	study.attachment = c.attachment(v, study)
	c.document(v, study)
	tissue := c.put("sample", &r4.Specimen{
		Identifier: []r4.Identifier{{System: "https://granary.example/samples", Value: "T" + c.mrn + "-polyp"}}, Status: "available",
		Type: both(snomed("119376003"), concept("v2-0487", "TISS")), Subject: c.patient, Condition: list(concept("v2-0493", "ROOM")),
		Collection: &r4.Collection{Collector: v.doctor, CollectedDateTime: c.during(v, 30), BodySite: snomed("60184004")},
	}, "us-core-specimen")
	c.put("note", &r4.DiagnosticReport{
		Status: "final", Category: list(loinc("LP7839-6")), Code: loinc("11526-1"), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.during(v, 30), Issued: c.at(v, 120), Performer: refs(v.doctor), Specimen: refs(tissue),
		PresentedForm: []r4.Attachment{*study.attachment},
	}, "us-core-diagnosticreport-note")
}
