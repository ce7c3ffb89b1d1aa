package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/seed/synthetic"
	"github.com/granary-fhir/granary/store"
)

// demonstrate makes the demonstration accounts, and does with them what else belongs to
// the filling of a sandbox. A name that is taken already stays with whom it belongs to,
// and who is not in the data gets none.
func demonstrate(ctx context.Context, s *store.Store, also func(store.Records) error) error {
	accounts := newAccounts(s)
	password, err := accounts.Hash(ctx, user.Account{Demo: true}, user.DemoPassword)
	if err != nil {
		return err
	}
	return s.View(store.Unrestricted("demonstration accounts")).Transact(ctx, func(tx *store.Tx) error {
		in := accounts.In(tx.Records())
		taken, err := names(ctx, in)
		if err != nil {
			return err
		}
		for _, p := range synthetic.Demonstration() {
			there, err := isThere(ctx, tx, p.FHIRUser)
			if err != nil {
				return err
			}
			if taken[p.Name] || !there {
				continue
			}
			account := user.Account{Name: p.Name, DisplayName: p.DisplayName, Role: user.Role(p.Role), FHIRUser: p.FHIRUser, Links: p.Links, Demo: true}
			if _, err := in.Add(ctx, account, password); err != nil {
				return fmt.Errorf("the demonstration account %s: %w", p.Name, err)
			}
		}
		return also(tx.Records())
	})
}

// isThere tells whether there is the resource that a reference means: a small sandbox
// has not everybody.
func isThere(ctx context.Context, tx *store.Tx, reference string) (bool, error) {
	typ, id, _ := strings.Cut(reference, "/")
	_, err := tx.Read(ctx, store.Key{Type: typ, ID: id})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// names are those of the accounts that there are.
func names(ctx context.Context, accounts *user.Accounts) (map[string]bool, error) {
	all, err := accounts.List(ctx)
	taken := make(map[string]bool, len(all))
	for _, a := range all {
		taken[a.Name] = true
	}
	return taken, err
}
