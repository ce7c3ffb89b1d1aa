package synthetic

import (
	"encoding/base64"

	"github.com/granary-fhir/granary/seed/synthetic/r4"
)

// imaging is a chest X-ray of some who come to the emergency room, and an
// electrocardiogram of some with high blood pressure.
type imaging struct{ plain }

func (imaging) visit(c *chart, v *visit) {
	switch {
	case v.kind == emergency && v.chest && (c.story != nil || c.dice.permille(500)):
		c.chestXRay(v)
	case v.is("hypertension") && c.dice.permille(100), v.is("wellness") && c.years() > 65 && c.dice.permille(150):
		c.electrocardiogram(v)
	}
}

// chestXRay writes the order, the picture, the findings and the report.
func (c *chart) chestXRay(v *visit) {
	order := c.put("order", &r4.ServiceRequest{
		Status: "completed", Intent: "order", Category: list(snomed("363679005")), Code: snomed("399208008"), Subject: c.patient,
		Encounter: v.encounter, OccurrenceDateTime: c.during(v, 40), AuthoredOn: c.during(v, 20), Requester: v.doctor,
	}, "us-core-servicerequest")
	c.put("procedure", &r4.Procedure{
		BasedOn: refs(order), Status: "completed", Code: snomed("399208008"), Subject: c.patient, Encounter: v.encounter,
		PerformedDateTime: c.during(v, 40), Performer: []r4.Performer{{Actor: c.nurse(v)}},
	}, "us-core-procedure")
	seen := c.clinical(v, "imaging", "18782-3", func(o *r4.Observation) {
		o.ValueString = "Lungs clear. Heart of normal size. No effusion, no pneumothorax."
	})
	meaning := c.clinical(v, "imaging", "19005-8", func(o *r4.Observation) { o.ValueString = "No acute abnormality." })
	c.report(v, "LP29684-5", "30746-2", order, c.picture(v, "399208008"), "Chest X-ray: no acute abnormality.", seen, meaning)
}

// electrocardiogram writes the tracing, what was measured in it, and the report.
func (c *chart) electrocardiogram(v *visit) {
	code, words := "64432007", "Sinus rhythm, nothing else of note."
	if v.is("heart") {
		code, words = "49710005", "Sinus bradycardia, 38 a minute."
	}
	rhythm := c.clinical(v, "procedure", "8884-9", func(o *r4.Observation) { o.ValueCodeableConcept = snomed(code) })
	width := c.clinical(v, "procedure", "44973-6", func(o *r4.Observation) { o.ValueQuantity = quantity(whole(c.dice.normal(94, 8)), "ms") })
	impression := c.clinical(v, "procedure", "8601-7", func(o *r4.Observation) { o.ValueString = words })
	c.report(v, "LP29708-2", "45033-8", nil, c.picture(v, "29303009"), "Electrocardiogram: "+words, rhythm, width, impression)
}

// clinical writes a result that is neither a vital sign nor a laboratory's.
func (c *chart) clinical(v *visit, category, code string, value func(*r4.Observation)) *r4.Reference {
	o := &r4.Observation{
		Status: "final", Category: list(observationCategory(category)), Code: loinc(code), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.during(v, 45), Performer: refs(v.doctor),
	}
	if category == "imaging" { // found by radiologists and by whoever looks for procedures
		o.Category = list(observationCategory(category), observationCategory("procedure"))
	}
	value(o)
	c.unanswered("finding", 2, o)
	return c.put("finding", o, "us-core-observation-clinical-result")
}

// picture is a Media of a stand-in: a grey square.
func (c *chart) picture(v *visit, modality string) *r4.Reference {
	return c.put("picture", &r4.Media{
		Status: "completed", Type: concept("media-type", "image"), Modality: snomed(modality), Subject: c.patient, Encounter: v.encounter,
		CreatedDateTime: c.during(v, 42), Content: &r4.Attachment{ContentType: "image/gif", Data: greySquare, Title: "Image"},
	})
}

// greySquare is the smallest GIF, one grey pixel.
const greySquare = "R0lGODlhAQABAIAAAICAgAAAACwAAAAAAQABAAACAkQBADs="

// report is the DiagnosticReport of a picture.
func (c *chart) report(v *visit, category, code string, order, picture *r4.Reference, words string, results ...*r4.Reference) {
	c.put("report", &r4.DiagnosticReport{
		BasedOn: refs(order), Status: "final", Category: list(loinc(category)), Code: loinc(code), Subject: c.patient, Encounter: v.encounter,
		EffectiveDateTime: c.during(v, 45), Issued: c.at(v, 90), Performer: refs(v.doctor), Result: refs(results...),
		Media:      []r4.ReportMedia{{Comment: "As seen by the reporting physician", Link: picture}},
		Conclusion: words, PresentedForm: []r4.Attachment{{ContentType: "text/plain", Data: base64.StdEncoding.EncodeToString([]byte(words)), Title: "Report"}},
	}, "us-core-diagnosticreport-note")
}
