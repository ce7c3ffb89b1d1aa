package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// inviteFlags are those of commands that can print a one-time link.
type inviteFlags struct {
	TTL time.Duration `name:"ttl" default:"72h" placeholder:"DURATION" help:"How long the one-time link is good (default: ${default})."`
}

func (f inviteFlags) check(invites bool) error {
	if invites && f.TTL <= 0 {
		return fmt.Errorf("--ttl: wants a duration above 0, such as 72h, not %v", f.TTL)
	}
	return nil
}

// invite prints a one-time link for an account.
func (f inviteFlags) invite(ctx context.Context, c console, s *store.Store, accounts *user.Accounts, account user.Account) error {
	token, err := user.NewInvitations(accounts).Invite(ctx, account, f.TTL)
	if err != nil {
		return err
	}
	base := s.Base()
	if base == "" {
		base = "http://127.0.0.1:8080/fhir"
		fmt.Fprintln(c.err, "note: the store was never served; if clients will reach the server elsewhere, the link begins with that")
	}
	_, err = fmt.Fprintln(c.out, welcomeLink(base, token))
	return err
}

// welcomeLink is the page at which a token is redeemed, of the server with a FHIR base.
func welcomeLink(base, token string) string {
	return strings.TrimSuffix(base, "/fhir") + user.WelcomePath + "?token=" + url.QueryEscape(token)
}

type userInviteCmd struct {
	userFlags
	inviteFlags
}

// Help is shown by granary user invite --help.
func (userInviteCmd) Help() string {
	return `For an account that is there; granary user add --invite is for a new one. The link is
alone on the last line. It is good once, and no longer when the password is changed
otherwise. The old password is good until then.`
}

// Validate refuses bad values before anything is opened.
func (cmd *userInviteCmd) Validate() error {
	return errors.Join(cmd.userFlags.Validate(), cmd.inviteFlags.check(true))
}

// Run prints the link.
func (cmd *userInviteCmd) Run(ctx context.Context, c console) error {
	return cmd.with(ctx, func(s *store.Store, accounts *user.Accounts) error {
		account, err := accounts.Get(ctx, cmd.Name)
		if err != nil {
			return cmd.named(err)
		}
		return cmd.invite(ctx, c, s, accounts, account)
	})
}
