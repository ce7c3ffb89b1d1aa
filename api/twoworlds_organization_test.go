package api

import (
	"net/http"
	"strings"

	"github.com/granary-fhir/granary/auth"
)

// panelOfOrganization: the practitioner works in a clinic, and has left a ward of whose
// patients only one of the worlds has one. Roles and organizations are a directory,
// the same in both; what they lead to is not.
var panelOfOrganization = setup{
	name: "panel of an organization", panel: auth.PanelOrganization, context: "Practitioner/1", patients: []string{"eve", "eve", "adam"}, unreached: true,
	shared: append([]string{
		anOrganization("clinic"), anOrganization("ward"), role("r", "1", "clinic", ""), role("left", "1", "ward", `,"period":{"end":"2026-02"}`),
		role("inactive", "1", "ward", `,"active":false`), role("another", "2", "ward", ""), managed("eve", "Everywoman", "clinic"),
	}, observations("eve")...),
	differ: [2][]string{append([]string{
		managed("adam", "Everyman", "ward"), teamWith("h4", "adam", "Organization/ward"),
	}, hiddenFrom("adam")...), nil},
	scopes: func(r tracer) string {
		return r.of("user/Patient.rus", "user/Patient.cruds") + r.scope("user/Observation", "") + r.scope("user/Encounter", "") + r.scope("user/CareTeam", "") +
			r.scope("user/PractitionerRole", "") + r.of("", " user/Organization.rs")
	},
	request: tracer.ofOrganization,
}

func anOrganization(id string) string {
	return `{"resourceType":"Organization","id":"` + id + `","name":"` + id + `"}`
}

// managed is a Patient of an Organization.
func managed(id, family, organization string) string {
	return strings.TrimSuffix(aPatient(id, family), "}") + `,"managingOrganization":{"reference":"Organization/` + organization + `"}}`
}

// anonymous is a resource whose id is "" without it.
func anonymous(resource string) string { return strings.Replace(resource, `"id":"",`, "", 1) }

// ofOrganization asks for what hangs on organizations and roles, and tries to change
// whose a patient is.
func (r tracer) ofOrganization() single {
	id, organization := r.of("adam", "eve", "eve"), r.of("clinic", "clinic", "ward")
	switch r.IntN(10) {
	case 0:
		return r.preconditioned(single{method: http.MethodPut, url: "Patient/" + id, resource: managed(id, r.of("Everywoman", "Everyman"), organization)})
	case 1:
		return single{method: http.MethodPut, url: "Patient?organization=Organization/" + r.of("clinic", "ward"), resource: anonymous(managed("", "Everywoman", "clinic"))}
	case 2:
		team := r.of("h4", "t")
		return single{method: http.MethodPut, url: "CareTeam/" + team, resource: teamWith(team, id, "Organization/"+organization)}
	case 3:
		return single{method: http.MethodPost, url: "CareTeam", resource: anonymous(teamWith("", id, r.of("Organization/ward", "PractitionerRole/r")))}
	case 4:
		return r.either(
			single{method: http.MethodDelete, url: r.of("Patient/adam", "Patient?organization=Organization/ward", "CareTeam?participant=Organization/ward")},
			single{method: http.MethodPost, url: "PractitionerRole", resource: anonymous(role("", "1", "ward", ""))},
			single{method: http.MethodPut, url: "PractitionerRole/left", resource: role("left", "1", "ward", "")},
		)
	}
	return single{method: http.MethodGet, url: r.of(
		"Patient", "Patient/adam", "Patient?organization=Organization/ward", "Patient?organization.name="+organization, "Patient/_history", "CareTeam?participant=Organization/ward",
		"Organization?_has:Patient:organization:family=Everyman", "Organization?_has:CareTeam:participant:status=active", "Organization?_revinclude=Patient:organization",
		"PractitionerRole?_include=PractitionerRole:organization&_revinclude:iterate=Patient:organization", "PractitionerRole?organization._has:Patient:organization:_id=adam",
		"Observation?subject:Patient.organization=Organization/ward", "PractitionerRole", "PractitionerRole/left/_history", "Organization/ward/$meta")}
}
