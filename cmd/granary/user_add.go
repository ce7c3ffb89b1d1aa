package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

type userAddCmd struct {
	userFlags
	passwordFlags
	inviteFlags
	Role        string   `required:"" placeholder:"ROLE" help:"patient, related-person, practitioner or administrator."`
	FHIRUser    string   `name:"fhir-user" placeholder:"TYPE/ID" help:"Resource that the account stands for. For a practitioner or administrator a Practitioner is made if it is left out."`
	Link        []string `placeholder:"TYPE/ID" help:"Further Patient or RelatedPerson as whom a patient or related person acts. May be repeated."`
	DisplayName string   `placeholder:"NAME" help:"Name to show (default: the login name)."`
	Force       bool     `help:"Add the account although a resource that it refers to is not in the store."`
	Invite      bool     `xor:"password" help:"Ask for no password and print a one-time link. The account is made when the link is used."`
}

// Help is shown by granary user add --help.
func (userAddCmd) Help() string {
	return `The password is asked for on the terminal, unless a flag says where it is.

Examples:

  granary user add anna --role practitioner --display-name 'Anna Berg, MD'
  granary user add helen --role practitioner --fhir-user Practitioner/helen-park --invite
  granary user add elena --role related-person --fhir-user RelatedPerson/elena-pena --link RelatedPerson/elena-pena-valentina`
}

// account is what is to be added.
func (cmd *userAddCmd) account() user.Account {
	return user.Account{Name: cmd.Name, DisplayName: cmd.DisplayName, Role: user.Role(cmd.Role), FHIRUser: cmd.FHIRUser, Links: cmd.Link}
}

// Validate refuses what can be no account before anything is opened.
func (cmd *userAddCmd) Validate() error {
	if err := cmd.userFlags.Validate(); err != nil {
		return err
	}
	account := cmd.account()
	types := account.Role.Types()
	if len(types) == 0 {
		return fmt.Errorf("--role: wants patient, related-person, practitioner or administrator, not %q", cmd.Role)
	}
	if account.FHIRUser == "" {
		if !account.Role.Practices() {
			return fmt.Errorf("--fhir-user: a %s needs one, such as %s/123", cmd.Role, types[0])
		}
		account.FHIRUser = "Practitioner/new"
	}
	if _, err := account.Check(); err != nil {
		return err
	}
	return cmd.inviteFlags.check(cmd.Invite)
}

// Run adds the account, or makes the link by which it is added.
func (cmd *userAddCmd) Run(ctx context.Context, c console) (err error) {
	cmd.noteIfNew(ctx, c)
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	accounts := newAccounts(opened)
	if err := cmd.possible(ctx, opened, accounts); err != nil {
		return err
	}
	if cmd.Invite {
		return cmd.invite(ctx, c, opened, accounts, cmd.account())
	}
	password, err := cmd.read(ctx, c, accounts, cmd.account())
	if err != nil {
		return err
	}
	added, err := cmd.add(ctx, opened, accounts, password)
	if err != nil {
		return cmd.taken(err)
	}
	fmt.Fprintf(c.out, "%s: %s, acts as %s\n", added.Name, added.Role, strings.Join(added.ActsAs(), ", "))
	return nil
}

// possible tells early what would fail in the end.
func (cmd *userAddCmd) possible(ctx context.Context, s *store.Store, accounts *user.Accounts) error {
	if _, err := accounts.Get(ctx, cmd.Name); err == nil {
		return cmd.taken(user.ErrTaken)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if cmd.Force {
		return nil
	}
	references := cmd.Link
	if cmd.FHIRUser != "" {
		references = cmd.account().ActsAs()
	}
	return present(ctx, s, references...)
}

func (cmd *userAddCmd) taken(err error) error {
	if errors.Is(err, user.ErrTaken) {
		return fmt.Errorf("there is an account %s already", cmd.Name)
	}
	return err
}

// add makes the account, and its Practitioner if it has none, together.
func (cmd *userAddCmd) add(ctx context.Context, s *store.Store, accounts *user.Accounts, password user.Password) (added user.Account, err error) {
	err = s.View(store.Unrestricted("granary user add")).Transact(ctx, func(tx *store.Tx) error {
		account := cmd.account()
		if account.FHIRUser == "" {
			if account, err = account.WithPractitioner(ctx, tx); err != nil {
				return err
			}
		}
		added, err = accounts.In(tx.Records()).Add(ctx, account, password)
		return err
	})
	return added, err
}

// keyOf is the resource of a literal reference.
func keyOf(reference string) store.Key {
	typ, id, _ := strings.Cut(reference, "/")
	return store.Key{Type: typ, ID: id}
}
