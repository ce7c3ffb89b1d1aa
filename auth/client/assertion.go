package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/oauth"
)

const (
	// maxAssertion is how long an assertion may be, many times what one is.
	maxAssertion = 16 << 10
	// maxAhead is how far ahead an assertion may expire
	// (client-confidential-asymmetric.html#authenticating-to-the-token-endpoint).
	maxAhead = 5 * time.Minute
	// leeway is by how much the clocks of a client and of this server may differ.
	leeway = 30 * time.Second
)

// parser reads assertions and holds them to the algorithms. What the claims should
// be is checked here: the errors should say it to the client's developer.
var parser = jwt.NewParser(jwt.WithValidMethods(algorithms()), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())

// invalid refuses an assertion.
func invalid(format string, args ...any) error {
	return oauth.Refuse(oauth.InvalidClient, "client_assertion: "+fmt.Sprintf(format, args...))
}

// byAssertion authenticates a client by a JWT that it has signed
// (client-confidential-asymmetric.html#signature-verification). Until the
// signature is verified, what the JWT says only chooses the key to verify it with.
func (a *Authenticator) byAssertion(ctx context.Context, given credentials) (Client, error) {
	if len(given.assertion) > maxAssertion {
		return Client{}, invalid("it is longer than %d characters", maxAssertion)
	}
	var from signer
	var failed error
	claims := jwt.MapClaims{}
	token, err := parser.ParseWithClaims(given.assertion, claims, func(token *jwt.Token) (any, error) {
		subject, _ := claims["sub"].(string)
		from, failed = a.signer(ctx, subject, token.Header)
		return from.key.public, failed
	})
	switch {
	case failed != nil:
		return Client{}, failed
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Client{}, invalid("it is not a JWT in compact serialization")
	case token == nil || token.Method == nil || !slices.Contains(algorithms(), token.Method.Alg()):
		return Client{}, invalid("the alg in its header should be one of %s", oneOf(algorithms()))
	case err != nil || from.doubt != "":
		return Client{}, unproved("an assertion of client %q: %s", from.client.ID, cmp.Or(from.doubt, "the signature is not by its key"))
	}
	if err := a.checkClaims(from.client, given.id, claims); err != nil {
		return Client{}, err
	}
	if err := a.spend(ctx, from.client, claims); err != nil {
		return Client{}, err
	}
	return from.client, nil
}

// signer is who is said to have signed an assertion, and the key to verify it with.
type signer struct {
	client Client
	key    key
	// doubt, if not empty, says why nobody can have signed: the key is a decoy.
	doubt string
}

// signer finds the client of an assertion and its key. Where there is none, there is
// a decoy, so that the answer is the same and takes the same time.
func (a *Authenticator) signer(ctx context.Context, id string, fields map[string]any) (signer, error) {
	h, err := readHeader(fields)
	if err != nil {
		return signer{}, err
	}
	c, err := a.lookUp(ctx, id)
	if err != nil {
		return signer{}, err
	}
	s := signer{client: c, key: a.decoys[h.alg]}
	switch {
	case c.ID == "":
		s.doubt = "it is unknown"
	case c.Method != PrivateKeyJWT:
		s.doubt = "it is registered for " + string(c.Method)
	case c.SigningAlg != "" && c.SigningAlg != h.alg:
		s.doubt = "it is registered for " + c.SigningAlg
	case h.jku != "" && h.jku != c.JWKSURI:
		s.doubt = "the jku is not its jwks_uri"
	default:
		found, err := a.find(ctx, c, h)
		if err != nil {
			s.doubt = err.Error()
			return s, ctx.Err()
		}
		s.key = found
	}
	return s, nil
}

// find looks a client's key up where it has them.
func (a *Authenticator) find(ctx context.Context, c Client, h header) (key, error) {
	if c.JWKSURI != "" {
		return a.remote.find(ctx, c.JWKSURI, h.kid, h.alg)
	}
	keys, err := a.parsed.get(c.JWKS)
	if err != nil {
		return key{}, err
	}
	return keys.find(h.kid, h.alg)
}

// header is what an assertion says of its own signature.
type header struct{ alg, kid, jku string }

func readHeader(fields map[string]any) (header, error) {
	var h header
	for name, into := range map[string]*string{"alg": &h.alg, "kid": &h.kid, "jku": &h.jku} {
		if value, ok := fields[name]; ok {
			if *into, ok = value.(string); !ok || *into == "" {
				return h, invalid("the %s in its header should be a text", name)
			}
		}
	}
	if h.kid == "" {
		return h, invalid("its header has no kid")
	}
	if typ, ok := fields["typ"]; ok {
		if text, _ := typ.(string); !strings.EqualFold(text, "JWT") {
			return h, invalid("the typ in its header should be JWT")
		}
	}
	if _, ok := fields["crit"]; ok {
		return h, invalid("the crit in its header names what is not supported (RFC 7515, 4.1.11)")
	}
	return h, nil
}
