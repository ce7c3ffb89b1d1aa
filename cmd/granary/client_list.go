package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/store"
)

type clientListCmd struct{ clientFlags }

// Run lists the clients.
func (cmd *clientListCmd) Run(ctx context.Context, c console) error {
	return cmd.withClients(ctx, func(_ *store.Store, clients *client.Registry) error {
		all, err := clients.List(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			list := make([]clientJSON, len(all))
			for i, one := range all {
				list[i] = shown(one, "")
			}
			return printJSON(c, list)
		}
		if len(all) == 0 {
			fmt.Fprintf(c.err, "note: there is no client; %s client add --help shows how to register one\n", c.program)
			return nil
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "client id\tname\tmethod\tgrant types\tregistered")
		for _, one := range all {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", one.ID, one.Name, one.Method, strings.Join(one.GrantTypes, " "), one.Created.Format(time.DateOnly))
		}
		return table.Flush()
	})
}
