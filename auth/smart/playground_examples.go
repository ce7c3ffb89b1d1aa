package smart

import "github.com/granary-fhir/granary/auth/page"

// example is an example of the documentation. Its user and patient are those of the
// built-in data.
type example struct {
	scopes, user, patient string
	text                  string
}

// The categories of the examples.
const (
	ofVitalSigns = "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"
	ofLaboratory = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
	ofProblems   = "http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item"
)

// exampleGroup is examples of one kind.
type exampleGroup struct {
	title    string
	refused  bool // the documents say that they are
	examples []example
}

// documented are the scopes of README.md, docs/scopes.md and docs/smart.md. A test holds
// them to the documents.
var documented = []exampleGroup{
	{"Levels", false, []example{
		{"patient/*.rs", "helen", "amara-okafor", "One patient’s chart, and the directory"},
		{"patient/*.rs", "amara", "", "The same, of the patient herself, who is not asked which"},
		{"patient/Observation.rs", "helen", "amara-okafor", "One type of it"},
		{"patient/DocumentReference.rs", "helen", "amara-okafor", "Another type"},
		{"patient/Patient.rs", "helen", "amara-okafor", "The patient alone"},
		{"user/Patient.rs", "elena", "", "The two patients for whom a parent of twins acts"},
		{"user/*.rs", "helen", "", "Whatever a practitioner sees, by --panel"},
		{"user/AuditEvent.rs", "ines", "", "Records of what was done, for administrators alone"},
		{"system/*.rs", "", "", "All data, for a backend service"},
		{"system/*.cruds", "", "", "All data, to read and to write"},
	}},
	{"Letters", false, []example{
		{"patient/Condition.s", "helen", "amara-okafor", "Search alone"},
		{"patient/Observation.r", "helen", "amara-okafor", "Read by id alone"},
		{"patient/Observation.c", "helen", "amara-okafor", "Create alone"},
		{"patient/*.read", "helen", "amara-okafor", "SMART v1: the same as .rs"},
		{"patient/Observation.rs patient/Observation.c?category=" + ofVitalSigns, "helen", "amara-okafor", "Read all, create vital signs"},
	}},
	{"Search parameters", false, []example{
		{"patient/Observation.rs?category=" + ofVitalSigns, "helen", "amara-okafor", "By category"},
		{"patient/Observation.crs?category=" + ofVitalSigns, "helen", "amara-okafor", "The same, with create, of which a scope holds what is written"},
		{"patient/Observation.rs?category=laboratory", "helen", "amara-okafor", "By a code, of whatever system"},
		{"patient/Observation.rs?category=vital-signs", "helen", "amara-okafor", "By another one"},
		{"system/Observation.rs?_tag=https://granary.example/tags|research", "", "", "By a tag, of whatever patient"},
		{"patient/Observation.rs?category=" + ofVitalSigns + "," + ofLaboratory, "helen", "amara-okafor", "Either of two"},
		{"patient/Condition.rs?category=" + ofProblems + "&clinical-status=active", "helen", "amara-okafor", "Both of two parameters"},
		{"user/Patient.rs?birthdate=lt1980", "helen", "", "By a prefix"},
		{"user/Observation.rs?patient.birthdate=lt1980", "helen", "", "By a chain: the observations of those patients"},
		{"user/Patient.rs?_has:Observation:patient:code=http://loinc.org|4548-4", "helen", "", "By what refers to it: patients with an HbA1c"},
		{"user/Observation.rs?encounter.class=AMB", "helen", "", "By the class of the encounter"},
	}},
	{"Operations", false, []example{
		{"patient/Patient.$everything", "helen", "amara-okafor", "The whole chart, by that one operation alone"},
		{"http://hl7.org/fhir/OperationDefinition/Patient-everything", "helen", "amara-okafor", "The same, by the canonical URL"},
		{"user/Patient.$everything", "helen", "", "That of everyone whom a practitioner sees"},
		{"system/Patient.$everything", "", "", "That of every patient"},
	}},
	{"Added up", false, []example{
		{"patient/*.rs patient/Observation.rs?category=" + ofVitalSigns, "helen", "amara-okafor", "The first covers the second"},
		{"launch/patient openid fhirUser offline_access patient/*.rs", "helen", "amara-okafor", "As an app asks, with an ID token and a refresh token"},
	}},
	{"Refused, with the reason", true, []example{
		{"patient/Group.rs", "helen", "amara-okafor", "Never granted at this level"},
		{"patient/Patient.$everything?_type=Observation", "helen", "amara-okafor", "An operation has no parameters in a scope"},
		{"patient/Observation.dus", "helen", "amara-okafor", "Letters in another order"},
		{"patient/Observation.read-only", "helen", "amara-okafor", "No letters"},
		{"patient/Observation.rs?brithdate=1990", "helen", "amara-okafor", "A parameter that search does not know"},
		{"patient/Observation.rs?_count=5", "helen", "amara-okafor", "A parameter that is about results"},
	}},
}

// query is the state of the page that shows the example.
func (e example) query() string { return playQuery(e.scopes, e.user, e.patient).Encode() }

// examples are links to the documentation's examples.
func (s *Server) examples() []page.Examples {
	list := make([]page.Examples, len(documented))
	for i, group := range documented {
		list[i].Title = group.title
		for _, e := range group.examples {
			list[i].Links = append(list[i].Links, page.Example{Scopes: e.scopes, Text: e.text, Href: s.path(playgroundPath) + "?" + e.query()})
		}
	}
	return list
}
