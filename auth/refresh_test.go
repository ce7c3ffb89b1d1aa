package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/keys"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

const offlineScopes = "offline_access patient/Condition.rs patient/Observation.read"

// start starts a grant of amara's to "app" that outlives the session.
func (b *bench) start(t *testing.T, change ...func(*Grant)) Issued {
	t.Helper()
	g := Grant{Scopes: offlineScopes, Patient: "a", User: "Patient/a", Account: "amara", Subject: "s-amara", Client: "app", Session: "session"}
	for _, c := range change {
		c(&g)
	}
	issued, err := b.Start(context.Background(), g, b.now.Add(12*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (b *bench) refresh(given, scopes string) (Issued, error) {
	return b.Refresh(context.Background(), given, "app", scopes)
}

func (b *bench) mustRefresh(t *testing.T, given, scopes string) Issued {
	t.Helper()
	issued, err := b.refresh(given, scopes)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (b *bench) mustAccept(t *testing.T, token string) Principal {
	t.Helper()
	p, err := b.Authenticate(context.Background(), token)
	if err != nil {
		t.Errorf("%s: %v", token, err)
	}
	return p
}

func TestAuth32Rotation(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	second := b.mustRefresh(t, first.Refresh, "")
	if second.Refresh == first.Refresh || second.Access == first.Access || second.Scopes != offlineScopes || second.Expires != time.Hour ||
		!strings.HasPrefix(second.Refresh, "grr_") || !strings.HasPrefix(second.Access, "gr_") || second.Grant.ID != first.Grant.ID {
		t.Errorf("%+v", second)
	}
	b.mustAccept(t, second.Access)
	b.mustAccept(t, first.Access) // until it expires
	third := b.mustRefresh(t, second.Refresh, "")
	if third.Refresh == second.Refresh || third.Refresh == first.Refresh {
		t.Errorf("%+v", third)
	}
	for name, record := range b.records.records {
		for _, token := range []string{first.Refresh, second.Refresh, second.Access, third.Refresh, third.Access} {
			_, secret, _ := strings.Cut(token, "_")
			if strings.Contains(name[1]+string(record.Value), secret) {
				t.Errorf("the record %v gives a token away", name)
			}
		}
	}
}

func TestAuth32Grace(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	second := b.mustRefresh(t, first.Refresh, "")
	for range 3 { // the answer was lost, again and again
		b.now = b.now.Add(3 * time.Second)
		again := b.mustRefresh(t, first.Refresh, "")
		if again.Refresh != second.Refresh || again.Access != second.Access || again.Scopes != second.Scopes || again.Expires != second.Expires {
			t.Errorf("%+v, and then %+v", second, again)
		}
		b.mustAccept(t, again.Access)
	}
	b.now = b.now.Add(time.Second) // ten seconds
	b.mustRefresh(t, first.Refresh, "")
	b.now = b.now.Add(time.Millisecond)
	_, err := b.refresh(first.Refresh, "")
	mustBe(t, err, oauth.InvalidGrant, true)
	b.mustRefuse(t, second.Access)
	b.mustRefuse(t, first.Access)
	_, err = b.refresh(second.Refresh, "")
	mustBe(t, err, oauth.InvalidGrant, false) // it is over
}

// Whoever uses the successor has had the answer, and asks for no other.
func TestAuth32GraceEnds(t *testing.T) {
	for name, c := range map[string]struct {
		scopes string
		before func(b *bench, second Issued) error
	}{
		"the successor was used": {"", func(b *bench, second Issued) error { _, err := b.refresh(second.Refresh, ""); return err }},
		"other scopes":           {"patient/Condition.rs", nil},
		"more scopes":            {"patient/*.rs", nil},
		"no scopes":              {"nonsense", nil},
	} {
		b := newBench(t)
		first := b.start(t)
		second := b.mustRefresh(t, first.Refresh, "")
		if c.before != nil {
			if err := c.before(b, second); err != nil {
				t.Fatal(err)
			}
		}
		b.mustAccept(t, second.Access)
		_, err := b.refresh(first.Refresh, c.scopes)
		if mustBe(t, err, oauth.InvalidGrant, true); t.Failed() {
			t.Log(name)
		}
		b.mustRefuse(t, second.Access)
		_, err = b.refresh(second.Refresh, "")
		mustBe(t, err, oauth.InvalidGrant, false)
	}
}

// The grace is for the narrowed answer as for the whole.
func TestAuth32GraceNarrowed(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	second := b.mustRefresh(t, first.Refresh, "patient/Condition.rs")
	again := b.mustRefresh(t, first.Refresh, "patient/Condition.rs")
	if again.Access != second.Access || again.Refresh != second.Refresh || again.Scopes != "patient/Condition.rs" {
		t.Errorf("%+v, and then %+v", second, again)
	}
}

// A stranger gets nothing by a refresh token, used or not, and ends nothing.
func TestAuth10WrongClientEndsNothing(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	stranger := func(given string) {
		t.Helper()
		for _, client := range []string{"other", "", "APP"} {
			_, err := b.Refresh(context.Background(), given, client, "")
			mustBe(t, err, oauth.InvalidGrant, false)
		}
	}
	stranger(first.Refresh)
	second := b.mustRefresh(t, first.Refresh, "")
	b.now = b.now.Add(time.Hour / 2)
	stranger(first.Refresh) // used, after the grace
	b.mustAccept(t, second.Access)
	b.mustRefresh(t, second.Refresh, "")
}

func TestRefreshRefusesWhatIsNoToken(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	for _, wrong := range []string{"", "grr_", first.Access, first.Refresh[1:], first.Refresh + "A", strings.ToUpper(first.Refresh), "grr_" + strings.Repeat("A", 43)} {
		_, err := b.refresh(wrong, "")
		mustBe(t, err, oauth.InvalidGrant, false)
	}
	b.mustRefresh(t, first.Refresh, "")
	b.records.broken = store.ErrUnavailable
	if _, err := b.refresh(first.Refresh, ""); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a broken store: %v", err)
	}
}

func TestAuth33Narrowing(t *testing.T) {
	const granted = "offline_access openid launch/patient patient/*.read patient/Observation.cud?category=a user/Patient.rs"
	for asked, want := range map[string]string{
		"":                      granted,
		"  ":                    granted,
		"patient/Condition.rs":  "patient/Condition.rs",
		"patient/*.read openid": "patient/*.read openid",
		"patient/Observation.rs?category=x patient/Observation.c?category=a": "patient/Observation.rs?category=x patient/Observation.c?category=a",
		"openid openid": "openid",
		"patient/Observation.c?category=a&code=b":          "patient/Observation.c?category=a&code=b",
		"patient/*.cruds":                                  "!",
		"patient/Observation.c":                            "!",
		"patient/Observation.cud?category=b":               "!",
		"user/*.rs":                                        "!",
		"system/Patient.r":                                 "!",
		"fhirUser":                                         "!",
		"online_access":                                    "!",
		"launch/patient launch/encounter":                  "!",
		"patient/Condition.rs user/Condition.rs":           "!", // all or nothing
		"patient/Condition.rs nonsense":                    "!",
		"patient/Nope.rs":                                  "!",
		"patient/Condition.rs?nonsense=1":                  "!",
		"patient/Observation.rs patient/Observation.cruds": "!",
	} {
		b := newBench(t)
		first := b.start(t, func(g *Grant) { g.Scopes = granted })
		issued, err := b.refresh(first.Refresh, asked)
		if want == "!" {
			mustBe(t, err, oauth.InvalidScope, false)
			if t.Failed() {
				t.Fatalf("%q", asked)
			}
			// Nothing is used up by a refusal.
			b.mustRefresh(t, first.Refresh, "")
			continue
		}
		if err != nil || issued.Scopes != want || issued.Grant.Scopes != granted {
			t.Errorf("%q: %q of %q, %v", asked, issued.Scopes, issued.Grant.Scopes, err)
			continue
		}
		if p := b.mustAccept(t, issued.Access); p.Grant.Scopes != want {
			t.Errorf("%q: the token has %q", asked, p.Grant.Scopes)
		}
	}
}

// A narrowed token is narrow, and the refresh token keeps the grant's scopes.
func TestAuth33OmittedScopeIsTheOriginal(t *testing.T) {
	b := newBench(t)
	second := b.mustRefresh(t, b.start(t).Refresh, "patient/Condition.r")
	p := b.mustAccept(t, second.Access)
	if !p.Policy.Allows(store.Read, "Condition") || p.Policy.Allows(store.Search, "Condition") || p.Policy.Allows(store.Read, "Observation") {
		t.Error("the narrowed token is not as it should be")
	}
	third := b.mustRefresh(t, second.Refresh, "")
	p = b.mustAccept(t, third.Access)
	if third.Scopes != offlineScopes || !p.Policy.Allows(store.Read, "Observation") {
		t.Errorf("%+v", third)
	}
	p = b.mustAccept(t, second.Access) // which is still what it was
	if p.Policy.Allows(store.Read, "Observation") {
		t.Error("a later refresh has widened a token")
	}
}

func TestAuth36ContextIsImmutable(t *testing.T) {
	b := newBench(t)
	launch := Launch{Encounter: "e", FHIRContext: []Context{{Reference: "Location/1"}}, Intent: "i", Tenant: "t"}
	first := b.start(t, func(g *Grant) { g.Launch = launch; g.Nonce = "n"; g.AuthTime = b.now })
	b.now = b.now.Add(40 * 24 * time.Hour)
	second := b.mustRefresh(t, first.Refresh, "patient/Condition.r")
	for name, got := range map[string]Grant{"answer": second.Grant, "token": b.mustAccept(t, second.Access).Grant} {
		if got.Patient != "a" || got.Launch.Encounter != "e" || got.Launch.FHIRContext[0].Reference != "Location/1" || got.Nonce != "n" ||
			got.User != "Patient/a" || !got.AuthTime.Equal(first.Grant.AuthTime) || !got.Issued.Equal(first.Grant.Issued) || !got.Expires.Equal(first.Grant.Expires) {
			t.Errorf("%s: %+v, of %+v", name, got, first.Grant)
		}
	}
}

// The secret that successors are derived by is made once, whoever needs it first.
func TestSecretIsMadeOnce(t *testing.T) {
	b := newBench(t)
	one, err := keys.Secret(context.Background(), b.records, "refresh")
	if err != nil {
		t.Fatal(err)
	}
	two, err := keys.Secret(context.Background(), b.records, "refresh")
	if err != nil || string(one) != string(two) || len(one) != 32 {
		t.Errorf("%x, %x, %v", one, two, err)
	}
	other, err := keys.Secret(context.Background(), newBench(t).records, "refresh")
	if err != nil || string(one) == string(other) {
		t.Errorf("two servers have the same secret, %v", err)
	}
}
