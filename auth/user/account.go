package user

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Account is somebody who may log in.
type Account struct {
	// Subject is the `sub` of OpenID Connect: opaque, never given again, and
	// unlike any client_id, which has no colon in it (RFC 9700, 4.15).
	Subject string `json:"subject"`
	// Name is what is typed to log in, as NormalizeName returns it.
	Name        string   `json:"name"`
	DisplayName string   `json:"displayName"`
	Role        Role     `json:"role"`
	FHIRUser    string   `json:"fhirUser"`        // literal reference: "Practitioner/1"
	Links       []string `json:"links,omitempty"` // further Patients and RelatedPersons as whom the account acts
	// Demo is an account whose password everybody knows. It may log in only where
	// Options.AllowDemo says so.
	Demo     bool      `json:"demo,omitempty"`
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`
	// Version grows by what ends the sessions of an account: a new password, and
	// its being disabled.
	Version int64 `json:"version"`
}

// Limits of an account.
const (
	maxDisplayName = 200 // characters
	maxLinks       = 100
)

// subjectPrefix begins every Subject.
const subjectPrefix = "user:"

// ActsAs are the references as whom the account acts: its fhirUser and its links.
func (a Account) ActsAs() []string { return append([]string{a.FHIRUser}, a.Links...) }

// stored is an account as its record has it.
type stored struct {
	Account
	Password string `json:"password"` // hashed, as a PHC string
}

func (s stored) encode() ([]byte, error) { return json.Marshal(s) }

func decode(value []byte) (stored, error) {
	var s stored
	if err := json.Unmarshal(value, &s); err != nil {
		return stored{}, fmt.Errorf("the record of an account: %w", err)
	}
	return s, nil
}

// Check normalizes an account that is to be added and refuses, with *Invalid, what
// none can be. The fields Subject, Created and Version are not its subject.
func (a Account) Check() (Account, error) {
	var err error
	if a.Name, err = NormalizeName(a.Name); err != nil {
		return Account{}, err
	}
	if a.DisplayName = strings.TrimSpace(a.DisplayName); a.DisplayName == "" {
		a.DisplayName = a.Name
	}
	if !isLine(a.DisplayName) {
		return Account{}, &Invalid{"displayName", fmt.Sprintf("it should be one line of at most %d characters", maxDisplayName)}
	}
	if err := a.Role.check(); err != nil {
		return Account{}, err
	}
	if err := checkReference("fhirUser", a.FHIRUser, roles[a.Role].types); err != nil {
		return Account{}, err
	}
	return a, a.checkLinks()
}

func (a Account) checkLinks() error {
	switch {
	case len(a.Links) > 0 && !a.Role.MayLink():
		return &Invalid{"link", "only patients and related persons have links; somebody who also works here has an account for each"}
	case len(a.Links) > maxLinks:
		return &Invalid{"link", fmt.Sprintf("an account has at most %d", maxLinks)}
	}
	for i, link := range a.Links {
		if err := CheckLink(link); err != nil {
			return err
		}
		if link == a.FHIRUser || slices.Contains(a.Links[:i], link) {
			return &Invalid{"link", "the account acts as " + link + " already"}
		}
	}
	return nil
}

func isLine(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxDisplayName &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
