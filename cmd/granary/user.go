package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add an account."`
	List    userListCmd    `cmd:"" help:"List the accounts."`
	Passwd  userPasswdCmd  `cmd:"" help:"Give an account another password, and end its sessions."`
	Invite  userInviteCmd  `cmd:"" help:"Print a one-time link by which somebody sets the password of their account."`
	Link    userLinkCmd    `cmd:"" help:"Let a patient or related person act as a further Patient or RelatedPerson."`
	Unlink  userUnlinkCmd  `cmd:"" help:"End that."`
	Disable userDisableCmd `cmd:"" help:"Keep an account from logging in, and end its sessions."`
	Enable  userEnableCmd  `cmd:"" help:"Let it log in again."`
	Remove  userRemoveCmd  `cmd:"" help:"Remove an account, and end its sessions."`
}

// userFlags name an account that is there.
type userFlags struct {
	dataFlags
	Name string `arg:"" help:"Login name."`
}

// Validate refuses what is no name before anything is opened.
func (f *userFlags) Validate() (err error) {
	f.Name, err = user.NormalizeName(f.Name)
	return err
}

// with opens a store that is there and runs fn with its accounts.
func (f dataFlags) with(ctx context.Context, fn func(s *store.Store, accounts *user.Accounts) error) (err error) {
	if err := f.existing(ctx); err != nil {
		return err
	}
	opened, err := f.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	return fn(opened, newAccounts(opened))
}

// newAccounts are the accounts as the commands see them.
func newAccounts(s *store.Store) *user.Accounts {
	return user.NewAccounts(s.Records(), user.Options{Clock: time.Now})
}

// change runs fn on the account and says what was done.
func (f userFlags) change(ctx context.Context, c console, done string, fn func(s *store.Store, accounts *user.Accounts) error) error {
	return f.with(ctx, func(s *store.Store, accounts *user.Accounts) error {
		if err := f.named(fn(s, accounts)); err != nil {
			return err
		}
		// What was granted was granted by who the account was until now.
		if err := endGrants(ctx, s, auth.AccountOwner(f.Name)); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "%s: %s\n", f.Name, done)
		return err
	})
}

// end is change for what keeps an account from logging in: of an administrator it may
// be the last.
func (f userFlags) end(ctx context.Context, c console, done string, fn func(accounts *user.Accounts) error) error {
	return f.change(ctx, c, done, func(_ *store.Store, accounts *user.Accounts) error {
		account, err := accounts.Get(ctx, f.Name)
		if err != nil {
			return err
		}
		if err := fn(accounts); err != nil || account.Role != user.Administrator {
			return err
		}
		return noteAdministrators(ctx, c, accounts)
	})
}

// named says which account there is not.
func (f userFlags) named(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no account %s", f.Name)
	}
	return err
}

// noteAdministrators says so where nobody can administer the server any more. Those of
// the sandbox do not count.
func noteAdministrators(ctx context.Context, c console, accounts *user.Accounts) error {
	has, err := accounts.HasAdministrator(ctx)
	if err == nil && !has {
		fmt.Fprintln(c.err, "note: no administrator is left; outside the sandbox, granary serve prints a one-time link for one when it starts")
	}
	return err
}

// present refuses references to what is not in the store.
func present(ctx context.Context, s *store.Store, references ...string) error {
	return s.View(store.Unrestricted("granary user")).Snapshot(ctx, func(r *store.Reader) error {
		for _, reference := range references {
			_, err := r.Read(ctx, keyOf(reference))
			switch {
			case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrGone):
				return fmt.Errorf("there is no %s in the store; --force if it will be", reference)
			case err != nil:
				return err
			}
		}
		return nil
	})
}
