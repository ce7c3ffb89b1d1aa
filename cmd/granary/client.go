package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

type clientCmd struct {
	Add    clientAddCmd    `cmd:"" help:"Register an app or a service."`
	List   clientListCmd   `cmd:"" help:"List the clients."`
	Show   clientShowCmd   `cmd:"" help:"Show a client."`
	Rotate clientRotateCmd `cmd:"" help:"Give a client a new secret, or register its new keys."`
	Remove clientRemoveCmd `cmd:"" help:"Remove a client."`
	Invite clientInviteCmd `cmd:"" help:"Print an initial access token, with which an app can register itself."`
}

// clientFlags are those of every command on clients.
type clientFlags struct {
	dataFlags
	JSON bool `name:"json" help:"Print JSON, by the names of RFC 7591."`
}

// clientID is the argument that names a client.
type clientID struct {
	ID string `arg:"" placeholder:"ID" help:"Client id."`
}

// withClients runs fn on the clients of a store that is there.
func (f clientFlags) withClients(ctx context.Context, fn func(*store.Store, *client.Registry) error) error {
	if err := f.existing(ctx); err != nil {
		return err
	}
	return f.openClients(ctx, fn)
}

// openClients runs fn on the clients of a store, which is made if it is absent.
func (f clientFlags) openClients(ctx context.Context, fn func(*store.Store, *client.Registry) error) (err error) {
	opened, err := f.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	language, err := declaredScopes(ctx, opened.Records())
	if err != nil {
		return err
	}
	return fn(opened, client.NewRegistry(opened.Records(), time.Now).Speaking(language))
}

// flagOf are the flags by which metadata is given that Granary may refuse.
var flagOf = map[string]string{
	"client_id": "--id", "client_name": "--name", "client_uri": "--client-uri", "logo_uri": "--logo-uri",
	"policy_uri": "--policy-uri", "tos_uri": "--tos-uri", "contacts": "--contact", "redirect_uris": "--redirect-uri",
	"initiate_login_uri": "--launch-uri", "scope": "--scope", "token_endpoint_auth_method": "--method",
	"jwks": "--jwks", "jwks_uri": "--jwks-uri", "allowed_cors_origins": "--origin", "grant_types": "--backend",
}

// asUsage is what a refusal of metadata means on a command line: the flag is named in
// place of the field.
func asUsage(err error) error {
	var told *oauth.Error
	switch {
	case errors.Is(err, store.ErrRecordChanged):
		return errors.New("somebody has changed the client at the same time; look at it and try again")
	case !errors.As(err, &told):
		return err
	}
	end := strings.IndexAny(told.Description, ":[")
	if end > 0 {
		if flag, ok := flagOf[told.Description[:end]]; ok {
			return usageError{errors.New(flag + told.Description[end:])}
		}
	}
	return usageError{errors.New(told.Description)}
}

// unknownClient says that there is none, where that is the error.
func unknownClient(id string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no client %s", shellQuote(id))
	}
	return asUsage(err)
}

func printJSON(c console, value any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
