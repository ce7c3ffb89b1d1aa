package compartments

import (
	"slices"
	"testing"

	"github.com/granary-fhir/granary/search"
)

func micros(t *testing.T, date string) int64 {
	t.Helper()
	low, _, err := search.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	return low
}

func TestRelationships(t *testing.T) {
	c := newCompartments(t)
	const begin, end = search.TimeBegin, search.TimeEnd
	at := func(date string) int64 { return micros(t, date) }
	for name, test := range map[string]struct {
		resource string
		want     []Relationship
	}{
		"general practitioners": {`{"resourceType":"Patient","id":"p","generalPractitioner":[
			{"reference":"PractitionerRole/r"},{"reference":"Practitioner/d"},{"reference":"Organization/o"},{"reference":"Practitioner/d"},
			{"reference":"https://evil.example/fhir/Practitioner/e"},{"identifier":{"value":"x"}},{"reference":"#c"}]}`,
			[]Relationship{{"Organization/o", "Patient/p", begin, end}, {"Practitioner/d", "Patient/p", begin, end}, {"PractitionerRole/r", "Patient/p", begin, end}}},
		"own absolute URL": {`{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"` + base + `/Practitioner/d"}]}`,
			[]Relationship{{"Practitioner/d", "Patient/p", begin, end}}},
		"other server beside the same local one": {`{"resourceType":"CareTeam","id":"x","status":"active","subject":{"reference":"Patient/p"},"participant":[
			{"member":{"reference":"Practitioner/d"},"period":{"end":"2020"}},{"member":{"reference":"https://evil.example/fhir/Practitioner/d"}}]}`,
			[]Relationship{{"Practitioner/d", "Patient/p", begin, at("2021")}}},
		"versioned": {`{"resourceType":"Patient","id":"p","generalPractitioner":[{"reference":"Practitioner/d/_history/2"}]}`,
			[]Relationship{{"Practitioner/d", "Patient/p", begin, end}}},
		"no patient of a linked patient": {`{"resourceType":"Patient","id":"p","link":[{"other":{"reference":"Patient/q"},"type":"seealso"}]}`, nil},
		"care team": {`{"resourceType":"CareTeam","id":"x","status":"active","subject":{"reference":"Patient/p"},
			"period":{"start":"2020-02","end":"2021"},"participant":[
			{"member":{"reference":"Practitioner/d"}},
			{"member":{"reference":"Practitioner/e"},"period":{"start":"2020-03-01","end":"2020-03-31"}},
			{"member":{"reference":"Practitioner/f"},"period":{"start":"2019","end":"2030"}},
			{"member":{"reference":"Practitioner/g"},"period":{"start":"2022"}},
			{"member":{"reference":"Practitioner/h"},"period":{"start":"soon"}},
			{"member":{"reference":"Patient/q"}},{"member":{"reference":"RelatedPerson/r"}},{"member":{"reference":"CareTeam/t"}}]}`,
			[]Relationship{{"Practitioner/d", "Patient/p", at("2020-02"), at("2022")},
				{"Practitioner/e", "Patient/p", at("2020-03-01"), at("2020-04-01")},
				{"Practitioner/f", "Patient/p", at("2020-02"), at("2022")}}},
		"proposed team":              {`{"resourceType":"CareTeam","id":"x","status":"proposed","subject":{"reference":"Patient/p"},"participant":[{"member":{"reference":"Practitioner/d"}}]}`, nil},
		"team without status":        {`{"resourceType":"CareTeam","id":"x","subject":{"reference":"Patient/p"},"participant":[{"member":{"reference":"Practitioner/d"}}]}`, nil},
		"team of a participant only": {`{"resourceType":"CareTeam","id":"x","status":"active","participant":[{"member":{"reference":"Practitioner/d"}},{"member":{"reference":"Patient/p"}}]}`, nil},
		"team of a group":            {`{"resourceType":"CareTeam","id":"x","status":"active","subject":{"reference":"Group/p"},"participant":[{"member":{"reference":"Practitioner/d"}}]}`, nil},
		"team of a foreign patient":  {`{"resourceType":"CareTeam","id":"x","status":"active","subject":{"reference":"https://evil.example/Patient/p"},"participant":[{"member":{"reference":"Practitioner/d"}}]}`, nil},
		"unreadable period":          {`{"resourceType":"CareTeam","id":"x","status":"active","period":{"end":"never"},"subject":{"reference":"Patient/p"},"participant":[{"member":{"reference":"Practitioner/d"}}]}`, nil},
		"encounter": {`{"resourceType":"Encounter","id":"x","status":"in-progress","subject":{"reference":"Patient/p"},"period":{"start":"2020-01-01T10:00:00Z"},
			"participant":[{"individual":{"reference":"Practitioner/d"}},{"individual":{"reference":"RelatedPerson/r"}},{"type":[]}]}`,
			[]Relationship{{"Practitioner/d", "Patient/p", at("2020-01-01T10:00:00Z"), end}}},
		"finished encounter": {`{"resourceType":"Encounter","id":"x","status":"finished","subject":{"reference":"Patient/p"},"period":{"start":"2020-01-01T10:00:00Z","end":"2020-01-01T11:00:00Z"},
			"participant":[{"individual":{"reference":"Practitioner/d"},"period":{"end":"2020-01-01T10:30:00Z"}}]}`,
			[]Relationship{{"Practitioner/d", "Patient/p", at("2020-01-01T10:00:00Z"), end}}},
		"planned encounter":       {`{"resourceType":"Encounter","id":"x","status":"planned","subject":{"reference":"Patient/p"},"participant":[{"individual":{"reference":"Practitioner/d"}}]}`, nil},
		"cancelled encounter":     {`{"resourceType":"Encounter","id":"x","status":"cancelled","subject":{"reference":"Patient/p"},"participant":[{"individual":{"reference":"Practitioner/d"}}]}`, nil},
		"encounter in error":      {`{"resourceType":"Encounter","id":"x","status":"entered-in-error","subject":{"reference":"Patient/p"},"participant":[{"individual":{"reference":"Practitioner/d"}}]}`, nil},
		"related person":          {`{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/p"},"period":{"end":"2030-06"}}`, []Relationship{{"RelatedPerson/r", "Patient/p", begin, at("2030-07")}}},
		"active related person":   {`{"resourceType":"RelatedPerson","id":"r","active":true,"patient":{"reference":"Patient/p"}}`, []Relationship{{"RelatedPerson/r", "Patient/p", begin, end}}},
		"inactive related person": {`{"resourceType":"RelatedPerson","id":"r","active":false,"patient":{"reference":"Patient/p"}}`, nil},
		"managing organization": {`{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o"}}`,
			[]Relationship{{"Organization/o", "Patient/p", begin, end}}},
		"managed by no organization of this server": {`{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"https://evil.example/fhir/Organization/o"}}`, nil},
		"managed by a practitioner":                 {`{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Practitioner/d"}}`, nil},
		"role": {`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/o"},
			"period":{"start":"2020-02","end":"2021"}}`,
			[]Relationship{{"Practitioner/d", "Organization/o", at("2020-02"), at("2022")}, {"PractitionerRole/r", "Organization/o", at("2020-02"), at("2022")}}},
		"active role of nobody": {`{"resourceType":"PractitionerRole","id":"r","active":true,"organization":{"reference":"` + base + `/Organization/o"}}`,
			[]Relationship{{"PractitionerRole/r", "Organization/o", begin, end}}},
		"role of another server's practitioner": {`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"https://evil.example/fhir/Practitioner/d"},"organization":{"reference":"Organization/o"}}`,
			[]Relationship{{"PractitionerRole/r", "Organization/o", begin, end}}},
		"inactive role":                   {`{"resourceType":"PractitionerRole","id":"r","active":false,"practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/o"}}`, nil},
		"role without an organization":    {`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d"}}`, nil},
		"role elsewhere":                  {`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"https://evil.example/fhir/Organization/o"}}`, nil},
		"role in no organization":         {`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Practitioner/d"}}`, nil},
		"role of a period that is unread": {`{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/o"},"period":{"end":"never"}}`, nil},
		"no source":                       {`{"resourceType":"Appointment","id":"x","status":"booked","participant":[{"actor":{"reference":"Patient/p"}},{"actor":{"reference":"Practitioner/d"}}]}`, nil},
	} {
		got := c.Relationships(parse(t, c, test.resource))
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, test.want)
		}
	}
}

func TestOnlySourcesHaveRelationships(t *testing.T) {
	c := newCompartments(t)
	for _, typ := range c.registry.Types() {
		if slices.Contains(Sources(), typ) {
			continue
		}
		_, id, resource, e := parse(t, c, `{"resourceType":"CareTeam","id":"x","status":"active","subject":{"reference":"Patient/p"},"participant":[{"member":{"reference":"Practitioner/d"}}]}`)
		if got := c.Relationships(typ, id, resource, e); len(got) != 0 {
			t.Errorf("%s: %v", typ, got)
		}
	}
}
