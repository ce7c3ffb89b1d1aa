package auth

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/oauth"
)

func (b *bench) grantsOf(t *testing.T, of Owner) []string {
	t.Helper()
	grants, err := b.Grants(context.Background(), of)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, g := range grants {
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestOwners(t *testing.T) {
	b := newBench(t)
	begin := func(account, client, session, scopes string) string {
		return b.start(t, func(g *Grant) {
			g.Account, g.Client, g.Session, g.Scopes = account, client, session, scopes+" patient/Condition.rs"
		}).Grant.ID
	}
	plain, online, offline := begin("amara", "app", "s", ""), begin("amara", "app", "s", "online_access"), begin("amara", "app", "s", "offline_access")
	other := begin("amara2", "app2", "s2", "online_access")
	sorted := func(ids ...string) []string { slices.Sort(ids); return ids }
	for _, c := range []struct {
		of   Owner
		want []string
	}{
		{AccountOwner("amara"), sorted(plain, online, offline)},
		{ClientOwner("app"), sorted(plain, online, offline)},
		{SessionOwner("s"), sorted(online)},
		{AccountOwner("amara2"), sorted(other)},
		{ClientOwner("app2"), sorted(other)},
		{SessionOwner("s2"), sorted(other)},
		{AccountOwner("amar"), nil}, {AccountOwner(""), nil}, {AccountOwner("app"), nil}, {SessionOwner("amara"), nil}, {ClientOwner("a%"), nil},
	} {
		if got := b.grantsOf(t, c.of); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.of, got, c.want)
		}
	}
	if err := b.Revoke(context.Background(), online); err != nil {
		t.Fatal(err)
	}
	if got := b.grantsOf(t, SessionOwner("s")); got != nil {
		t.Errorf("%v", got)
	}
	b.now = b.now.Add(time.Hour)
	if got, want := b.grantsOf(t, AccountOwner("amara")), []string{offline}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Ending the session ends the online grants of that session, and nothing else.
func TestAuth35RevokeAll(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	online := b.start(t, func(g *Grant) { g.Scopes = "online_access patient/Condition.rs" })
	offline, elsewhere := b.start(t), b.start(t, func(g *Grant) { g.Scopes, g.Session = "online_access patient/Condition.rs", "another" })
	ended, err := b.RevokeAll(ctx, SessionOwner("session"))
	if err != nil || len(ended) != 1 || ended[0].ID != online.Grant.ID {
		t.Fatalf("%+v, %v", ended, err)
	}
	b.mustRefuse(t, online.Access)
	_, err = b.refresh(online.Refresh, "")
	mustBe(t, err, oauth.InvalidGrant, false)
	for _, other := range []Issued{offline, elsewhere} {
		b.mustAccept(t, other.Access)
		b.mustRefresh(t, other.Refresh, "")
	}
}

// An owner may have more grants than are listed at a time, beside others who have some.
func TestManyGrants(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	const many = 205
	for i := range many {
		for _, client := range []string{"app", "app1", "bpp"} {
			if _, err := b.Issue(ctx, Grant{ID: fmt.Sprintf("%s-%d", client, i), Scopes: "system/Condition.r", Client: client}, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	ended, err := b.RevokeAll(ctx, ClientOwner("app"))
	if err != nil || len(ended) != many || len(b.grantsOf(t, ClientOwner("app"))) != 0 {
		t.Errorf("%d ended, %v", len(ended), err)
	}
	for _, other := range []string{"app1", "bpp"} {
		if got := len(b.grantsOf(t, ClientOwner(other))); got != many {
			t.Errorf("%s has %d", other, got)
		}
	}
}
