package user

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/store"
)

// Role is what somebody is to the people whose data are here.
type Role string

// The roles.
const (
	Patient       Role = "patient"
	RelatedPerson Role = "related-person"
	Practitioner  Role = "practitioner"
	Administrator Role = "administrator"
)

// rules are what an account of a role is like.
type rules struct {
	types    []string // of its fhirUser
	links    bool     // whether it may act as further people
	password int      // the least number of characters
}

var roles = map[Role]rules{
	Patient:       {types: []string{"Patient"}, links: true, password: 8},
	RelatedPerson: {types: []string{"RelatedPerson"}, links: true, password: 8},
	Practitioner:  {types: []string{"Practitioner", "PractitionerRole"}, password: 8},
	Administrator: {types: []string{"Practitioner", "PractitionerRole", "Person"}, password: 12},
}

// linkTypes are the types of the people as whom an account may act beside its
// fhirUser.
var linkTypes = []string{"Patient", "RelatedPerson"}

// Roles are all roles.
func Roles() []Role { return []Role{Patient, RelatedPerson, Practitioner, Administrator} }

// Types are the resource types of which the fhirUser of a role may be; none for what
// is no role.
func (r Role) Types() []string { return slices.Clone(roles[r].types) }

// MayLink tells whether accounts of the role may act as further people.
func (r Role) MayLink() bool { return roles[r].links }

// Practices tells whether a role is of those who have a Practitioner, so that one
// can be made for a new account.
func (r Role) Practices() bool { return slices.Contains(roles[r].types, "Practitioner") }

// CheckLink refuses, with *Invalid, what no account can act as by a link.
func CheckLink(reference string) error { return checkReference("link", reference, linkTypes) }

// check refuses what is no role.
func (r Role) check() error {
	if _, ok := roles[r]; !ok {
		return &Invalid{"role", "it should be patient, related-person, practitioner or administrator"}
	}
	return nil
}

// checkReference holds a reference to types.
func checkReference(field, reference string, types []string) error {
	typ, id, _ := strings.Cut(reference, "/")
	if !slices.Contains(types, typ) || !store.ValidID(id) {
		return &Invalid{field, "it should be a reference like " + strings.Join(types, "/1 or ") + "/1"}
	}
	return nil
}

// LeastPassword is how many characters a password of the role has at least.
func (r Role) LeastPassword() int { return roles[r].password }
