package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/store"
)

type clientRemoveCmd struct {
	dataFlags
	clientID
}

// Run removes a client.
func (cmd *clientRemoveCmd) Run(ctx context.Context, c console) error {
	return clientFlags{dataFlags: cmd.dataFlags}.withClients(ctx, func(s *store.Store, clients *client.Registry) error {
		found, err := clients.Get(ctx, cmd.ID)
		if err == nil {
			err = errors.Join(clients.Remove(ctx, cmd.ID), endGrants(ctx, s, auth.ClientOwner(cmd.ID)))
		}
		if err != nil {
			return unknownClient(cmd.ID, err)
		}
		fmt.Fprintf(c.out, "Removed %s (%s).\n", found.ID, found.Name)
		return nil
	})
}
