package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/store"
)

type clientShowCmd struct {
	clientFlags
	clientID
}

// Run shows a client.
func (cmd *clientShowCmd) Run(ctx context.Context, c console) error {
	return cmd.withClients(ctx, func(s *store.Store, clients *client.Registry) error {
		found, err := clients.Get(ctx, cmd.ID)
		if err != nil {
			return unknownClient(cmd.ID, err)
		}
		if cmd.JSON {
			return printJSON(c, shown(found, ""))
		}
		describe(c, found, "", s.Base())
		return nil
	})
}

// clientJSON is a client as JSON: what the client itself is told, and what is known
// of it besides.
type clientJSON struct {
	client.Response
	Introspection bool `json:"introspection"`
	Dynamic       bool `json:"dynamic"`
}

func shown(c client.Client, secret string) clientJSON {
	return clientJSON{c.Response(secret), c.Introspection, c.Dynamic}
}

// describe prints what a developer wants to know of a client, line by line.
func describe(c console, of client.Client, secret, base string) {
	table := tabwriter.NewWriter(c.out, 0, 0, 3, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s\t%s\n", name, value)
		}
	}
	line("client id", of.ID)
	line("client secret", secret)
	line("name", of.Name)
	line("method", string(of.Method))
	line("grant types", strings.Join(of.GrantTypes, " "))
	for _, uri := range of.RedirectURIs {
		line("redirect URI", uri)
	}
	line("launch URI", of.LaunchURI)
	line("scopes", of.Scopes)
	line("keys at", of.JWKSURI)
	if len(of.JWKS) > 0 {
		line("keys", "a registered JWK set; to change it: granary client rotate --jwks FILE "+of.ID)
	}
	line("origins", strings.Join(of.AllowedOrigins(), " "))
	if of.Introspection {
		line("introspection", "yes")
	}
	for _, link := range [][2]string{{"home page", of.ClientURI}, {"logo", of.LogoURI}, {"policy", of.PolicyURI}, {"terms", of.TOSURI}} {
		line(link[0], link[1])
	}
	line("contacts", strings.Join(of.Contacts, ", "))
	line("registered", of.Created.Format(time.RFC3339)+byItself(of))
	for _, s := range of.Secrets {
		line("secret of", s.Created.Format(time.RFC3339)+goodUntil(s))
	}
	line("FHIR server", cmp.Or(base, "known when the server has run once"))
	if base != "" {
		line("endpoints", base+"/.well-known/smart-configuration")
	}
	if of.Method == client.PrivateKeyJWT {
		line("assertions", "RS384 or ES384, with kid, jti and exp; iss and sub are the client id, aud is the token_endpoint")
	}
	_ = table.Flush() // what cannot be printed cannot be reported either
	if secret != "" {
		fmt.Fprintln(c.out, "\nKeep the secret now: it is not shown again.")
	}
}

func byItself(of client.Client) string {
	if of.Dynamic {
		return ", by itself"
	}
	return ""
}

func goodUntil(s client.Secret) string {
	if s.Expires.IsZero() {
		return ""
	}
	return ", good until " + s.Expires.Format(time.RFC3339)
}
