package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// Options are what an Authenticator needs to know of the server.
type Options struct {
	// TokenURL is the token endpoint, which an assertion must be meant for.
	TokenURL string
	// Issuer, if set, may stand in an assertion's `aud` as well
	// (draft-ietf-oauth-rfc7523bis wants it there).
	Issuer string
	// Records keep which assertions were used.
	Records store.Records
	Clock   func() time.Time
	// AllowLoopback lets clients have their keys on this machine, by http too: for
	// a sandbox.
	AllowLoopback bool
	// Transport, if set, fetches keys in place of the guarded one.
	Transport http.RoundTripper
}

// Authenticator tells which client a request comes from. It is safe for concurrent
// use.
type Authenticator struct {
	registry *Registry
	options  Options
	parsed   *parsedSets
	remote   *remote
	decoys   map[string]key
}

// NewAuthenticator authenticates the clients of a registry.
func NewAuthenticator(registry *Registry, o Options) (*Authenticator, error) {
	decoys, err := newDecoys()
	if err != nil {
		return nil, err
	}
	transport := o.Transport
	if transport == nil {
		transport = guarded(o.AllowLoopback)
	}
	return &Authenticator{registry: registry, options: o, parsed: newParsedSets(), remote: newRemote(transport, o.AllowLoopback, o.Clock), decoys: decoys}, nil
}

// errUnproved is all that is told of a client that has not proved itself, whether
// there is one or not.
var errUnproved = oauth.Refuse(oauth.InvalidClient, "the client is unknown, or this is not the secret or key, or not the method "+
	"(token_endpoint_auth_method), that is registered for it; keys at a jwks_uri must be readable from here")

// unproved is errUnproved, with a cause for the server's own records.
func unproved(format string, args ...any) error {
	return fmt.Errorf("%w (%s)", errUnproved, fmt.Sprintf(format, args...))
}

// Authenticate returns the client that a request to the token, introspection or
// revocation endpoint comes from, which has proved itself by the one method that
// it is registered with; a public client names itself. An error that has an
// *oauth.Error is a refusal, which that Error is to be answered with: the rest of
// the text is for the server's own records. Any other error is the store's. An
// assertion is used up by it.
func (a *Authenticator) Authenticate(ctx context.Context, header http.Header, form url.Values) (Client, error) {
	presented, err := read(header, form)
	if err != nil {
		return Client{}, err
	}
	if presented.method == PrivateKeyJWT {
		return a.byAssertion(ctx, presented)
	}
	c, err := a.lookUp(ctx, presented.id)
	if err != nil {
		return Client{}, err
	}
	// A secret is compared whatever is known of the client.
	matches := c.matches(presented.secret, a.options.Clock())
	switch {
	case c.ID == "":
		return Client{}, unproved("client %q is unknown", presented.id)
	case c.Method != presented.method:
		return Client{}, unproved("client %s came by %s and is registered for %s", c.ID, presented.method, c.Method)
	case c.Method != None && !matches:
		return Client{}, unproved("client %s gave a wrong secret", c.ID)
	}
	return c, nil
}

// lookUp finds a client; one without ID if there is none.
func (a *Authenticator) lookUp(ctx context.Context, id string) (Client, error) {
	c, err := a.registry.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return Client{}, nil
	}
	return c, err
}
