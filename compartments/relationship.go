package compartments

import (
	"cmp"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// Relationship says that a party has a care relationship with a patient, or is a
// member of an organization, during [From, To) in microseconds since 1970 UTC.
type Relationship struct {
	Party    string // literal reference: "Practitioner/1"
	With     string // literal reference: "Patient/1", or "Organization/1" of a membership
	From, To int64
}

// Sources are the types of which a resource can be the source of a care
// relationship, sorted.
func Sources() []string {
	return []string{"CareTeam", "Encounter", "Patient", "PractitionerRole", "RelatedPerson"}
}

// Relationships are the care relationships of which a resource is the source,
// sorted, each once:
//
//   - Patient: each generalPractitioner and the managingOrganization, for good;
//   - CareTeam with status active: each participant.member, while both the team's
//     period and the participant's last;
//   - Encounter unless planned, cancelled, entered in error or of a status that
//     R4 does not know: each participant.individual, from its start on. Who has
//     seen a patient writes the report and reads the results afterwards, so that
//     the end of the visit ends nothing (docs/decisions/007);
//   - RelatedPerson unless active is false: itself, during its period;
//   - PractitionerRole unless active is false: it and its practitioner are members of
//     its organization, during its period.
//
// Parties of the first three are practitioners, their roles and organizations: a
// patient or a relative in a care team gains nothing by it. Party and patient
// must be literal references to this server. A period that cannot be read gives
// no relationship.
func (c *Compartments) Relationships(typ, id string, resource *fhirjson.Node, e search.Entries) []Relationship {
	s := source{c.registry, typ, id, resource, e}
	of := relating[typ]
	if of == nil {
		return nil
	}
	found := of(s)
	slices.SortFunc(found, func(a, b Relationship) int {
		return cmp.Or(strings.Compare(a.Party, b.Party), strings.Compare(a.With, b.With),
			cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return slices.Compact(found)
}

// relating are the types that care relationships come from.
var relating = map[string]func(source) []Relationship{
	"Patient":          source.ofPatient,
	"CareTeam":         source.careTeam,
	"Encounter":        source.encounter,
	"RelatedPerson":    source.relatedPerson,
	"PractitionerRole": source.member,
}

// Relate tells whether resources of a type may have care relationships.
func Relate(typ string) bool { return relating[typ] != nil }

// source is a resource and its entries.
type source struct {
	registry *search.Registry
	typ, id  string
	resource *fhirjson.Node
	entries  search.Entries
}

func (s source) ofPatient() []Relationship {
	var found []Relationship
	for _, reference := range s.resource.Get("generalPractitioner").Items() {
		if party, ok := s.party("general-practitioner", reference); ok {
			found = append(found, Relationship{party, "Patient/" + s.id, search.TimeBegin, search.TimeEnd})
		}
	}
	if party, ok := s.partyOf("Organization", "organization", s.resource.Get("managingOrganization")); ok {
		found = append(found, Relationship{party, "Patient/" + s.id, search.TimeBegin, search.TimeEnd})
	}
	return found
}

// member are the memberships that a role stands for: who acts in it, and the role
// itself, for grants are made to either.
func (s source) member() []Relationship {
	organization, ok := s.partyOf("Organization", "organization", s.resource.Get("organization"))
	if !ok || s.resource.Get("active").Text() == "false" {
		return nil
	}
	during, ok := always.within(s.resource.Get("period"))
	if !ok {
		return nil
	}
	found := []Relationship{{"PractitionerRole/" + s.id, organization, during.from, during.to}}
	if practitioner, ok := s.partyOf("Practitioner", "practitioner", s.resource.Get("practitioner")); ok {
		found = append(found, Relationship{practitioner, organization, during.from, during.to})
	}
	return found
}

func (s source) careTeam() []Relationship {
	if s.resource.Get("status").Text() != "active" {
		return nil
	}
	return s.participants("member")
}

func (s source) encounter() []Relationship {
	switch s.resource.Get("status").Text() {
	case "arrived", "triaged", "in-progress", "onleave", "finished", "unknown":
		found := s.participants("individual")
		for i := range found {
			found[i].To = search.TimeEnd
		}
		return found
	}
	return nil
}

// participants are the relationships that participant.<element> makes with the
// patients of the resource.
func (s source) participants(element string) []Relationship {
	var found []Relationship
	patient, ok := s.patient()
	if !ok {
		return nil
	}
	whole, ok := always.within(s.resource.Get("period"))
	if !ok {
		return nil
	}
	for _, participant := range s.resource.Get("participant").Items() {
		party, ok := s.party("participant", participant.Get(element))
		if !ok {
			continue
		}
		if during, ok := whole.within(participant.Get("period")); ok {
			found = append(found, Relationship{party, "Patient/" + patient, during.from, during.to})
		}
	}
	return found
}

func (s source) relatedPerson() []Relationship {
	patient, ok := s.patient()
	if !ok || s.resource.Get("active").Text() == "false" {
		return nil
	}
	during, ok := always.within(s.resource.Get("period"))
	if !ok {
		return nil
	}
	return []Relationship{{"RelatedPerson/" + s.id, "Patient/" + patient, during.from, during.to}}
}

// patient is whom the parameter `patient` refers to, if that is one Patient of
// this server and nobody else. The index says so, not the JSON: what a policy
// asks of a relationship's source is asked of the same entries.
func (s source) patient() (id string, ok bool) {
	terms := s.terms("patient")
	if len(terms) != 1 {
		return "", false
	}
	return localPatient(terms[0])
}

func (s source) terms(code string) []search.TermEntry {
	param, ok := s.registry.Param(s.typ, code)
	if !ok {
		return nil
	}
	var terms []search.TermEntry
	for _, term := range s.entries.Terms {
		if term.Param == param {
			terms = append(terms, term)
		}
	}
	return terms
}
