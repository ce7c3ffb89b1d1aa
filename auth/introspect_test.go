package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

func (b *bench) mustBeInactive(t *testing.T, token string) {
	t.Helper()
	if active, err := b.Introspect(context.Background(), token); !errors.Is(err, ErrInvalidToken) || active.Grant.ID != "" {
		t.Errorf("%q: %+v, %v", token, active, err)
	}
}

func TestAuth44Introspect(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	b.now = b.now.Add(time.Minute)
	second := b.mustRefresh(t, first.Refresh, "patient/Condition.r")
	for _, c := range []struct {
		token   string
		typ     TokenType
		scopes  string
		expires time.Time
		issued  time.Time
	}{
		{first.Access, AccessToken, offlineScopes, b.now.Add(59 * time.Minute), b.now.Add(-time.Minute)},
		{second.Access, AccessToken, "patient/Condition.r", b.now.Add(time.Hour), b.now},
		{second.Refresh, RefreshToken, offlineScopes, first.Grant.Expires, first.Grant.Issued},
	} {
		active, err := b.Introspect(context.Background(), c.token)
		if err != nil || active.Type != c.typ || active.Grant.Scopes != c.scopes || active.Grant.Patient != "a" || active.Grant.Client != "app" ||
			!active.Expires.Equal(c.expires) || !active.Issued.Equal(c.issued) {
			t.Errorf("%+v\n%v, want %+v", active, err, c)
		}
	}
}

func TestAuth43Inactive(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	second := b.mustRefresh(t, first.Refresh, "")
	b.mustBeInactive(t, first.Refresh) // used
	for _, wrong := range []string{"", "gr_", second.Access + "A", second.Refresh[:len(second.Refresh)-1], b.code(t, Grant{Scopes: "openid"})} {
		b.mustBeInactive(t, wrong)
	}
	if err := b.Revoke(context.Background(), first.Grant.ID); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first.Access, second.Access, second.Refresh} {
		b.mustBeInactive(t, token)
	}
	third := b.start(t)
	b.now = b.now.Add(time.Hour)
	b.mustBeInactive(t, third.Access)
	b.records.broken = store.ErrUnavailable
	for _, token := range []string{third.Access, third.Refresh} {
		if _, err := b.Introspect(context.Background(), token); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("a broken store: %v", err)
		}
	}
}

// Every token of a grant leads to it, one that was used as well.
func TestGrantOf(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	first := b.start(t)
	second := b.mustRefresh(t, first.Refresh, "")
	for _, token := range []string{first.Access, first.Refresh, second.Access, second.Refresh} {
		if g, err := b.GrantOf(ctx, token); err != nil || g.ID != first.Grant.ID {
			t.Errorf("%q: %+v, %v", token, g, err)
		}
	}
	if _, err := b.GrantOf(ctx, "grr_"); !errors.Is(err, ErrInvalidToken) {
		t.Error(err)
	}
	if err := b.Revoke(ctx, first.Grant.ID); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first.Access, first.Refresh, second.Refresh} {
		if _, err := b.GrantOf(ctx, token); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%q: %v", token, err)
		}
	}
}
