package main

import (
	"context"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

type userPasswdCmd struct {
	userFlags
	passwordFlags
}

// Run sets the password.
func (cmd *userPasswdCmd) Run(ctx context.Context, c console) error {
	return cmd.change(ctx, c, "the password is set", func(_ *store.Store, accounts *user.Accounts) error {
		account, err := accounts.Get(ctx, cmd.Name)
		if err != nil {
			return err
		}
		password, err := cmd.read(ctx, c, accounts, account)
		if err != nil {
			return err
		}
		return accounts.SetPassword(ctx, cmd.Name, password)
	})
}
