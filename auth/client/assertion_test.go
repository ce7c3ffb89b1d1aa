package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

var rs384Method = jwt.SigningMethodRS384

const algText = "invalid_client: client_assertion: the alg in its header should be one of RS384, ES384"

// try asserts with a change to what is right, and wants a refusal; "" for none.
func (w *world) try(t *testing.T, name, want string, change func(a *assertion)) {
	t.Helper()
	a := w.assertion("service")
	change(&a)
	c, err := w.assert(t, a)
	switch {
	case want == "" && (err != nil || c.ID != "service"):
		t.Errorf("%s: %q, %v, want service", name, c.ID, err)
	case want != "" && (err == nil || refused(t, err) != want || c.ID != ""):
		t.Errorf("%s: %q, %v\nwant %s", name, c.ID, err, want)
	}
}

// Only RS384 and ES384, each with the keys that are for it.
func TestAuth23Algorithms(t *testing.T) {
	w := newWorld(t)
	p256 := generated(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	w.add(t, service("service", public("ec", ecKey()), public("rsa", rsaKey())))
	by := func(method jwt.SigningMethod, kid string, key any) func(*assertion) {
		return func(a *assertion) { a.method, a.key, a.header["kid"] = method, key, kid }
	}
	w.try(t, "ES384", "", by(jwt.SigningMethodES384, "ec", ecKey()))
	w.try(t, "RS384", "", by(jwt.SigningMethodRS384, "rsa", rsaKey()))
	w.try(t, "ES384 with the kid of an RSA key", unprovedText, by(jwt.SigningMethodES384, "rsa", ecKey()))
	w.try(t, "RS384 with the kid of an EC key", unprovedText, by(jwt.SigningMethodRS384, "ec", rsaKey()))
	w.try(t, "none", algText, by(jwt.SigningMethodNone, "ec", jwt.UnsafeAllowNoneSignatureType))
	w.try(t, "HS256 by what is public", algText, by(jwt.SigningMethodHS256, "ec", setOf(public("ec", ecKey()))))
	w.try(t, "HS384 by what is public", algText, by(jwt.SigningMethodHS384, "ec", setOf(public("ec", ecKey()))))
	w.try(t, "RS256", algText, by(jwt.SigningMethodRS256, "rsa", rsaKey()))
	w.try(t, "RS512", algText, by(jwt.SigningMethodRS512, "rsa", rsaKey()))
	w.try(t, "PS384", algText, by(jwt.SigningMethodPS384, "rsa", rsaKey()))
	w.try(t, "ES256", algText, by(jwt.SigningMethodES256, "ec", p256))
	if _, err := w.auth.Authenticate(t.Context(), nil, asserting("e30.e30.")); refused(t, err) != algText {
		t.Errorf("no alg: %v", err)
	}
	for _, alg := range []any{"NONE", "None", "es384", "ES384 ", "", 1, nil} {
		w.try(t, "alg", algText, func(a *assertion) { a.header["alg"] = alg })
	}
	w.try(t, "typ", "", func(a *assertion) { a.header["typ"] = "jwt" })
	w.try(t, "no typ", "", func(a *assertion) { delete(a.header, "typ") })
	w.try(t, "typ", "invalid_client: client_assertion: the typ in its header should be JWT", func(a *assertion) { a.header["typ"] = "at+jwt" })
	w.try(t, "crit", "invalid_client: client_assertion: the crit in its header names what is not supported (RFC 7515, 4.1.11)", func(a *assertion) { a.header["crit"] = []string{"b64"} })

	pinned := service("pinned", public("ec", ecKey()), public("rsa", rsaKey()))
	pinned.SigningAlg = "RS384"
	w.add(t, pinned)
	a := w.assertion("pinned")
	if _, err := w.assert(t, a); err == nil || refused(t, err) != unprovedText {
		t.Errorf("ES384 where RS384 is registered: %v", err)
	}
	a.method, a.key, a.header["kid"] = rs384Method, rsaKey(), "rsa"
	if _, err := w.assert(t, a); err != nil {
		t.Error(err)
	}
}

// The signature comes first: without it nothing that is claimed has an effect, and
// nothing about the claims is told.
func TestAuth24SignatureFirst(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey())))
	w.add(t, service("other", public("ec", otherKey())))
	forge := func(a *assertion) { a.key = otherKey() }
	w.try(t, "signed by another client", unprovedText, forge)
	w.try(t, "expired and signed by another", unprovedText, func(a *assertion) { forge(a); a.claims["exp"] = 1 })
	w.try(t, "for others and signed by another", unprovedText, func(a *assertion) { forge(a); a.claims["aud"] = "https://evil.example" })

	// A forgery does not use up a jti.
	w.try(t, "forged", unprovedText, func(a *assertion) { forge(a); a.claims["jti"] = "1" })
	w.try(t, "right", "", func(a *assertion) { a.claims["jti"] = "1" })

	// Each change to a signed text shows.
	text := w.assertion("service").text(t)
	parts := strings.Split(text, ".")
	claims := generated(base64.RawURLEncoding.DecodeString(parts[1]))
	changed := strings.Replace(string(claims), `"iss":"service"`, `"iss":"service" `, 1)
	for _, forged := range []string{
		parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(changed)) + "." + parts[2],
		parts[0] + "." + parts[1] + "." + parts[2][:len(parts[2])-4],
		parts[0] + "." + parts[1] + ".",
		parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
	} {
		if _, err := w.auth.Authenticate(t.Context(), nil, asserting(forged)); err == nil || refused(t, err) != unprovedText {
			t.Errorf("%s: %v", forged, err)
		}
	}
	for _, bad := range []string{"x", "..", ".." + parts[2], parts[0] + "." + parts[1], text + ".x", parts[0] + "=." + parts[1] + "." + parts[2]} {
		_, err := w.auth.Authenticate(t.Context(), nil, asserting(bad))
		if got := refused(t, err); got != "invalid_client: client_assertion: it is not a JWT in compact serialization" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := w.auth.Authenticate(t.Context(), nil, asserting(strings.Repeat("x", maxAssertion+1))); refused(t, err) != "invalid_client: client_assertion: it is longer than 16384 characters" {
		t.Error(err)
	}
	if _, err := w.auth.Authenticate(t.Context(), nil, asserting(text)); err != nil {
		t.Errorf("the text that was forged: %v", err)
	}
}

func TestAuth25IssuerAndSubject(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey())))
	w.add(t, service("twin", public("ec", ecKey()))) // has the same key
	want := "invalid_client: client_assertion: iss and sub should both be the client id"
	w.try(t, "right", "", func(*assertion) {})
	w.try(t, "another iss", want, func(a *assertion) { a.claims["iss"] = "twin" })
	w.try(t, "another sub", want, func(a *assertion) { a.claims["sub"] = "twin" })
	w.try(t, "no iss", want, func(a *assertion) { delete(a.claims, "iss") })
	w.try(t, "iss of another type", want, func(a *assertion) { a.claims["iss"] = []string{"service"} })
	w.try(t, "no sub", unprovedText, func(a *assertion) { delete(a.claims, "sub") })
	w.try(t, "sub of another type", unprovedText, func(a *assertion) { a.claims["sub"] = 1 })

	for id, want := range map[string]string{"service": "", "twin": "invalid_client: client_assertion: its sub is not the client_id of the request"} {
		form := asserting(w.assertion("service").text(t))
		form.Set("client_id", id)
		_, err := w.auth.Authenticate(t.Context(), nil, form)
		if want == "" && err != nil || want != "" && refused(t, err) != want {
			t.Errorf("client_id=%s: %v, want %s", id, err, want)
		}
	}
}

func TestAuth26Audience(t *testing.T) {
	const issuer = "https://granary.example/fhir"
	want := "invalid_client: client_assertion: aud should be " + tokenURL + " and nothing else"
	strict := newWorld(t)
	lenient := newWorld(t, func(o *Options) { o.Issuer = issuer })
	for _, w := range []*world{strict, lenient} {
		w.add(t, service("service", public("ec", ecKey())))
		for _, c := range []struct {
			aud  any
			want string
		}{
			{tokenURL, ""},
			{[]string{tokenURL}, ""},
			{[]string{tokenURL, tokenURL}, want},
			{[]string{tokenURL, "https://other.example"}, want},
			{[]string{"https://other.example", tokenURL}, want},
			{[]string{}, want},
			{[]any{tokenURL, 1}, want},
			{tokenURL + "/", want},
			{tokenURL + "?", want},
			{strings.ToUpper(tokenURL), want},
			{"https://other.example", want},
			{"", want},
			{nil, want},
			{1, want},
		} {
			w.try(t, "aud", c.want, func(a *assertion) { a.claims["aud"] = c.aud })
		}
		w.try(t, "no aud", want, func(a *assertion) { delete(a.claims, "aud") })
	}
	toIssuer := func(a *assertion) { a.claims["aud"] = issuer }
	strict.try(t, "the issuer", want, toIssuer)
	lenient.try(t, "the issuer, by option", "", toIssuer)
}

func TestAuth27Times(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey())))
	seconds := func(name string, value float64) func(*assertion) {
		return func(a *assertion) { a.claims[name] = float64(w.Now().Unix()) + value }
	}
	expired, far := "invalid_client: client_assertion: it has expired", "invalid_client: client_assertion: exp is more than 5 minutes ahead"
	w.try(t, "no iat", "", func(a *assertion) { delete(a.claims, "iat") })
	w.try(t, "5 min", "", seconds("exp", 300))
	w.try(t, "5 min and a slow clock", "", seconds("exp", 330))
	w.try(t, "more", far, seconds("exp", 331))
	w.try(t, "a day", far, seconds("exp", 86400))
	w.try(t, "just now", "", seconds("exp", 0))
	w.try(t, "a fast clock", "", seconds("exp", -29))
	w.try(t, "over", expired, seconds("exp", -30))
	w.try(t, "a fraction", "", seconds("exp", 299.5))
	w.try(t, "iat", "", seconds("iat", -10000))
	w.try(t, "iat ahead by a clock", "", seconds("iat", 30))
	w.try(t, "iat ahead", "invalid_client: client_assertion: iat is ahead: is the client's clock right?", seconds("iat", 31))
	w.try(t, "nbf", "", seconds("nbf", 30))
	w.try(t, "nbf ahead", "invalid_client: client_assertion: nbf is ahead: it is not valid yet", seconds("nbf", 31))
	w.try(t, "no exp", "invalid_client: client_assertion: exp is missing", func(a *assertion) { delete(a.claims, "exp") })
	for _, name := range []string{"exp", "nbf", "iat"} {
		for _, value := range []any{"1893456060", nil, true, -1, 0, 1e300, -1e300, []int{1893456060}, map[string]any{}} {
			w.try(t, name, "invalid_client: client_assertion: "+name+" should be a number of seconds since 1970", func(a *assertion) { a.claims[name] = value })
		}
	}
}

// An assertion counts once, for its client, until it could not be used anyway.
func TestAuth28Replay(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey())))
	w.add(t, service("twin", public("ec", ecKey())))
	used := "invalid_client: client_assertion: its jti was used already"
	jti := func(value any) func(*assertion) { return func(a *assertion) { a.claims["jti"] = value } }
	w.try(t, "first", "", jti("1"))
	w.try(t, "again", used, jti("1"))
	w.try(t, "another", "", jti("2"))
	a := w.assertion("twin")
	a.claims["jti"] = "1"
	if c, err := w.assert(t, a); err != nil || c.ID != "twin" {
		t.Errorf("another client's: %q, %v", c.ID, err)
	}
	missing := "invalid_client: client_assertion: jti is missing: a text that no other assertion of the client has"
	for _, value := range []any{"", nil, 1, []string{"1"}} {
		w.try(t, "jti", missing, jti(value))
	}
	w.try(t, "no jti", missing, func(a *assertion) { delete(a.claims, "jti") })

	// What is refused for another reason does not use it up.
	w.try(t, "for others", "invalid_client: client_assertion: aud should be "+tokenURL+" and nothing else", func(a *assertion) { jti("3")(a); a.claims["aud"] = "https://other.example" })
	w.try(t, "for us", "", jti("3"))

	// As long as an assertion is good it is remembered, and then no longer.
	old := w.assertion("service")
	if _, err := w.assert(t, old); err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Minute + leeway - time.Second)
	if _, err := w.assert(t, old); refused(t, err) != used {
		t.Error(err)
	}
	w.Advance(time.Second)
	if _, err := w.assert(t, old); refused(t, err) != "invalid_client: client_assertion: it has expired" {
		t.Error(err)
	}
	w.try(t, "its jti anew", "", func(a *assertion) { a.claims["jti"] = old.claims["jti"] })
}

// Of many who come with one assertion at the same time, one gets by.
func TestAuth28Race(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey())))
	text := w.assertion("service").text(t)
	var winners atomic.Int32
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			_, err := w.auth.Authenticate(t.Context(), nil, asserting(text))
			if err == nil {
				winners.Add(1)
			} else if !strings.Contains(err.Error(), "used already") {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if winners.Load() != 1 {
		t.Errorf("%d got by", winners.Load())
	}
}

// A key is chosen by kid among what is registered, and by nothing that the
// assertion brings along.
func TestAuth29OneKey(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey()), public("rsa", rsaKey())))
	kid := func(value any) func(*assertion) { return func(a *assertion) { a.header["kid"] = value } }
	w.try(t, "right", "", kid("ec"))
	w.try(t, "unknown", unprovedText, kid("other"))
	w.try(t, "another case", unprovedText, kid("EC"))
	w.try(t, "no text", "invalid_client: client_assertion: the kid in its header should be a text", kid(1))
	w.try(t, "empty", "invalid_client: client_assertion: the kid in its header should be a text", kid(""))
	w.try(t, "none", "invalid_client: client_assertion: its header has no kid", func(a *assertion) { a.header = nil })
	w.try(t, "jku where keys are registered", unprovedText, func(a *assertion) { a.header["jku"] = "https://service.example/jwks" })
	w.try(t, "jwk", unprovedText, func(a *assertion) {
		a.key, a.header["jwk"] = otherKey(), jose.JSONWebKey{KeyID: "ec", Key: otherKey().Public()}
	})

	keys, err := parseFetched(setOf(public("k", ecKey()), public("k", otherKey()), public("k", rsaKey())))
	if err != nil {
		t.Fatal(err)
	}
	if k, err := keys.find("k", es384); err == nil {
		t.Errorf("of two keys with one kid %+v was taken", k)
	}
	if k, err := keys.find("k", rs384); err != nil || k.public != keys[2].public {
		t.Errorf("the one RSA key: %v", err)
	}
}
