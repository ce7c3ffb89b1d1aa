package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store"
)

type tokenCmd struct {
	dataFlags
	Scope   string        `required:"" placeholder:"SCOPES" help:"SMART scopes, separated by spaces."`
	Patient string        `placeholder:"ID" help:"Patient in context, for patient/ scopes."`
	User    string        `placeholder:"TYPE/ID" help:"Who the user is, for user/ scopes: Practitioner/ID, PractitionerRole/ID, Patient/ID or RelatedPerson/ID."`
	TTL     time.Duration `name:"ttl" default:"1h" placeholder:"DURATION" help:"How long the token is good (default: ${default})."`
}

// Help is shown by granary token --help.
func (tokenCmd) Help() string {
	return `The token alone is on the last line of the output; remarks, such as a scope that is
refused and why, go to stderr. It works whether or not a server runs on the store.

Examples:

  granary token --scope 'system/*.rs'
  granary token --scope 'patient/*.rs' --patient amara-okafor
  granary token --scope 'patient/Patient.$everything' --patient amara-okafor
  granary token --scope 'user/Observation.rs?category=vital-signs user/Patient.r' --user Practitioner/helen-park --ttl 10m`
}

// Validate refuses bad values before anything is opened.
func (cmd *tokenCmd) Validate() error {
	cmd.Patient = strings.TrimPrefix(cmd.Patient, "Patient/")
	switch {
	case strings.TrimSpace(cmd.Scope) == "":
		return errors.New("--scope: wants at least one scope, such as 'patient/*.rs'")
	case cmd.Patient != "" && !store.ValidID(cmd.Patient):
		return fmt.Errorf("--patient: %q is not a logical id", cmd.Patient)
	case cmd.User != "" && !isUser(cmd.User):
		return fmt.Errorf("--user: %q is not a reference such as Practitioner/123, PractitionerRole/123, Patient/123 or RelatedPerson/123", cmd.User)
	case cmd.TTL <= 0:
		return fmt.Errorf("--ttl: wants a duration above 0, such as 1h, not %v", cmd.TTL)
	}
	return nil
}

// isUser tells whether a text is a reference to somebody who can be a user.
func isUser(text string) bool {
	typ, id, _ := strings.Cut(text, "/")
	return slices.Contains([]string{"Practitioner", "PractitionerRole", "Patient", "RelatedPerson"}, typ) && store.ValidID(id)
}

// Run issues the token.
func (cmd *tokenCmd) Run(ctx context.Context, c console) (err error) {
	cmd.noteIfNew(ctx, c)
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	tokens := auth.NewTokens(opened, auth.PanelAll, time.Now)
	grant := auth.Grant{Scopes: cmd.Scope, Patient: cmd.Patient, User: cmd.User, Client: "granary token"}
	_, refused := tokens.Review(grant)
	for _, refusal := range refused {
		fmt.Fprintf(c.err, "refused: %v\n", refusal)
	}
	if len(refused) > 0 && (cmd.lacks("patient/", cmd.Patient) || cmd.lacks("user/", cmd.User)) {
		fmt.Fprintln(c.err, "note: patient/ scopes need --patient, and user/ scopes --user")
	}
	token, err := tokens.Issue(ctx, grant, cmd.TTL)
	var none *auth.InvalidScope
	if errors.As(err, &none) {
		return errors.New("every scope is refused; there is no token")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, token)
	return err
}

// lacks tells whether there are scopes of a level, and not what they are about.
func (cmd *tokenCmd) lacks(level, given string) bool {
	ofLevel := func(scope string) bool { return strings.HasPrefix(scope, level) }
	return given == "" && slices.ContainsFunc(strings.Fields(cmd.Scope), ofLevel)
}
