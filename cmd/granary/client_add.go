package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

type clientAddCmd struct {
	clientFlags
	Name          string        `required:"" placeholder:"NAME" help:"Name that users read when they are asked for their consent."`
	ID            string        `name:"id" placeholder:"ID" help:"Client id (default: a random one)."`
	RedirectURI   []string      `name:"redirect-uri" sep:"none" placeholder:"URI" help:"Where the app receives its codes, to the letter; may be repeated."`
	Scope         string        `placeholder:"SCOPES" help:"Scopes that it may ask for, separated by spaces (default: *, any; for a service there is none)."`
	Method        client.Method `enum:"none,client_secret_basic,client_secret_post,private_key_jwt," default:"" placeholder:"METHOD" help:"How it authenticates: none, client_secret_basic, client_secret_post or private_key_jwt (default: private_key_jwt with keys or --backend, else none)."`
	JWKSURI       string        `name:"jwks-uri" placeholder:"URL" help:"Where its public keys are."`
	JWKS          []byte        `name:"jwks" type:"filecontent" placeholder:"FILE" help:"Its public keys, a JWK set."`
	Backend       bool          `help:"A service without users, which gets tokens by client_credentials."`
	LaunchURI     string        `name:"launch-uri" placeholder:"URL" help:"Where an EHR launches the app."`
	Origin        []string      `sep:"none" placeholder:"ORIGIN" help:"Web origin that may read responses (CORS), besides those of the redirect URIs; may be repeated."`
	Introspection bool          `help:"Let it introspect tokens."`
	LogoURI       string        `name:"logo-uri" placeholder:"URL" help:"Its logo."`
	ClientURI     string        `name:"client-uri" placeholder:"URL" help:"Its home page."`
	PolicyURI     string        `name:"policy-uri" placeholder:"URL" help:"Its privacy policy."`
	TOSURI        string        `name:"tos-uri" placeholder:"URL" help:"Its terms of service."`
	Contact       []string      `sep:"none" placeholder:"CONTACT" help:"Who answers for it, such as a mail address; may be repeated."`
}

// Help is shown by granary client add --help.
func (clientAddCmd) Help() string {
	return `Prints what the developer of the app needs. A secret is shown here and never again: only a
digest of it is kept. It works whether or not a server runs on the store.

Examples:

  granary client add --name 'Growth Chart' --redirect-uri http://localhost:9000/ --launch-uri http://localhost:9000/launch.html
  granary client add --name 'Care Portal' --redirect-uri https://portal.example/callback --method client_secret_basic
  granary client add --name 'Nightly Export' --backend --jwks-uri https://export.example/jwks.json --scope 'system/*.rs'`
}

// Validate refuses bad values before anything is opened.
func (cmd *clientAddCmd) Validate() error {
	if cmd.Backend && cmd.Scope == "" {
		return errors.New("--backend: wants --scope, the scopes that the service is given, such as 'system/*.rs'")
	}
	asked := cmd.client()
	err := asked.Check(scope.Language{})
	if cmd.mayExist() { // it may know scopes beside SMART's
		asked.Scopes = "openid"
		err = asked.Check(scope.Language{})
	}
	return asUsage(err)
}

// client is the client that is to be registered.
func (cmd *clientAddCmd) client() client.Client {
	return client.Client{
		ID: cmd.ID, Name: cmd.Name, Method: cmd.method(), GrantTypes: cmd.grantTypes(), Scopes: cmd.Scope,
		RedirectURIs: cmd.RedirectURI, LaunchURI: cmd.LaunchURI, Origins: cmd.Origin, JWKS: cmd.JWKS, JWKSURI: cmd.JWKSURI,
		Introspection: cmd.Introspection, LogoURI: cmd.LogoURI, ClientURI: cmd.ClientURI, PolicyURI: cmd.PolicyURI, TOSURI: cmd.TOSURI,
		Contacts: cmd.Contact,
	}
}

func (cmd *clientAddCmd) method() client.Method {
	usual := client.None
	if cmd.Backend || len(cmd.JWKS) > 0 || cmd.JWKSURI != "" {
		usual = client.PrivateKeyJWT
	}
	return cmp.Or(cmd.Method, usual)
}

// grantTypes: a service may be an app as well, if it has where to receive codes.
func (cmd *clientAddCmd) grantTypes() []string {
	var types []string
	if !cmd.Backend || len(cmd.RedirectURI) > 0 {
		types = append(types, client.AuthorizationCode, client.RefreshToken)
	}
	if cmd.Backend {
		types = append(types, client.ClientCredentials)
	}
	return types
}

// Run registers the client.
func (cmd *clientAddCmd) Run(ctx context.Context, c console) error {
	cmd.noteIfNew(ctx, c)
	return cmd.openClients(ctx, func(s *store.Store, clients *client.Registry) error {
		added, secret, err := clients.Add(ctx, cmd.client())
		if err != nil {
			return asUsage(err)
		}
		if cmd.JSON {
			return printJSON(c, shown(added, secret))
		}
		fmt.Fprintf(c.out, "Registered %s.\n\n", added.Name)
		describe(c, added, secret, s.Base())
		return nil
	})
}
