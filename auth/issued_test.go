package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/oauth"
)

func TestAuth31RefreshTokenNeedsTheScope(t *testing.T) {
	for scopes, want := range map[string]bool{
		"patient/Condition.rs": false, "openid patient/*.cruds": false,
		"online_access patient/Condition.rs": true, "patient/Condition.rs offline_access": true, "online_access offline_access": true,
	} {
		b := newBench(t)
		issued := b.start(t, func(g *Grant) { g.Scopes = scopes })
		if got := issued.Refresh != ""; got != want {
			t.Errorf("%s: a refresh token is %v", scopes, got)
		}
		refreshTokens := 0
		for name := range b.records.records {
			if name[0] == refreshKind {
				refreshTokens++
			}
		}
		if (refreshTokens == 1) != want {
			t.Errorf("%s: %d refresh tokens are stored", scopes, refreshTokens)
		}
	}
}

func TestLifetimes(t *testing.T) {
	for _, c := range []struct {
		scopes string
		life   time.Duration // of the grant
	}{
		{"patient/Condition.rs", time.Hour},
		{"online_access patient/Condition.rs", 12 * time.Hour},
		{"offline_access patient/Condition.rs", 365 * 24 * time.Hour},
		{"online_access offline_access patient/Condition.rs", 365 * 24 * time.Hour},
	} {
		b := newBench(t)
		issued := b.start(t, func(g *Grant) { g.Scopes = c.scopes })
		if got := issued.Grant.Expires.Sub(b.now); got != c.life || issued.Expires != time.Hour {
			t.Errorf("%s: the grant %v, the token %v", c.scopes, got, issued.Expires)
		}
		b.now = b.now.Add(time.Hour - time.Millisecond)
		b.mustAccept(t, issued.Access)
		b.now = b.now.Add(time.Millisecond)
		b.mustRefuse(t, issued.Access)
	}
}

// No token is good for longer than its grant, and the answer says so.
func TestAuth35TokensEndWithTheirGrant(t *testing.T) {
	b := newBench(t)
	online := func(g *Grant) { g.Scopes = "online_access patient/Condition.rs" }
	first := b.start(t, online)
	b.now = b.now.Add(12*time.Hour - time.Minute)
	second := b.mustRefresh(t, first.Refresh, "")
	if second.Expires != time.Minute {
		t.Errorf("a token for %v, a minute before the session ends", second.Expires)
	}
	b.now = b.now.Add(time.Minute - time.Millisecond)
	b.mustAccept(t, second.Access)
	b.now = b.now.Add(time.Millisecond)
	b.mustRefuse(t, second.Access)
	_, err := b.refresh(second.Refresh, "")
	mustBe(t, err, oauth.InvalidGrant, false)
}

// A session that is over has no online grants.
func TestAuth35SessionIsOver(t *testing.T) {
	b := newBench(t)
	g := Grant{Scopes: "online_access patient/Condition.rs", Patient: "a"}
	_, err := b.Start(context.Background(), g, b.now)
	var invalid *InvalidGrant
	if !errors.As(err, &invalid) || len(b.records.records) != 0 {
		t.Errorf("%v, and %d records", err, len(b.records.records))
	}
	if _, err := b.Start(context.Background(), g, b.now.Add(time.Second)); err != nil {
		t.Errorf("a second before: %v", err)
	}
}

// Refresh tokens that nobody uses end, as does the grant at its time however often they
// are used.
func TestIdle(t *testing.T) {
	b := newBench(t)
	idle, busy := b.start(t), b.start(t)
	for range 4 {
		b.now = b.now.Add(90*24*time.Hour - time.Second)
		busy = b.mustRefresh(t, busy.Refresh, "")
	}
	_, err := b.refresh(idle.Refresh, "")
	mustBe(t, err, oauth.InvalidGrant, false)
	b.now = b.now.Add(5*24*time.Hour + 5*time.Second) // a year
	_, err = b.refresh(busy.Refresh, "")
	mustBe(t, err, oauth.InvalidGrant, false)
}

func TestLastUsed(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	id, ctx := first.Grant.ID, context.Background()
	begun := b.now
	if at, err := b.LastUsed(ctx, id); err != nil || !at.Equal(begun) {
		t.Errorf("%v, %v", at, err)
	}
	b.now = b.now.Add(time.Hour)
	b.mustRefresh(t, first.Refresh, "")
	if at, err := b.LastUsed(ctx, id); err != nil || !at.Equal(begun.Add(time.Hour)) {
		t.Errorf("%v, %v", at, err)
	}
	if at, err := b.LastUsed(ctx, "nobody's"); err != nil || !at.IsZero() {
		t.Errorf("%v, %v", at, err)
	}
}

func TestAuth37Backend(t *testing.T) {
	b := newBench(t)
	token, g, err := b.Backend(context.Background(), Grant{Scopes: "system/Condition.rs offline_access", Client: "service"})
	if err != nil || g.Expires.Sub(b.now) != 300*time.Second {
		t.Fatalf("%+v, %v", g, err)
	}
	for name := range b.records.records {
		if name[0] == refreshKind {
			t.Error("there is a refresh token")
		}
	}
	b.now = b.now.Add(300*time.Second - time.Millisecond)
	b.mustAccept(t, token)
	b.now = b.now.Add(time.Millisecond)
	b.mustRefuse(t, token)
}
