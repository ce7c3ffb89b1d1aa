package client

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

const tokenURL = "https://granary.example/auth/token"

// world is a registry and an authenticator over a real store, with a clock that is
// set by hand.
type world struct {
	*Registry
	records store.Records
	auth    *Authenticator
	*testclock.Clock
}

func newWorld(t testing.TB, change ...func(*Options)) *world {
	t.Helper()
	w := &world{Clock: testclock.At(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))}
	registry, _ := testbackend.Definitions(t)
	backend := testbackend.Open(t, testbackend.Options{Registry: registry, Clock: w.Now})
	w.records = backend.Records()
	w.Registry = NewRegistry(w.records, w.Now)
	options := Options{TokenURL: tokenURL, Records: w.records, Clock: w.Now}
	for _, c := range change {
		c(&options)
	}
	var err error
	if w.auth, err = NewAuthenticator(w.Registry, options); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) add(t testing.TB, c Client) (Client, string) {
	t.Helper()
	added, secret, err := w.Add(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return added, secret
}

// app is a client that needs nothing more.
func app(id string, method Method) Client {
	return Client{ID: id, Name: "Growth Chart", Method: method, RedirectURIs: []string{"https://app.example/callback"}}
}

// service is a client that signs by the keys given.
func service(id string, keys ...jose.JSONWebKey) Client {
	return Client{ID: id, Name: "Backup", Method: PrivateKeyJWT, GrantTypes: []string{ClientCredentials},
		Scopes: "system/*.rs", JWKS: setOf(keys...)}
}

var (
	rsaKey   = sync.OnceValue(func() *rsa.PrivateKey { return generated(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey    = sync.OnceValue(func() *ecdsa.PrivateKey { return generated(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	otherKey = sync.OnceValue(func() *ecdsa.PrivateKey { return generated(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
)

func generated[K any](k K, err error) K {
	if err != nil {
		panic(err)
	}
	return k
}

func public(kid string, k crypto.Signer) jose.JSONWebKey {
	return jose.JSONWebKey{KeyID: kid, Key: k.Public()}
}

func setOf(keys ...jose.JSONWebKey) []byte {
	return generated(json.Marshal(jose.JSONWebKeySet{Keys: keys}))
}

// assertion is a JWT to be, right in all but what is changed.
type assertion struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

func (w *world) assertion(id string) assertion {
	return assertion{jwt.SigningMethodES384, ecKey(),
		map[string]any{"kid": "ec"},
		jwt.MapClaims{"iss": id, "sub": id, "aud": tokenURL, "exp": w.Now().Add(time.Minute).Unix(), "jti": rand.Text()}}
}

func (a assertion) text(t testing.TB) string {
	t.Helper()
	token := jwt.NewWithClaims(a.method, a.claims)
	for name, value := range a.header {
		token.Header[name] = value
	}
	text, err := token.SignedString(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func asserting(text string) url.Values {
	return url.Values{"client_assertion_type": {assertionType}, "client_assertion": {text}}
}

func (w *world) assert(t testing.TB, a assertion) (Client, error) {
	t.Helper()
	return w.auth.Authenticate(t.Context(), nil, asserting(a.text(t)))
}

func basicHeader(id, secret string) http.Header {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(id, secret)
	return r.Header
}

// refused is the refusal in an error, as a client is told it.
func refused(t testing.TB, err error) string {
	t.Helper()
	var told *oauth.Error
	if !errors.As(err, &told) {
		t.Fatalf("%v is no refusal", err)
	}
	return told.Error()
}

var unprovedText = errUnproved.Error()
