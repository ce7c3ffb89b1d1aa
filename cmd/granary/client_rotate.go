package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/store"
)

type clientRotateCmd struct {
	clientFlags
	clientID
	AtOnce  bool   `name:"at-once" help:"End the secrets before it now, because one was disclosed."`
	JWKSURI string `name:"jwks-uri" placeholder:"URL" help:"Where the public keys of a client with private_key_jwt are from now on."`
	JWKS    []byte `name:"jwks" type:"filecontent" placeholder:"FILE" help:"The public keys of a client with private_key_jwt from now on, a JWK set."`
}

// Help is shown by granary client rotate --help.
func (clientRotateCmd) Help() string {
	return `The new secret alone is on the last line of the output. The secret before it remains good
for 24 hours, so that the client can be changed meanwhile; a client has two at most.

A client with private_key_jwt has no secret. If its keys are at a URL, it publishes the new
one there and nothing is to be done here. Else register the new set, with the old key in it
for as long as that is in use.

Examples:

  granary client rotate app-jxl5edggnvyz2ryu3ffqfzmp5b
  granary client rotate --at-once care-portal
  granary client rotate --jwks keys.json nightly-export`
}

// Validate refuses flags that exclude each other.
func (cmd *clientRotateCmd) Validate() error {
	if cmd.AtOnce && cmd.keys() {
		return errors.New("--at-once: the keys that are registered take the place of those before them at once anyway; leave it out")
	}
	return nil
}

func (cmd *clientRotateCmd) keys() bool { return len(cmd.JWKS) > 0 || cmd.JWKSURI != "" }

// Run renews what a client authenticates by.
func (cmd *clientRotateCmd) Run(ctx context.Context, c console) error {
	return cmd.withClients(ctx, func(s *store.Store, clients *client.Registry) error {
		found, err := clients.Get(ctx, cmd.ID)
		switch {
		case err != nil:
			return unknownClient(cmd.ID, err)
		case cmd.keys():
			return cmd.newKeys(ctx, c, s, clients, found)
		case found.JWKSURI != "":
			return usageError{fmt.Errorf("%s has no secret: it publishes its keys at %s, which is read again when it uses a new one", found.ID, found.JWKSURI)}
		case len(found.JWKS) > 0:
			return usageError{fmt.Errorf("%s has no secret but keys: give the new set with --jwks FILE", found.ID)}
		case found.Public():
			return usageError{fmt.Errorf("%s is a public client and has no secret", found.ID)}
		}
		return cmd.newSecret(ctx, c, clients)
	})
}

func (cmd *clientRotateCmd) newKeys(ctx context.Context, c console, s *store.Store, clients *client.Registry, of client.Client) error {
	of.JWKS, of.JWKSURI = cmd.JWKS, cmd.JWKSURI
	if err := clients.Update(ctx, of); err != nil {
		return asUsage(err)
	}
	if cmd.JSON {
		return printJSON(c, shown(of, ""))
	}
	describe(c, of, "", s.Base())
	return nil
}

func (cmd *clientRotateCmd) newSecret(ctx context.Context, c console, clients *client.Registry) error {
	rotate := clients.Rotate
	if cmd.AtOnce {
		rotate = clients.RotateAtOnce
	}
	secret, err := rotate(ctx, cmd.ID)
	if err != nil {
		return unknownClient(cmd.ID, err)
	}
	now, err := clients.Get(ctx, cmd.ID)
	if err != nil {
		return unknownClient(cmd.ID, err)
	}
	if cmd.JSON {
		return printJSON(c, shown(now, secret))
	}
	if old := now.Secrets[:len(now.Secrets)-1]; len(old) > 0 {
		fmt.Fprintf(c.err, "note: the secret before it is good until %s; any other has ended\n", old[0].Expires.Format(time.RFC3339))
	}
	fmt.Fprintln(c.out, secret)
	return nil
}
