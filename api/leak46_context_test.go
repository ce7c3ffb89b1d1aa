package api

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
)

// leaks rows 46 and 47: who and whose the scopes are about.

// Row 46: each claim that a level needs is dropped in turn.
func TestLeak46DropClaims(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	w.refusesScopes("user/*.rs")
	whole := auth.Grant{Scopes: "patient/*.cruds", Patient: "eve", User: "Practitioner/1"}
	w.finds(w.planted(whole), "/Observation?_count=100", granted([]spoken{{level: "patient", letters: "s"}}, 's')...)
	for name, g := range map[string]auth.Grant{
		"no patient":                        {Scopes: "patient/*.cruds", User: "Practitioner/1"},
		"nobody at all":                     {Scopes: "patient/*.cruds"},
		"the user is a patient, and no one": {Scopes: "patient/*.cruds", User: "Patient/eve"},
		"a patient who cannot be":           {Scopes: "patient/*.cruds", Patient: "Patient/eve", User: "Practitioner/1"},
		"an administrator's":                {Scopes: "patient/*.cruds", Administrator: true},
		"user/ without a user":              {Scopes: "user/*.cruds", Patient: "eve"},
		"user/ of no one who has patients":  {Scopes: "user/*.cruds", Patient: "eve", User: "Person/1"},
		"user/ of an organization":          {Scopes: "user/*.cruds", User: "Organization/1"},
		"user/ of nothing":                  {Scopes: "user/*.cruds", User: "Practitioner/"},
		"both":                              {Scopes: "patient/*.cruds user/*.cruds"},
	} {
		w.nothing(w.planted(g), name)
	}
	// The scopes of another level lose nothing by it.
	token := w.planted(auth.Grant{Scopes: "patient/*.rs user/*.rs system/Condition.rs"})
	w.everyWay(token, "/Condition", "Condition/adam", "Condition/eve")
	w.forbids(token, "Observation", "Patient", "Practitioner")
}

// Row 47: under patient/ scopes a practitioner sees the launch patient, and no other of
// theirs; and a user must be one of this server's.
func TestLeak47UserAndPatient(t *testing.T) {
	w := caring(t)
	w.add(team("s", "active", "adam", "")+"}", team("s2", "active", "eve", "")+"}", `{"resourceType":"RelatedPerson","id":"mother","patient":{"reference":"Patient/adam"}}`)
	crossWorld(t, w)
	eves := granted([]spoken{{level: "patient", letters: "s"}}, 's')
	own := w.token("patient/*.rs", "Patient/eve", "Practitioner/1")
	w.everyWay(own, "/Observation", eves...)
	w.everyWay(own, "/Patient", "Patient/eve")
	w.everyWay(own, "/CareTeam", "CareTeam/s2")
	w.lacks(own, "Patient/adam", "Observation/adam..a.final", "CareTeam/s")
	w.everyWay(w.token("user/Patient.rs", "Practitioner/1"), "/Patient", "Patient/adam", "Patient/eve") // who has both
	w.everyWay(w.token("user/Patient.rs patient/Observation.rs", "Patient/eve", "Practitioner/1"), "/Observation", eves...)
	for name, g := range map[string]auth.Grant{
		"another practitioner, who has no patients": {Patient: "eve", User: "Practitioner/2"},
		"a relative of somebody else":               {Patient: "eve", User: "RelatedPerson/mother"},
	} {
		g.Scopes = "patient/*.rs"
		token := w.issue(g)
		w.everyWay(token, "/Patient")
		w.everyWay(token, "/Practitioner")
		w.lacks(token, "Patient/eve", "Practitioner/1")
		_ = name
	}
	w.everyWay(w.issue(auth.Grant{Scopes: "patient/Patient.rs", Patient: "adam", User: "RelatedPerson/mother"}), "/Patient", "Patient/adam")
	w.everyWay(w.issue(auth.Grant{Scopes: "patient/Patient.rs", Patient: "eve", User: "Patient/eve"}), "/Patient", "Patient/eve")
}

func TestLeak47ForeignUser(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	foreign := []string{
		"https://evil.test/fhir/Practitioner/1", base + "/Practitioner/1", base + ".evil.test/Practitioner/1", "//evil.test/Practitioner/1", "/Practitioner/1", "Practitioner/1/_history/1",
		"Practitioner/../Patient/eve", "practitioner/1", "Practitioner/1 Practitioner/2", "#1", "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
	}
	for _, user := range foreign {
		for _, scopes := range []string{"user/*.cruds", "patient/*.cruds"} {
			g := auth.Grant{Scopes: scopes, Patient: "eve", User: user, Client: "test"}
			_, err := w.tokens.Issue(t.Context(), g, time.Hour)
			var invalid *auth.InvalidGrant
			if !errors.As(err, &invalid) {
				t.Errorf("%s: %v", user, err)
			}
			w.nothing(w.planted(g), scopes+" of "+user)
		}
	}
	// A patient who is a user must be the one in context.
	_, err := w.tokens.Issue(t.Context(), auth.Grant{Scopes: "patient/*.rs", Patient: "eve", User: "Patient/adam", Client: "test"}, time.Hour)
	var invalid *auth.InvalidScope
	if !errors.As(err, &invalid) {
		t.Errorf("%v", err)
	}
	w.nothing(w.planted(auth.Grant{Scopes: "patient/*.cruds", Patient: "eve", User: "Patient/adam"}), "another patient")
	if ids := w.bundle(w.get(w.token("user/*.rs", "Practitioner/1"), "/Patient")).ids(); !slices.Equal(ids, []string{"Patient/adam", "Patient/eve"}) {
		t.Errorf("one of this server: %v", ids)
	}
}
