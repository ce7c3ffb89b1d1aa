package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

const (
	redirectURI = "https://app.example/callback"
	verifier    = "a-verifier-of-enough-characters-0123456789-abcdefg"
)

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// code is a code of "app" for a grant.
func (b *bench) code(t *testing.T, g Grant) string {
	t.Helper()
	g.Client = "app"
	given, err := b.NewCode(context.Background(), Code{
		Grant: g, RedirectURI: redirectURI, Challenge: challengeOf(verifier), SessionExpires: b.now.Add(12 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return given
}

func (b *bench) redeem(given string) (Code, error) {
	return b.Redeem(context.Background(), given, "app", redirectURI, verifier)
}

// mustBe holds an error to an OAuth code, and to whether it ended a grant.
func mustBe(t *testing.T, err error, code oauth.Code, ends bool) {
	t.Helper()
	var refused *oauth.Error
	var ended *Ended
	if !errors.As(err, &refused) || refused.Code != code || errors.As(err, &ended) != ends {
		t.Errorf("%v (ended a grant: %v), want %s, %v", err, errors.As(err, &ended), code, ends)
	}
}

func TestAuth07CodesAreOpaqueAndShort(t *testing.T) {
	b := newBench(t)
	one, another := b.code(t, Grant{Scopes: "openid", Patient: "a"}), b.code(t, Grant{Scopes: "openid", Patient: "a"})
	if one == another || !strings.HasPrefix(one, "grc_") || len(one) != 4+43 {
		t.Errorf("%q, %q", one, another)
	}
	for name, record := range b.records.records {
		if strings.Contains(name[1]+string(record.Value), one[4:]) {
			t.Errorf("the record %v gives the code away", name)
		}
	}
	b.now = b.now.Add(time.Minute - time.Millisecond)
	if code, err := b.redeem(one); err != nil || code.Grant.Patient != "a" || code.Grant.ID == "" {
		t.Errorf("within the minute: %+v, %v", code, err)
	}
	b.now = b.now.Add(time.Millisecond)
	_, err := b.redeem(another)
	mustBe(t, err, oauth.InvalidGrant, false)
}

// A code that was used is known for an hour: whoever uses it again ends the grant.
func TestAuth08ReplayEndsTheGrant(t *testing.T) {
	for _, after := range []time.Duration{0, 59 * time.Minute} {
		b := newBench(t)
		given := b.code(t, Grant{Scopes: "system/Condition.r"})
		code, err := b.redeem(given)
		if err != nil {
			t.Fatal(err)
		}
		issued, err := b.Start(context.Background(), code.Grant, code.SessionExpires)
		if err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(after)
		if _, err := b.Authenticate(context.Background(), issued.Access); err != nil {
			t.Fatal(err)
		}
		_, err = b.redeem(given)
		mustBe(t, err, oauth.InvalidGrant, true)
		b.mustRefuse(t, issued.Access)
		_, err = b.redeem(given)
		mustBe(t, err, oauth.InvalidGrant, true)
	}
}

// Who could not have redeemed a code cannot end what was redeemed by it.
func TestAuth10OnlyTheClientEndsItsGrant(t *testing.T) {
	b := newBench(t)
	given := b.code(t, Grant{Scopes: "system/Condition.r"})
	attempts := []struct{ client, uri, verifier string }{
		{"other", redirectURI, verifier}, {"", redirectURI, verifier}, {"app", redirectURI + "/", verifier},
		{"app", "", verifier}, {"app", redirectURI, verifier + "x"}, {"app", redirectURI, ""},
	}
	try := func() {
		t.Helper()
		for _, a := range attempts {
			_, err := b.Redeem(context.Background(), given, a.client, a.uri, a.verifier)
			mustBe(t, err, oauth.InvalidGrant, false)
		}
	}
	try() // and the code stays good
	code, err := b.redeem(given)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := b.Start(context.Background(), code.Grant, code.SessionExpires)
	if err != nil {
		t.Fatal(err)
	}
	try()
	if _, err := b.Authenticate(context.Background(), issued.Access); err != nil {
		t.Errorf("the grant ended: %v", err)
	}
}

func TestRedeemRefusesWhatIsNoCode(t *testing.T) {
	b := newBench(t)
	given := b.code(t, Grant{Scopes: "openid"})
	for _, wrong := range []string{"", "grc_", given[4:], "gr_" + given[4:], given + "A", strings.ToLower(given), " " + given} {
		_, err := b.redeem(wrong)
		mustBe(t, err, oauth.InvalidGrant, false)
	}
	if _, err := b.redeem(given); err != nil {
		t.Error(err)
	}
	b.records.broken = store.ErrUnavailable
	if _, err := b.redeem(given); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a broken store: %v", err)
	}
}

func TestAuth06Verifier(t *testing.T) {
	long := strings.Repeat("aZ09-._~", 16)
	for verifier, good := range map[string]bool{
		long: true, long[:43]: true, long[:42]: false, long + "a": false, strings.Repeat("a", 42) + "+": false,
		strings.Repeat("a", 42) + "é": false, strings.Repeat("a", 43) + "\n": false, "": false,
	} {
		if err := verify(challengeOf(verifier), verifier); (err == nil) != good {
			t.Errorf("%q: %v", verifier, err)
		}
	}
	// Case matters in the verifier and in the challenge.
	for _, c := range [][2]string{
		{challengeOf(long), strings.ToLower(long)}, {challengeOf(long), strings.ToUpper(long)},
		{strings.ToLower(challengeOf(long)), long}, {challengeOf(long) + "=", long}, {"", long},
		{long, long}, // plain
	} {
		mustBe(t, verify(c[0], c[1]), oauth.InvalidGrant, false)
	}
}

// Whatever the verifier, it fits the challenge that was made of it and no other.
func TestAuth06VerifierIsALaw(t *testing.T) {
	one := rapid.StringMatching(`[A-Za-z0-9._~-]{43,128}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := one.Draw(t, "a"), one.Draw(t, "b")
		if err := verify(challengeOf(a), a); err != nil {
			t.Fatal(err)
		}
		if err := verify(challengeOf(a), b); (err == nil) != (a == b) {
			t.Fatalf("%q by the challenge of %q: %v", b, a, err)
		}
	})
}
