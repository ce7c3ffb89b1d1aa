package main

import (
	"context"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

type userDisableCmd struct{ userFlags }

// Run disables the account.
func (cmd *userDisableCmd) Run(ctx context.Context, c console) error {
	return cmd.end(ctx, c, "may not log in any more", func(accounts *user.Accounts) error {
		return accounts.SetDisabled(ctx, cmd.Name, true)
	})
}

type userEnableCmd struct{ userFlags }

// Run enables the account.
func (cmd *userEnableCmd) Run(ctx context.Context, c console) error {
	return cmd.change(ctx, c, "may log in", func(_ *store.Store, accounts *user.Accounts) error {
		return accounts.SetDisabled(ctx, cmd.Name, false)
	})
}

type userRemoveCmd struct{ userFlags }

// Run removes the account. The resource that it stands for stays.
func (cmd *userRemoveCmd) Run(ctx context.Context, c console) error {
	return cmd.end(ctx, c, "removed", func(accounts *user.Accounts) error {
		return accounts.Remove(ctx, cmd.Name)
	})
}
