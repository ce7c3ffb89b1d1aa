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

// The panels. What is neither counts as PanelCare.
const (
	PanelAll  Panel = "all"  // everyone
	PanelCare Panel = "care" // those with whom the practitioner has a care relationship now
)

// Context is what scopes are relative to.
type Context struct {
	Patient string    // logical id of the launch patient, "" if there is none
	User    string    // literal reference to the user: "Practitioner/1", "" if there is none
	Panel   Panel     // which patients a practitioner reaches
	Now     time.Time // what `ap` of a date in a scope is measured from: when the grant was made
}

// reach is the part of all resources that a level of scopes is about.
type reach struct {
	everything bool        // no bound; the rest has no meaning then
	guard      search.Expr // must hold whatever the resource: True, or Related
	chart      search.Expr // Chart or Panel
	patient    string      // logical id of the patient, where there is only one
}

// reach is what a level means in the context. The error says why it means
// nothing.
func (c Context) reach(level Level) (reach, error) {
	switch level {
	case System:
		return reach{everything: true}, nil
	case User:
		return c.userReach()
	}
	return c.patientReach()
}

// userReach is what the user may see: a practitioner everything or a panel, a
// patient themself, a related person the patients of their active links.
func (c Context) userReach() (reach, error) {
	typ, id, err := c.user()
	switch {
	case err != nil:
		return reach{}, err
	case typ == "Patient":
		return chartOf(id), nil
	case c.unboundedPanel(typ):
		return reach{everything: true}, nil
	}
	return reach{guard: search.True, chart: search.Panel{Party: c.User}}, nil
}

// patientReach is the chart of the launch patient, as long as the user, if there
// is one, has the patient in their panel.
func (c Context) patientReach() (reach, error) {
	if !store.ValidID(c.Patient) {
		return reach{}, fmt.Errorf("there is no patient in context")
	}
	own := chartOf(c.Patient)
	if c.User == "" {
		return own, nil
	}
	typ, id, err := c.user()
	switch {
	case err != nil:
		return reach{}, err
	case typ == "Patient" && id != c.Patient:
		return reach{}, fmt.Errorf("the patient in context is not the user, who is a patient")
	case typ != "Patient" && !c.unboundedPanel(typ):
		own.guard = search.Related{Party: c.User, Patient: c.Patient}
	}
	return own, nil
}

func chartOf(patient string) reach {
	return reach{guard: search.True, chart: search.Chart{Patient: patient}, patient: patient}
}

// user is the type and id of a user who can have a panel.
func (c Context) user() (typ, id string, err error) {
	if c.User == "" {
		return "", "", fmt.Errorf("there is no user in context")
	}
	typ, id, _ = strings.Cut(c.User, "/")
	if !store.ValidID(id) {
		return "", "", fmt.Errorf("the user in context should be a resource of this server, like Practitioner/1")
	}
	switch typ {
	case "Practitioner", "PractitionerRole", "Patient", "RelatedPerson":
		return typ, id, nil
	}
	return "", "", fmt.Errorf("a user of type %s has no patients", typ)
}

func (c Context) unboundedPanel(userType string) bool {
	return c.Panel == PanelAll && (userType == "Practitioner" || userType == "PractitionerRole")
}
