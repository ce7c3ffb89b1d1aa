package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

type userListCmd struct {
	dataFlags
	JSON bool `name:"json" help:"Print the accounts as JSON."`
}

// Run prints the accounts in the order of their names.
func (cmd *userListCmd) Run(ctx context.Context, c console) error {
	return cmd.with(ctx, func(_ *store.Store, accounts *user.Accounts) error {
		all, err := accounts.List(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			encoder := json.NewEncoder(c.out)
			encoder.SetIndent("", "  ")
			return encoder.Encode(append([]user.Account{}, all...))
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "name\trole\tacts as\tstate\tdisplay name")
		for _, a := range all {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.Name, a.Role, strings.Join(a.ActsAs(), " "), accountState(a), a.DisplayName)
		}
		return table.Flush()
	})
}

// accountState is whether somebody may log in.
func accountState(a user.Account) string {
	switch {
	case a.Disabled:
		return "disabled"
	case a.Demo:
		return "sandbox only"
	}
	return "active"
}
