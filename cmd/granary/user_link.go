package main

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// linkFlags name an account and somebody as whom it acts.
type linkFlags struct {
	userFlags
	Reference string `arg:"" placeholder:"TYPE/ID" help:"A Patient or RelatedPerson, such as RelatedPerson/123."`
}

// Validate refuses bad values before anything is opened.
func (f *linkFlags) Validate() error {
	return errors.Join(f.userFlags.Validate(), user.CheckLink(f.Reference))
}

type userLinkCmd struct {
	linkFlags
	Force bool `help:"Link although the resource is not in the store."`
}

// Help is shown by granary user link --help.
func (userLinkCmd) Help() string {
	return `A related person is one RelatedPerson for each patient that they care for; a patient who
cares for a child is a RelatedPerson too. The account acts as all of them.

Example:

  granary user link elena RelatedPerson/elena-pena-valentina`
}

// Run links.
func (cmd *userLinkCmd) Run(ctx context.Context, c console) error {
	return cmd.change(ctx, c, "acts as "+cmd.Reference+" too", func(s *store.Store, accounts *user.Accounts) error {
		if _, err := accounts.Get(ctx, cmd.Name); err != nil {
			return err
		}
		if !cmd.Force {
			if err := present(ctx, s, cmd.Reference); err != nil {
				return err
			}
		}
		return accounts.Link(ctx, cmd.Name, cmd.Reference)
	})
}

type userUnlinkCmd struct{ linkFlags }

// Run ends a link.
func (cmd *userUnlinkCmd) Run(ctx context.Context, c console) error {
	return cmd.change(ctx, c, "acts as "+cmd.Reference+" no more", func(_ *store.Store, accounts *user.Accounts) error {
		return accounts.Unlink(ctx, cmd.Name, cmd.Reference)
	})
}
