package scope

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
)

// chartA and chartB are the same for two patients; shared is of nobody.
func chart(patient string) []string {
	var texts []string
	for _, text := range []string{
		`{"resourceType":"Patient","id":"$","generalPractitioner":[{"reference":"Practitioner/of-$"}]}`,
		`{"resourceType":"Observation","id":"vital-$","category":[{"coding":[{"system":"c","code":"vital-signs"}]}],"code":{"coding":[{"code":"x"}]},"subject":{"reference":"Patient/$"}}`,
		`{"resourceType":"Observation","id":"lab-$","category":[{"coding":[{"system":"c","code":"laboratory"}]}],"code":{"coding":[{"code":"y"}]},"subject":{"reference":"Patient/$"}}`,
		`{"resourceType":"Condition","id":"c-$","category":[{"coding":[{"system":"c","code":"problem-list-item"}]}],"subject":{"reference":"Patient/$"}}`,
		`{"resourceType":"MedicationRequest","id":"order-$","status":"active","subject":{"reference":"Patient/$"},"medicationReference":{"reference":"Medication/m-$"}}`,
		`{"resourceType":"MedicationRequest","id":"draft-$","status":"draft","subject":{"reference":"Patient/$"},"medicationReference":{"reference":"Medication/draft-$"}}`,
		`{"resourceType":"Medication","id":"m-$","ingredient":[{"itemReference":{"reference":"Medication/i-$"}},{"itemReference":{"reference":"Substance/s-$"}}]}`,
		`{"resourceType":"Medication","id":"draft-$"}`,
		`{"resourceType":"Medication","id":"i-$","ingredient":[{"itemReference":{"reference":"Substance/too-far-$"}}]}`,
		`{"resourceType":"Substance","id":"s-$","ingredient":[{"substanceReference":{"reference":"Substance/too-far-$"}}]}`,
		`{"resourceType":"Substance","id":"too-far-$"}`,
		`{"resourceType":"AdverseEvent","id":"ae-$","subject":{"reference":"Patient/$"},"suspectEntity":[{"instance":{"reference":"Substance/ae-$"}}]}`,
		`{"resourceType":"Substance","id":"ae-$","ingredient":[{"substanceReference":{"reference":"Substance/step-$"}}]}`,
		`{"resourceType":"Substance","id":"step-$","ingredient":[{"substanceReference":{"reference":"Substance/too-far-$"}}]}`,
		`{"resourceType":"AllergyIntolerance","id":"allergy-$","patient":{"reference":"Patient/$"}}`,
		`{"resourceType":"DocumentReference","id":"doc-$","status":"current","subject":{"reference":"Patient/$"},"content":[{"attachment":{"url":"Binary/doc-$"}},{"attachment":{"url":"` + base + `/Binary/abs-$"}},{"attachment":{"url":"https://evil.example/Binary/foreign-$"}},{"attachment":{"url":"Binary/secured-x"}},{"attachment":{"url":"Binary/secured-by-name"}},{"attachment":{"url":"Binary/secured-elsewhere"}}]}`,
		`{"resourceType":"DiagnosticReport","id":"rep-$","subject":{"reference":"Patient/$"},"presentedForm":[{"url":"Binary/rep-$"}]}`,
		`{"resourceType":"Binary","id":"doc-$"}`, `{"resourceType":"Binary","id":"abs-$"}`, `{"resourceType":"Binary","id":"foreign-$"}`,
		`{"resourceType":"Binary","id":"rep-$"}`, `{"resourceType":"Binary","id":"unreferenced-$"}`,
		`{"resourceType":"Binary","id":"secured-$","securityContext":{"reference":"Patient/$"}}`,
		`{"resourceType":"Binary","id":"secured-lab-$","securityContext":{"reference":"Observation/lab-$"}}`,
		`{"resourceType":"Provenance","id":"vital-$","target":[{"reference":"Observation/vital-$"},{"reference":"Practitioner/x"}]}`,
		`{"resourceType":"Provenance","id":"both-$","target":[{"reference":"Observation/vital-$"},{"reference":"Observation/lab-$"}]}`,
		`{"resourceType":"Provenance","id":"of-provenance-$","target":[{"reference":"Provenance/vital-$"}]}`,
		`{"resourceType":"Device","id":"dev-$","patient":{"reference":"Patient/$"}}`,
		`{"resourceType":"Task","id":"task-$","for":{"reference":"Patient/$"}}`,
		`{"resourceType":"RelatedPerson","id":"rel-$","patient":{"reference":"Patient/$"}}`,
		`{"resourceType":"CareTeam","id":"team-$","status":"active","subject":{"reference":"Patient/$"},"participant":[{"member":{"reference":"Practitioner/team-$"},"period":{"end":"2020"}}]}`,
		`{"resourceType":"Person","id":"per-$","link":[{"target":{"reference":"Patient/$"}}]}`,
		`{"resourceType":"AuditEvent","id":"aud-$","entity":[{"what":{"reference":"Patient/$"}}]}`,
		`{"resourceType":"Contract","id":"con-$","subject":[{"reference":"Patient/$"}]}`,
	} {
		texts = append(texts, strings.ReplaceAll(text, "$", patient))
	}
	return texts
}

func twoCharts(t *testing.T) *world {
	w := newWorld(t, append(chart("a"), chart("b")...)...)
	for _, text := range []string{
		`{"resourceType":"Practitioner","id":"x"}`, `{"resourceType":"Organization","id":"o"}`, `{"resourceType":"ValueSet","id":"v"}`,
		`{"resourceType":"Group","id":"g","member":[{"entity":{"reference":"Patient/a"}}]}`,
		`{"resourceType":"Library","id":"l","relatedArtifact":[{"type":"depends-on","resource":"Medication/nobody"}]}`,
		`{"resourceType":"Binary","id":"secured-x","securityContext":{"reference":"Practitioner/x"}}`,
		// A securityContext that leads nowhere lets nobody in.
		`{"resourceType":"Binary","id":"secured-by-name","securityContext":{"type":"Patient","identifier":{"value":"b"}}}`,
		`{"resourceType":"Binary","id":"secured-elsewhere","securityContext":{"reference":"https://evil.example/Patient/a"}}`,
		`{"resourceType":"Subscription","id":"sub"}`, `{"resourceType":"Medication","id":"nobody"}`,
		`{"resourceType":"Provenance","id":"mixed","target":[{"reference":"Observation/vital-a"},{"reference":"Observation/vital-b"}]}`,
		`{"resourceType":"Provenance","id":"dangling","target":[{"reference":"Observation/vital-a"},{"reference":"Observation/gone"}]}`,
		`{"resourceType":"Provenance","id":"by-name","target":[{"reference":"Observation/vital-a"},{"type":"Patient","identifier":{"value":"b"}}]}`,
		`{"resourceType":"Provenance","id":"by-display","target":[{"reference":"Observation/vital-a"},{"display":"somebody"}]}`,
		`{"resourceType":"Provenance","id":"not-contained","target":[{"reference":"Observation/vital-a"},{"reference":"#in"}]}`,
		`{"resourceType":"Provenance","id":"elsewhere","target":[{"reference":"Observation/vital-a"},{"reference":"https://evil.example/Observation/vital-a"}]}`,
		`{"resourceType":"Provenance","id":"group","target":[{"reference":"Observation/vital-a"},{"reference":"Group/g"}]}`,
	} {
		w.put(t, text)
	}
	return w
}

// all is what a patient's token sees of the two charts under patient/*.rs, but
// for what is by chart alone.
var (
	byChartA = words(`AdverseEvent/ae-a AllergyIntolerance/allergy-a CareTeam/team-a Condition/c-a Device/dev-a DiagnosticReport/rep-a
		DocumentReference/doc-a MedicationRequest/draft-a MedicationRequest/order-a Observation/lab-a Observation/vital-a
		Patient/a RelatedPerson/rel-a Task/task-a`)
	whole       = words(`Library/l Organization/o Practitioner/x ValueSet/v`)
	medicationA = words(`Medication/draft-a Medication/i-a Medication/m-a Substance/ae-a Substance/s-a Substance/step-a`)
	binaryA     = words(`Binary/abs-a Binary/doc-a Binary/rep-a Binary/secured-a Binary/secured-lab-a`)
	provenanceA = words(`Provenance/both-a Provenance/vital-a`)
)

func words(lists ...any) []string {
	var all []string
	for _, list := range lists {
		switch list := list.(type) {
		case string:
			all = append(all, strings.Fields(list)...)
		case []string:
			all = append(all, list...)
		}
	}
	slices.Sort(all)
	return all
}

func other(patient []string) []string {
	var others []string
	for _, name := range patient {
		others = append(others, strings.TrimSuffix(name, "a")+"b")
	}
	return others
}

// visibleNow is a day in the period of the teams: 2020-09-13.
const visibleNow = 1_600_000_000_000_000

// visible is a grant and what it shows of the two charts.
type visible struct {
	name, scopes string
	context      Context
	read, search []string
}

func visibleCases(w *world) []visible {
	var all []string
	for key := range w.resources {
		all = append(all, key.String())
	}
	everything := words(all)
	unrecorded := slices.DeleteFunc(slices.Clone(everything), func(name string) bool { return strings.HasPrefix(name, "AuditEvent/") })
	patient := Context{Patient: "a"}
	care := func(user string) Context { return Context{User: user, Panel: PanelCare} }
	return []visible{
		{"a patient's everything", "patient/*.rs", patient,
			words(byChartA, whole, medicationA, binaryA, provenanceA), words(byChartA, whole, medicationA, provenanceA)},
		{"read alone", "patient/*.r", patient, words(byChartA, whole, medicationA, binaryA, provenanceA), nil},
		{"search alone shows nothing that only a read could reach", "patient/*.s", patient, nil, words(byChartA, whole)},
		{"writing shows nothing", "patient/*.cud", patient, nil, nil},
		{"one type", "patient/Condition.rs", patient, words("Condition/c-a"), words("Condition/c-a")},
		{"letters apart", "patient/Condition.r patient/Observation.s", patient,
			words("Condition/c-a"), words("Observation/lab-a Observation/vital-a")},
		{"parameters", "patient/Observation.rs?category=c|laboratory", patient, words("Observation/lab-a"), words("Observation/lab-a")},
		{"parameters AND", "patient/Observation.r?category=c|laboratory&code=x", patient, nil, nil},
		{"two scopes OR", "patient/Observation.r?category=c|laboratory patient/Observation.r?code=x", patient,
			words("Observation/lab-a Observation/vital-a"), nil},
		{"comma OR", "patient/Observation.r?category=c|laboratory,c|vital-signs", patient,
			words("Observation/lab-a Observation/vital-a"), nil},
		{"the wildcard wins", "patient/*.r patient/Observation.r?category=c|laboratory", patient,
			words(byChartA, whole, medicationA, binaryA, provenanceA), nil},
		{"a wildcard with a parameter that few types have", "patient/*.r?category=c|laboratory", patient,
			words("Observation/lab-a"), nil},
		{"medications of what is visible", "patient/MedicationRequest.r?status=active patient/Medication.r patient/Substance.rs", patient,
			words("MedicationRequest/order-a Medication/m-a Medication/i-a Substance/s-a"), words("Substance/s-a")},
		{"no medication without its order", "patient/Medication.rs patient/Observation.rs", patient,
			words("Observation/lab-a Observation/vital-a"), words("Observation/lab-a Observation/vital-a")},
		{"no ingredient without its medication", "patient/MedicationRequest.r patient/Substance.r", patient,
			words("MedicationRequest/order-a MedicationRequest/draft-a"), nil},
		{"attachments of what is visible", "patient/DiagnosticReport.r patient/Binary.rs", patient,
			words("DiagnosticReport/rep-a Binary/rep-a"), nil},
		{"a security context that is visible", "patient/Observation.r?category=c|laboratory patient/Binary.r", patient,
			words("Observation/lab-a Binary/secured-lab-a"), nil},
		{"Binary alone", "patient/Patient.r patient/Binary.r", patient, words("Patient/a Binary/secured-a"), nil},
		{"provenance of what is visible", "patient/Observation.r?category=c|vital-signs patient/Practitioner.r patient/Provenance.rs", patient,
			words("Observation/vital-a Practitioner/x Provenance/vital-a"), words("Provenance/vital-a")},
		{"provenance with a hidden target", "patient/Observation.rs?category=c|vital-signs patient/Provenance.rs", patient,
			words("Observation/vital-a"), words("Observation/vital-a")},
		{"a system's everything", "system/*.rs", Context{}, everything, everything},
		{"a system's type", "system/Medication.r?_id=nobody", Context{}, words("Medication/nobody"), nil},
		{"a practitioner's everything", "user/*.rs", Context{User: "Practitioner/of-a", Panel: PanelAll}, unrecorded, unrecorded},
		{"an administrator's everything", "user/*.rs", Context{User: "Practitioner/of-a", Panel: PanelCare, Administrator: true}, everything, everything},
		{"an administrator who is nobody's practitioner", "user/AuditEvent.rs", Context{Administrator: true}, words("AuditEvent/aud-a AuditEvent/aud-b"), words("AuditEvent/aud-a AuditEvent/aud-b")},
		{"a system's records", "system/AuditEvent.s", Context{}, nil, words("AuditEvent/aud-a AuditEvent/aud-b")},
		{"a role's everything", "user/Group.r", Context{User: "PractitionerRole/1", Panel: PanelAll}, words("Group/g"), nil},
		{"a panel by generalPractitioner", "user/*.rs", care("Practitioner/of-a"),
			words(byChartA, whole, medicationA, binaryA, provenanceA), words(byChartA, whole, medicationA, provenanceA)},
		{"a panel by care team", "user/Condition.rs user/Organization.r", care("Practitioner/team-b"),
			words("Condition/c-b Organization/o"), words("Condition/c-b")},
		{"an empty panel", "user/*.rs", care("Practitioner/x"), whole, whole},
		{"a panel mode that nobody knows is bounded", "user/Condition.r", Context{User: "Practitioner/x", Panel: "everyone"}, nil, nil},
		{"a patient who is the user", "user/*.r", Context{User: "Patient/b", Panel: PanelAll},
			words(other(words(byChartA, medicationA, binaryA, provenanceA)), whole), nil},
		{"a relative", "user/Patient.r user/Observation.r", Context{User: "RelatedPerson/rel-b", Panel: PanelAll},
			words("Patient/b Observation/lab-b Observation/vital-b"), nil},
		{"patient/ for a user of the patient's panel", "patient/Condition.r patient/Organization.r",
			Context{Patient: "a", User: "Practitioner/of-a", Panel: PanelCare}, words("Condition/c-a Organization/o"), nil},
		{"patient/ for a user outside it", "patient/Condition.r patient/Organization.r",
			Context{Patient: "b", User: "Practitioner/of-a", Panel: PanelCare}, nil, nil},
		{"patient/ for any practitioner", "patient/Condition.r", Context{Patient: "b", User: "Practitioner/of-a", Panel: PanelAll},
			words("Condition/c-b"), nil},
		{"patient/ for the patient", "patient/Condition.r", Context{Patient: "b", User: "Patient/b"}, words("Condition/c-b"), nil},
		{"patient/ for a relative", "patient/Condition.r", Context{Patient: "b", User: "RelatedPerson/rel-b"}, words("Condition/c-b"), nil},
		{"a relative of two", "user/Patient.r", Context{User: "RelatedPerson/rel-a", Also: words("RelatedPerson/rel-b")}, words("Patient/a Patient/b"), nil},
		{"a patient who is another's relative", "user/Patient.r", Context{User: "Patient/a", Also: words("RelatedPerson/rel-b")}, words("Patient/a Patient/b"), nil},
		{"patient/ for a relative of two", "patient/Condition.r", Context{Patient: "b", User: "RelatedPerson/rel-a", Also: words("RelatedPerson/rel-b")}, words("Condition/c-b"), nil},
		{"patient/ for a patient who is another's relative", "patient/Condition.r", Context{Patient: "b", User: "Patient/a", Also: words("RelatedPerson/rel-b")}, words("Condition/c-b"), nil},
		{"patient/ for a patient who is a third one's relative", "patient/Condition.r", Context{Patient: "b", User: "Patient/a", Also: words("RelatedPerson/rel-x")}, nil, nil},
		{"patient/ for another's relative", "patient/Condition.r", Context{Patient: "b", User: "RelatedPerson/rel-a"}, nil, nil},
		{"levels do not lend each other", "patient/Medication.r user/MedicationRequest.r", Context{Patient: "a", User: "Practitioner/x", Panel: PanelAll},
			words("MedicationRequest/order-a MedicationRequest/draft-a MedicationRequest/order-b MedicationRequest/draft-b Medication/m-a Medication/draft-a Medication/i-a"), nil},
		{"three levels", "patient/Condition.r user/Patient.r system/Group.r", Context{Patient: "a", User: "Patient/a"},
			words("Condition/c-a Patient/a Group/g"), nil},
	}
}

func TestVisible(t *testing.T) {
	w := twoCharts(t)
	w.now = visibleNow
	for _, test := range visibleCases(w) {
		p := w.grant(t, test.scopes, test.context)
		if got := w.sees(p, store.Read); !slices.Equal(got, words(test.read)) {
			t.Errorf("%s: reads\n got %v\nwant %v", test.name, got, words(test.read))
		}
		if got := w.sees(p, store.Search); !slices.Equal(got, words(test.search)) {
			t.Errorf("%s: finds\n got %v\nwant %v", test.name, got, words(test.search))
		}
	}
}

// A relationship counts while it lasts, whatever was true when the policy was
// compiled.
func TestLeak33ExpiredRelationship(t *testing.T) {
	w := twoCharts(t)
	user := Context{User: "Practitioner/team-a", Patient: "a", Panel: PanelCare}
	p := w.grant(t, "user/Condition.r patient/Observation.r", user)
	w.now = 1_600_000_000_000_000
	if got, want := w.sees(p, store.Read), words("Condition/c-a Observation/lab-a Observation/vital-a"); !slices.Equal(got, want) {
		t.Errorf("during the period: %v, want %v", got, want)
	}
	w.now = 1_610_000_000_000_000 // 2021-01-07
	if got := w.sees(p, store.Read); len(got) != 0 {
		t.Errorf("after the period: %v", got)
	}
}
