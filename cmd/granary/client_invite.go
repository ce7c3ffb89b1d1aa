package main

import (
	"context"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/store"
)

type clientInviteCmd struct {
	dataFlags
	TTL  time.Duration `name:"ttl" default:"24h" placeholder:"DURATION" help:"How long the token is good (default: ${default})."`
	Uses int           `default:"1" placeholder:"N" help:"How many clients can be registered with it (default: ${default})."`
}

// Help is shown by granary client invite --help.
func (clientInviteCmd) Help() string {
	return `The token is the initial access token of RFC 7591: the app that registers itself sends it as
a bearer token. It is alone on the last line of the output, and only a digest of it is kept.`
}

// Validate refuses bad values before anything is opened.
func (cmd *clientInviteCmd) Validate() error {
	switch {
	case cmd.TTL <= 0:
		return fmt.Errorf("--ttl: wants a duration above 0, such as 24h, not %v", cmd.TTL)
	case cmd.Uses < 1:
		return fmt.Errorf("--uses: wants a number above 0, not %d", cmd.Uses)
	}
	return nil
}

// Run makes the token.
func (cmd *clientInviteCmd) Run(ctx context.Context, c console) error {
	return clientFlags{dataFlags: cmd.dataFlags}.withClients(ctx, func(s *store.Store, _ *client.Registry) error {
		token, err := client.NewInitialTokens(s.Records(), time.Now).Issue(ctx, cmd.TTL, cmd.Uses)
		if err == nil {
			fmt.Fprintln(c.out, token)
		}
		return err
	})
}
