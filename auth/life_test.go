package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/auth/oauth"
)

// life is a grant beside a model of it: what its tokens are, told without records,
// digests and derivations.
type life struct {
	*bench
	grant   Grant
	over    bool
	refresh []modelRefresh
	access  []modelAccess
}

type modelRefresh struct {
	given   string
	expires time.Time
	used    time.Time // zero for not
	scopes  string    // for which it was used
	next    int       // the token that it was used for
}

type modelAccess struct {
	given, scopes string
	expires       time.Time
}

func newLife(t *testing.T) *life {
	b := newBench(t)
	issued := b.start(t)
	l := &life{bench: b, grant: issued.Grant}
	l.keep(issued)
	return l
}

// keep adds what was issued to the model; an access token that was issued again lasts
// from then on.
func (l *life) keep(issued Issued) {
	l.refresh = append(l.refresh, modelRefresh{given: issued.Refresh, expires: earlier(l.now.Add(90*24*time.Hour), l.grant.Expires)})
	l.keepAccess(issued)
}

func (l *life) keepAccess(issued Issued) {
	until := earlier(l.now.Add(time.Hour), l.grant.Expires)
	for i := range l.access {
		if l.access[i].given == issued.Access {
			l.access[i].expires = until
			return
		}
	}
	l.access = append(l.access, modelAccess{issued.Access, issued.Scopes, until})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (l *life) ended() bool { return l.over || !l.now.Before(l.grant.Expires) }

// expected is what a refresh has to come to.
type expected int

const (
	refusedGrant expected = iota
	refusedScope
	endsGrant
	rotates
	repeats
)

func (l *life) expect(i int, client, narrowed string) expected {
	token := l.refresh[i]
	switch {
	case client != "app", l.ended(), token.used.IsZero() && !l.now.Before(token.expires):
		return refusedGrant
	case token.used.IsZero() && narrowed == "":
		return refusedScope
	case token.used.IsZero():
		return rotates
	}
	next := l.refresh[token.next]
	if l.now.Sub(token.used) <= 10*time.Second && token.scopes == narrowed && next.used.IsZero() && l.now.Before(next.expires) {
		return repeats
	}
	return endsGrant
}

// asked are scopes that a refresh may ask for, and what is granted of them.
var asked = map[string]string{
	"": offlineScopes, "patient/Condition.rs": "patient/Condition.rs", "patient/Observation.r": "patient/Observation.r",
	"patient/*.rs": "", "patient/Condition.cruds": "",
}

func (l *life) doRefresh(t *rapid.T) {
	i := rapid.IntRange(0, len(l.refresh)-1).Draw(t, "token")
	if rapid.Bool().Draw(t, "latest") {
		i = len(l.refresh) - 1
	}
	client := rapid.SampledFrom([]string{"app", "app", "app", "other"}).Draw(t, "client")
	scopes := rapid.SampledFrom([]string{"", "", "patient/Condition.rs", "patient/Observation.r", "patient/*.rs", "patient/Condition.cruds"}).Draw(t, "scopes")
	want := l.expect(i, client, asked[scopes])
	issued, err := l.Refresh(context.Background(), l.refresh[i].given, client, scopes)
	if got := came(err); got != want && !(got == rotates && want == repeats) {
		t.Fatalf("refreshing %d: %v, want %d", i, err, want)
	}
	switch want {
	case endsGrant:
		l.over = true
	case rotates:
		l.refresh[i].used, l.refresh[i].scopes, l.refresh[i].next = l.now, asked[scopes], len(l.refresh)
		l.keep(issued)
	case repeats:
		if next := l.refresh[l.refresh[i].next]; issued.Refresh != next.given {
			t.Fatalf("another answer within the grace: %s, and before %s", issued.Refresh, next.given)
		}
		l.keepAccess(issued)
	}
	if err == nil && issued.Scopes != asked[scopes] {
		t.Fatalf("scopes %q, want %q", issued.Scopes, asked[scopes])
	}
}

// came is what a refresh came to.
func came(err error) expected {
	var ended *Ended
	var refused *oauth.Error
	switch {
	case err == nil:
		return rotates
	case errors.As(err, &ended):
		return endsGrant
	case errors.As(err, &refused) && refused.Code == oauth.InvalidScope:
		return refusedScope
	case errors.As(err, &refused) && refused.Code == oauth.InvalidGrant:
		return refusedGrant
	}
	return -1
}

// check holds every token to the model.
func (l *life) check(t *rapid.T) {
	ctx := context.Background()
	for _, token := range l.access {
		good := !l.ended() && l.now.Before(token.expires)
		p, err := l.Authenticate(ctx, token.given)
		if (err == nil) != good || good && p.Grant.Scopes != token.scopes {
			t.Fatalf("access token of %q until %v: %+v, %v", token.scopes, token.expires, p.Grant, err)
		}
		if active, err := l.Introspect(ctx, token.given); (err == nil) != good || good && !active.Expires.Equal(token.expires) {
			t.Fatalf("introspected: %+v, %v", active, err)
		}
	}
	for i, token := range l.refresh {
		good := !l.ended() && token.used.IsZero() && l.now.Before(token.expires)
		if _, err := l.Introspect(ctx, token.given); (err == nil) != good {
			t.Fatalf("refresh token %d introspected: %v", i, err)
		}
		good = !l.ended() && (!token.used.IsZero() || l.now.Before(token.expires))
		if _, err := l.GrantOf(ctx, token.given); (err == nil) != good {
			t.Fatalf("grant of refresh token %d: %v", i, err)
		}
	}
	if grants, err := l.Grants(ctx, AccountOwner("amara")); err != nil || (len(grants) == 1) == l.ended() {
		t.Fatalf("%d grants, %v; ended %v", len(grants), err, l.ended())
	}
}

// Whatever is done with the tokens of a grant, they are what the model says.
func TestLifeOfAGrant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLife(t)
		rt.Repeat(map[string]func(*rapid.T){
			"refresh":       l.doRefresh,
			"refresh again": l.doRefresh,
			"":              l.check,
			"wait": func(t *rapid.T) {
				l.now = l.now.Add(rapid.SampledFrom([]time.Duration{
					time.Millisecond, 3 * time.Second, 10 * time.Second, 10*time.Second + 1, time.Hour, 89 * 24 * time.Hour,
				}).Draw(t, "time"))
			},
			"revoke": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "whether") == 0 {
					if err := l.Revoke(context.Background(), l.grant.ID); err != nil {
						t.Fatal(err)
					}
					l.over = true
				}
			},
		})
	})
}
