package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// SDC's extensions of an answered form, which US Core has as slices.
const (
	signature      = "http://hl7.org/fhir/StructureDefinition/questionnaireresponse-signature"
	completionMode = "http://hl7.org/fhir/StructureDefinition/questionnaireresponse-completionMode"
	ordinalValue   = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
	itemMedia      = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-itemMedia"
	itemAnswer     = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-itemAnswerMedia"
)

// interview is a form on paper that the doctor read out and signed, with everything that
// an answered form can have; what came of it as Observations, one of them unanswered;
// and what the patient wants, in codes.
func (c *chart) interview(v *visit) {
	answers := c.signedForm(v)
	score := c.asked(v, "cognitive-status", "72133-2", answers)
	score.ValueQuantity = quantity(whole(27), "{score}")
	scored := c.put("survey", score, "us-core-observation-screening-assessment")
	words := c.asked(v, "functional-status", "75276-6", answers)
	words.ValueString, words.DerivedFrom = "Walks to the shop with a stick.", refs(answers, scored)
	c.put("survey", words, "us-core-observation-screening-assessment")
	declined := c.asked(v, "sdoh", "88122-7", answers)
	declined.DataAbsentReason = concept("data-absent-reason", "asked-declined")
	c.put("survey", declined, "us-core-observation-screening-assessment")
	c.wish(v, "care-experience-preference", "95541-9", "No visitors in the evening")
	c.wish(v, "treatment-intervention-preference", "75773-2", "No intensive care")
}

// asked is an answer of the interview without its value.
func (c *chart) asked(v *visit, category, code string, from *r4.Reference) *r4.Observation {
	return &r4.Observation{
		Status: "final", Category: list(observationCategory("survey"), concept("us-core", category)), Code: loinc(code), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 20), Performer: refs(v.doctor), DerivedFrom: refs(from),
	}
}

// wish is a preference as one of the choices of a form (7.0.0).
func (c *chart) wish(v *visit, kind, code, words string) {
	c.put("preference", &r4.Observation{
		Status: "final", Category: list(concept("us-core", kind)), Code: loinc(code), Subject: c.patient,
		EffectiveDateTime: c.at(v, 21), Performer: refs(c.patient), ValueCodeableConcept: text(words),
	}, "us-core-"+kind)
}

// signedForm is the form itself.
func (c *chart) signedForm(v *visit) *r4.Reference {
	signed := r4.Extension{URL: signature, ValueSignature: &r4.Signature{
		Type: []r4.Coding{{System: "urn:iso-astm:E1762-95:2013", Code: "1.2.840.10065.1.12.1.1", Display: "Author's Signature"}},
		When: c.at(v, 25), Who: v.doctor,
	}}
	spoken := &r4.CodeableConcept{Coding: []r4.Coding{{System: system("v3-ParticipationMode"), Code: "VERBAL", Display: "verbal"}}, Text: "Read out by the doctor"}
	clock := &r4.Attachment{ContentType: "image/png", Data: dot, Title: "A clock, as the patient drew it"}
	shop := r4.ResponseItem{LinkID: "2.1", Text: "How?", Answer: []r4.Answer{{ValueString: "With a stick."}}}
	return c.put("answers", &r4.QuestionnaireResponse{
		Resource:      r4.Resource{Extension: []r4.Extension{signed, {URL: completionMode, ValueCodeableConcept: spoken}}},
		Identifier:    &r4.Identifier{System: "https://granary.example/forms", Value: c.mrn + "-interview"},
		Questionnaire: "https://granary.example/forms/interview", QuestionnaireElement: &r4.Element{Extension: []r4.Extension{
			{URL: "http://hl7.org/fhir/StructureDefinition/display", ValueString: "How do you manage?"},
			{URL: usCore + "us-core-extension-questionnaire-uri", ValueURI: "https://granary.example/forms/interview.pdf"},
		}},
		Status: "completed", Subject: c.patient, Encounter: v.encounter, Authored: c.at(v, 20), Author: v.doctor, Source: c.patient,
		Item: []r4.ResponseItem{{
			LinkID: "1", Text: "Drawing a clock", Extension: []r4.Extension{{URL: itemMedia, ValueAttachment: clock}, signed},
			Answer: []r4.Answer{{ValueDecimal: ptr(decimal(25, 1)), Extension: []r4.Extension{{URL: itemAnswer, ValueAttachment: clock}}}},
		}, {
			LinkID: "2", Text: "Do you do your own shopping?",
			Answer: []r4.Answer{{
				ValueCoding: &r4.Coding{System: "https://granary.example/forms/interview", Code: "yes", Display: "Yes"},
				Extension:   []r4.Extension{{URL: ordinalValue, ValueDecimal: ptr(whole(1))}}, Item: []r4.ResponseItem{shop},
			}},
		}, {LinkID: "3", Text: "What else?", Answer: []r4.Answer{{ValueString: "My daughter comes on Sundays."}}}},
	}, "us-core-questionnaireresponse")
}
