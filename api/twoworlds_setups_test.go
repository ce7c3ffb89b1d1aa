package api

import (
	"net/http"
	"strings"

	"github.com/granary-fhir/granary/auth"
)

// setup is two worlds and who looks at them.
type setup struct {
	name    string
	panel   auth.Panel
	context string
	// shared are in both worlds, differ in one or the other.
	shared []string
	differ [2][]string
	// unreached: no token can write what only one of the worlds has.
	unreached bool
	// patients are those that requests speak of, often the one that is reached.
	patients []string
	// content is what requests write into Observations, that and one more.
	content int
	scopes  func(tracer) string
	// request makes requests about other types than Observation; nil makes none.
	request func(tracer) single
}

const vitalSigns = "?category=" + category + "|vital-signs"

var setups = []setup{
	{
		name: "chart and category", panel: auth.PanelAll, context: "Patient/eve", patients: []string{"eve", "eve", "adam"}, unreached: true,
		shared: append([]string{eve, adam}, observations("eve")...), differ: [2][]string{hiddenFrom("eve"), nil},
		scopes: func(r tracer) string {
			return "patient/Patient.rs" + r.scope("patient/Observation", vitalSigns) + r.scope("patient/Encounter", "")
		},
	},
	{
		name: "panel of a practitioner", panel: auth.PanelCare, context: "Practitioner/1", patients: []string{"eve", "eve", "adam"}, unreached: true,
		shared: append([]string{inCare("eve", "Everywoman")}, observations("eve")...),
		differ: [2][]string{append([]string{adam, careTeam("h4", "adam", "2")}, hiddenFrom("adam")...), nil},
		scopes: func(r tracer) string {
			return r.of("user/Patient.rus", "user/Patient.cruds") + r.scope("user/Observation", "") + r.scope("user/Encounter", "") + r.scope("user/CareTeam", "")
		},
		request: tracer.ofPanel,
	},
	panelOfOrganization,
	{
		// The letters c, u and d reach content that r and s do not.
		name: "content", panel: auth.PanelAll, context: "Patient/eve", patients: []string{"eve", "eve", "adam"}, content: 770,
		shared: append([]string{eve, adam}, observations("eve")...),
		differ: [2][]string{
			{valued("h1", "laboratory", "eve", "x", 0), valued("h2", "laboratory", "eve", "y", 8), valued("h3", "laboratory", "eve", "y", 8)},
			{valued("h1", "laboratory", "eve", "y", 9), valued("h2", "laboratory", "eve", "z", 0), withMember(valued("h3", "laboratory", "eve", "x", 1), "v1")},
		},
		scopes: func(r tracer) string {
			scopes := "patient/Patient.rs patient/Encounter.cruds"
			for _, letter := range []string{"r", "s"} {
				scopes += r.of(" patient/Observation."+letter+vitalSigns, " patient/Observation."+letter+vitalSigns, "")
			}
			for _, letter := range []string{"c", "u", "d"} {
				suffix := r.of("", "", vitalSigns, strings.Replace(vitalSigns, "vital-signs", "laboratory", 1))
				scopes += r.of(" patient/Observation."+letter+suffix, " patient/Observation."+letter+suffix, " patient/Observation."+letter+suffix, "")
			}
			return scopes
		},
	},
	{
		// A Patient decides what is reached, and can be written, but not so that
		// more is reached.
		name: "chained filter", panel: auth.PanelAll, context: "Practitioner/1", patients: []string{"nobody", "nobody", "adam"}, unreached: true,
		shared: append([]string{eve, adam, aPatient("nobody", "Nobody")}, observations("nobody")...), differ: [2][]string{hiddenFrom("adam"), nil},
		scopes: func(r tracer) string {
			return "system/Patient.rus?family=Everyman" + r.scope("system/Observation", "?patient.family=Nobody") + " system/Encounter.c"
		},
		request: func(r tracer) single {
			return r.either(
				single{method: http.MethodPut, url: "Patient/adam", resource: aPatient("adam", r.of("Nobody", "Nobody", "Nobody", "Everyman"))},
				single{method: http.MethodGet, url: "Observation/" + r.of("h1", "h2")},
				single{method: http.MethodPatch, url: "Observation/" + r.of("h1", "h2"), resource: r.patch()},
			)
		},
	},
}

// observations are those of a patient that tokens reach, if they have the letters;
// d1 was deleted.
func observations(patient string) []string {
	return []string{
		valued("v1", "vital-signs", patient, "x", 0), valued("v2", "vital-signs", patient, "y", 1),
		valued("v3", "vital-signs", patient, "z", 2), valued("d1", "vital-signs", patient, "z", 1), "-Observation/d1",
	}
}

// hiddenFrom are Observations that tokens do not reach, one of the category
// laboratory about a patient, one that was changed, one that was deleted.
func hiddenFrom(patient string) []string {
	return []string{
		valued("h1", "laboratory", patient, "x", 0), valued("h2", "vital-signs", "adam", "y", 1), valued("h3", "vital-signs", "adam", "z", 1),
		valued("h2", "vital-signs", "adam", "x", 0), withMember(valued("h1", "laboratory", patient, "x", 1), "v1"), "-Observation/h3",
	}
}

func withMember(observation, id string) string {
	return strings.TrimSuffix(observation, "}") + `,"hasMember":[{"reference":"Observation/` + id + `"}]}`
}

func aPatient(id, family string) string {
	return `{"resourceType":"Patient","id":"` + id + `","name":[{"family":"` + family + `"}]}`
}

// inCare is a Patient of Practitioner/1.
func inCare(id, family string) string {
	return strings.TrimSuffix(aPatient(id, family), "}") + `,"generalPractitioner":[{"reference":"Practitioner/1"}]}`
}

func careTeam(id, patient, practitioner string) string {
	return teamWith(id, patient, "Practitioner/"+practitioner)
}

func teamWith(id, patient, member string) string {
	return `{"resourceType":"CareTeam","id":"` + id + `","status":"active","subject":{"reference":"Patient/` + patient + `"},"participant":[{"member":{"reference":"` + member + `"}}]}`
}

// ofPanel makes requests about what decides who is in a panel. Eve stays in it.
func (r tracer) ofPanel() single {
	id := r.of("adam", "eve", "new")
	patient := inCare(id, r.of("Everywoman", "Everyman"))
	if id != "eve" && r.IntN(2) == 0 {
		patient = aPatient(id, "Everyman")
	}
	anonymous := strings.Replace(patient, `"id":"`+id+`",`, "", 1)
	about := r.of("eve", "adam", "adam")
	team := careTeam("h4", about, "1")
	if r.IntN(2) == 0 { // so that it is in eve's chart too
		team = strings.Replace(team, `"participant":[`, `"participant":[{"member":{"reference":"Patient/eve"}},`, 1)
	}
	switch r.IntN(8) {
	case 0:
		return r.preconditioned(single{method: http.MethodPut, url: "Patient/" + id, resource: patient})
	case 1:
		return single{method: http.MethodPut, url: "Patient?family=" + r.of("Everywoman", "Everyman"), resource: anonymous}
	case 2:
		return single{method: http.MethodPost, url: "Patient", resource: anonymous, condition: "ifNoneExist", value: "family=Everyman"}
	case 3:
		return single{method: http.MethodPost, url: "CareTeam", resource: strings.Replace(team, `"id":"h4",`, "", 1)}
	case 4:
		return r.preconditioned(single{method: http.MethodPut, url: "CareTeam/h4", resource: team})
	case 5:
		return single{method: http.MethodPost, url: "Encounter", resource: `{"resourceType":"Encounter","status":"finished","subject":{"reference":"Patient/` + about +
			`"},"participant":[{"individual":{"reference":"Practitioner/1"}}]}`}
	case 6:
		return single{method: http.MethodDelete, url: r.of("Patient/adam", "Patient?family=Everyman", "CareTeam/h4", "CareTeam?participant=Practitioner/2")}
	}
	return single{method: http.MethodGet, url: r.of("Patient", "Patient/adam", "CareTeam", "CareTeam/h4", "Patient/_history", "Patient/adam/_history", "CareTeam/_history", "Encounter/_history")}
}
