package scope

import (
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Panel says which patients a practitioner's scopes reach.
type Panel string

// The panels. What is none of them counts as PanelCare.
const (
	PanelAll  Panel = "all"  // everyone
	PanelCare Panel = "care" // those with whom the practitioner has a care relationship now
	// PanelOrganization: also those with whom an organization has one, in which the
	// practitioner has a role now.
	PanelOrganization Panel = "organization"
)

// Context is what scopes are relative to.
type Context struct {
	Patient string    // logical id of the launch patient, "" if there is none
	User    string    // literal reference to the user: "Practitioner/1", "" if there is none
	Also    []string  // what else the user acts as: "RelatedPerson/1", for each of several children
	Panel   Panel     // which patients a practitioner reaches
	Now     time.Time // what `ap` of a date in a scope is measured from: when the grant was made

	// Administrator: the user looks after the server, so that user/ scopes reach
	// everything, the records of what was done among it.
	Administrator bool
}

// reach is the part of all resources that a level of scopes is about.
type reach struct {
	everything bool        // no bound; of the rest only records has a meaning then
	records    bool        // the records of what was done are part of everything
	guard      search.Expr // must hold whatever the resource: True, or Related
	chart      search.Expr // Chart or Panel
	patient    string      // logical id of the patient, where there is only one
}

// reach is what a level means in the context. The error says why it means
// nothing.
func (c Context) reach(level Level) (reach, error) {
	switch level {
	case System:
		return reach{everything: true, records: true}, nil
	case User:
		return c.userReach()
	}
	return c.patientReach()
}

// userReach is what the user may see: an administrator everything, a practitioner
// everything but records of what was done or a panel, a patient themself, a related
// person the patients of their active links; of whoever acts as several of these, all
// of it.
func (c Context) userReach() (reach, error) {
	if c.Administrator {
		return reach{everything: true, records: true}, nil
	}
	parties, err := c.parties()
	if err != nil {
		return reach{}, err
	}
	var charts search.Or
	for _, p := range parties {
		switch {
		case p.typ != "Patient" && c.unboundedPanel(p.typ):
			return reach{everything: true}, nil
		case p.typ == "Patient":
			charts = append(charts, search.Chart{Patient: p.id})
		default:
			charts = append(charts, search.Panel{Party: p.reference(), Organizations: c.organizations(p.typ)})
		}
	}
	switch {
	case len(parties) > 1:
		return reach{guard: search.True, chart: charts}, nil
	case parties[0].typ == "Patient":
		return chartOf(parties[0].id), nil
	}
	return reach{guard: search.True, chart: charts[0]}, nil
}

// patientReach is the chart of the launch patient, as long as the user, if there
// is one, has the patient in their panel.
func (c Context) patientReach() (reach, error) {
	if !store.ValidID(c.Patient) {
		return reach{}, fmt.Errorf("there is no patient in context")
	}
	own := chartOf(c.Patient)
	if c.User == "" || c.Administrator {
		return own, nil
	}
	parties, err := c.parties()
	if err != nil {
		return reach{}, err
	}
	var related search.Or
	for _, p := range parties {
		switch {
		case p.typ == "Patient" && p.id == c.Patient, p.typ != "Patient" && c.unboundedPanel(p.typ):
			return own, nil
		case p.typ != "Patient":
			related = append(related, search.Related{Party: p.reference(), Patient: c.Patient, Organizations: c.organizations(p.typ)})
		}
	}
	switch len(related) {
	case 0:
		return reach{}, fmt.Errorf("the patient in context is not the user, who is a patient")
	case 1:
		own.guard = related[0]
	default:
		own.guard = related
	}
	return own, nil
}

func chartOf(patient string) reach {
	return reach{guard: search.True, chart: search.Chart{Patient: patient}, patient: patient}
}

// party is somebody who can have patients.
type party struct{ typ, id string }

func (p party) reference() string { return p.typ + "/" + p.id }

// parties are whom the user acts as: User first.
func (c Context) parties() ([]party, error) {
	if c.User == "" {
		return nil, fmt.Errorf("there is no user in context")
	}
	var parties []party
	for _, reference := range append([]string{c.User}, c.Also...) {
		typ, id, _ := strings.Cut(reference, "/")
		if !store.ValidID(id) {
			return nil, fmt.Errorf("the user in context should be a resource of this server, like Practitioner/1")
		}
		switch typ {
		case "Practitioner", "PractitionerRole", "Patient", "RelatedPerson":
			parties = append(parties, party{typ, id})
		default:
			return nil, fmt.Errorf("a user of type %s has no patients", typ)
		}
	}
	return parties, nil
}

func (c Context) unboundedPanel(userType string) bool {
	return c.Panel == PanelAll && isPractitioner(userType)
}

// organizations tells whether the patients of a user's organizations are the user's.
func (c Context) organizations(userType string) bool {
	return c.Panel == PanelOrganization && isPractitioner(userType)
}

func isPractitioner(userType string) bool {
	return userType == "Practitioner" || userType == "PractitionerRole"
}
