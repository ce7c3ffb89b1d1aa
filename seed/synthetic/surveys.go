package synthetic

import "github.com/granary-fhir/granary/seed/synthetic/r4"

// survey is a form of questions: a Questionnaire, whose answers become a
// QuestionnaireResponse and Observations.
type survey struct {
	id, title, panel string
	category         string // of US Core, beside survey
	questions        []string
	total            string // the code of the result
}

var phq9 = survey{
	id: "phq-9-items", title: "Patient Health Questionnaire 9", panel: "44249-1", category: "disability-status",
	questions: []string{"44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"}, total: "44261-6",
}

var hunger = survey{
	id: "hunger-vital-sign", title: "Hunger Vital Sign", panel: "88121-9", category: "sdoh",
	questions: []string{"88122-7", "88123-5"}, total: "88124-3",
}

// answers of the two forms, by score.
var (
	frequencies = []string{"LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"}
	truths      = []string{"LA28398-8", "LA6729-3", "LA28397-0"}
)

const ownWords = "In your own words"

func (s survey) url() string { return "https://granary.example/fhir/Questionnaire/" + s.id }

// forms writes the Questionnaires.
func (w *world) forms() {
	w.form(phq9, frequencies)
	w.form(hunger, truths)
}

func (w *world) form(s survey, answers []string) {
	var options []r4.AnswerOption
	for _, code := range answers {
		options = append(options, r4.AnswerOption{ValueCoding: coding("loinc", code)})
	}
	q := &r4.Questionnaire{
		Resource: r4.Resource{ID: s.id}, URL: s.url(), Version: "1.0.0", Name: map[string]string{"phq-9-items": "PHQ9Items", "hunger-vital-sign": "HungerVitalSign"}[s.id],
		Title: s.title, Status: "active", SubjectType: []string{"Patient"}, Publisher: "Granary", Code: []r4.Coding{*coding("loinc", s.panel)},
	}
	group := r4.QuestionnaireItem{LinkID: "questions", Text: s.title, Type: "group"}
	for _, code := range s.questions {
		item := r4.QuestionnaireItem{LinkID: "/" + code, Code: []r4.Coding{*coding("loinc", code)}, Text: loinc(code).Text, Type: "choice", AnswerOption: options}
		group.Item = append(group.Item, item)
	}
	kind := "integer"
	if s.id == hunger.id {
		kind = "choice"
	}
	total := r4.QuestionnaireItem{LinkID: "/" + s.total, Code: []r4.Coding{*coding("loinc", s.total)}, Text: loinc(s.total).Text, Type: kind}
	total.Item = []r4.QuestionnaireItem{{LinkID: "/" + s.total + "/note", Text: ownWords, Type: "string"}}
	q.Item = []r4.QuestionnaireItem{group, total}
	w.put(q)
}

// fillIn writes a form that was filled in at a visit: the response, an Observation for
// each answer, and the panel that holds them. The result is the panel.
func (c *chart) fillIn(v *visit, s survey, scale []string, scores []int, result func(*r4.Observation), secret bool) *r4.Reference {
	response := c.response(v, s, scale, scores, secret)
	var members []*r4.Reference
	for i, code := range s.questions {
		members = append(members, c.surveyed(v, s, code, secret, response, func(o *r4.Observation) {
			o.ValueCodeableConcept = loinc(scale[scores[i]])
		}))
	}
	members = append(members, c.surveyed(v, s, s.total, secret, response, result))
	return c.surveyed(v, s, s.panel, secret, response, func(o *r4.Observation) { o.HasMember = refs(members...) })
}

// surveyed writes one Observation of a form.
func (c *chart) surveyed(v *visit, s survey, code string, secret bool, from *r4.Reference, value func(*r4.Observation)) *r4.Reference {
	o := &r4.Observation{
		Status: "final", Category: list(observationCategory("survey"), concept("us-core", s.category)), Code: loinc(code), Subject: c.patient,
		Encounter: v.encounter, EffectiveDateTime: c.at(v, 8), Performer: refs(c.patient), DerivedFrom: refs(from),
	}
	if secret {
		o.Meta = confidential()
	}
	value(o)
	c.unanswered("survey", 1, o)
	return c.put("survey", o, "us-core-observation-screening-assessment")
}

// response writes the QuestionnaireResponse.
func (c *chart) response(v *visit, s survey, scale []string, scores []int, secret bool) *r4.Reference {
	group := r4.ResponseItem{LinkID: "questions", Text: s.title}
	sum := 0
	for i, code := range s.questions {
		sum += scores[i]
		answer := r4.Answer{ValueCoding: coding("loinc", scale[scores[i]])}
		group.Item = append(group.Item, r4.ResponseItem{LinkID: "/" + code, Text: loinc(code).Text, Answer: []r4.Answer{answer}})
	}
	total := r4.Answer{ValueInteger: ptr(sum)}
	if s.id == hunger.id {
		total = r4.Answer{ValueCoding: risk(sum)}
	}
	if sum > 0 { // the form asks back, under the answer
		total.Item = []r4.ResponseItem{{LinkID: "/" + s.total + "/note", Text: ownWords, Answer: []r4.Answer{{ValueString: "It has been a hard month."}}}}
	}
	var meta *r4.Meta
	if secret {
		meta = confidential()
	}
	return c.put("answers", &r4.QuestionnaireResponse{
		Resource:      r4.Resource{Meta: meta},
		Identifier:    &r4.Identifier{System: "https://granary.example/forms", Value: c.mrn + "-" + s.id + "-" + date(v.on)},
		Questionnaire: s.url(), QuestionnaireElement: &r4.Element{Extension: []r4.Extension{
			{URL: "http://hl7.org/fhir/StructureDefinition/display", ValueString: s.title},
			{URL: usCore + "us-core-extension-questionnaire-uri", ValueURI: "https://granary.example/forms/" + s.id},
		}},
		Status: "completed", Subject: c.patient, Encounter: v.encounter, Authored: c.at(v, 7), Author: c.patient, Source: c.patient,
		Item: []r4.ResponseItem{group, {LinkID: "/" + s.total, Text: loinc(s.total).Text, Answer: []r4.Answer{total}}},
	}, "us-core-questionnaireresponse")
}

// risk is the result of the Hunger Vital Sign: one yes is enough.
func risk(sum int) *r4.Coding {
	if sum > 0 {
		return coding("loinc", "LA19952-3")
	}
	return coding("loinc", "LA19983-8")
}
