package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var compiler = sync.OnceValues(func() (*scope.Compiler, error) {
	r, err := search.NewRegistry()
	if err != nil {
		return nil, err
	}
	c, err := compartments.New(r)
	if err != nil {
		return nil, err
	}
	return scope.NewCompiler(r, c, ""), nil
})

// bench is Tokens on records in memory, with a clock that is set by hand.
type bench struct {
	*Tokens
	records *memory
	now     time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	c, err := compiler()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return b.now }
	b.records = newMemory(clock)
	b.Tokens = newTokens(b.records, c, PanelAll, clock)
	return b
}

func (b *bench) issue(t *testing.T, g Grant) string {
	t.Helper()
	token, err := b.Issue(context.Background(), g, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (b *bench) mustRefuse(t *testing.T, token string) {
	t.Helper()
	p, err := b.Authenticate(context.Background(), token)
	if !errors.Is(err, ErrInvalidToken) {
		t.Errorf("Authenticate(%q) = %v, want ErrInvalidToken", token, err)
	}
	if p.Policy.Allows(store.Read, "Condition") || p.Grant.ID != "" {
		t.Errorf("Authenticate(%q) returned a principal with its error", token)
	}
}

func TestIssueAndAuthenticate(t *testing.T) {
	b := newBench(t)
	token := b.issue(t, Grant{Scopes: "openid patient/Condition.read patient/Nope.r patient/Observation.rs?nonsense=1", Patient: "a", User: "Practitioner/1", Client: "app"})
	p, err := b.Authenticate(context.Background(), token)
	if err != nil {
		t.Fatal(err)
	}
	want := Grant{ID: p.Grant.ID, Scopes: "openid patient/Condition.read", Patient: "a", User: "Practitioner/1", Client: "app",
		Issued: b.now, Expires: b.now.Add(time.Hour)}
	if !reflect.DeepEqual(p.Grant, want) || p.Grant.ID == "" {
		t.Errorf("grant %+v\nwant  %+v", p.Grant, want)
	}
	if !search.Equal(p.Policy.Expr(store.Search, "Condition"), search.Chart{Patient: "a"}) {
		t.Errorf("Condition.s is %v", p.Policy.Expr(store.Search, "Condition"))
	}
	if p.Policy.Allows(store.Create, "Condition") || p.Policy.Allows(store.Read, "Observation") {
		t.Error("the policy is wider than the scopes")
	}
}

func TestHandle(t *testing.T) {
	b := newBench(t)
	g := Grant{Scopes: "system/Patient.r"}
	token, another := b.issue(t, g), b.issue(t, g)
	if token == another {
		t.Error("two tokens are the same")
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "gr_"))
	if err != nil || len(raw)*8 < 128 || len(token) > 64 {
		t.Errorf("token %q: %d bits, %v", token, len(raw)*8, err)
	}
	for key, record := range b.records.records {
		if strings.Contains(key[1]+string(record.Value), token) || strings.Contains(key[1]+string(record.Value), token[3:]) {
			t.Errorf("the record %v gives the token away", key)
		}
	}
	long := Grant{Scopes: strings.Repeat("system/Observation.r?code=x", 1)}
	for i := range 500 {
		long.Scopes += " system/Observation.r?code=" + strings.Repeat("x", i+1)
	}
	if many := b.issue(t, long); len(many) != len(token) {
		t.Errorf("a token for 500 scopes has %d bytes, for one %d", len(many), len(token))
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	b := newBench(t)
	token := b.issue(t, Grant{Scopes: "system/Condition.r"})
	grant := ""
	for key := range b.records.records {
		if key[0] == "grant" {
			grant = key[1]
		}
	}
	for _, wrong := range []string{"", "gr_", "gr_x", token[3:], token + "A", token + "=", token[:len(token)-1], strings.ToUpper(token),
		" " + token, "gr_" + strings.Repeat("A", 43), grant, strings.Repeat("A", 1<<16)} {
		b.mustRefuse(t, wrong)
	}
	if _, err := b.Authenticate(context.Background(), token); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

func TestExpiry(t *testing.T) {
	b := newBench(t)
	token := b.issue(t, Grant{Scopes: "system/Condition.r"})
	b.now = b.now.Add(time.Hour - time.Millisecond)
	if _, err := b.Authenticate(context.Background(), token); err != nil {
		t.Errorf("just before: %v", err)
	}
	b.now = b.now.Add(time.Millisecond)
	b.mustRefuse(t, token)
}

// Records expire by the store's clock, tokens and grants by the server's too.
func TestExpiryByOwnClock(t *testing.T) {
	b := newBench(t)
	b.records.clock = func() time.Time { return time.Time{} }
	ctx := context.Background()
	token := b.issue(t, Grant{ID: "g", Scopes: "system/Condition.r"})
	b.now = b.now.Add(time.Hour)
	longer := b.issue(t, Grant{ID: "g", Scopes: "system/Condition.r"})
	b.mustRefuse(t, token)
	if _, err := b.Issue(ctx, Grant{ID: "g", Scopes: "system/Condition.r"}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Authenticate(ctx, longer); err != nil {
		t.Errorf("before the grant expires: %v", err)
	}
	b.now = b.now.Add(time.Minute)
	b.mustRefuse(t, longer)
}

func TestLeak54Revoke(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	token, other := b.issue(t, Grant{Scopes: "system/Condition.r"}), b.issue(t, Grant{Scopes: "system/Condition.r"})
	p, err := b.Authenticate(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is none
		if err := b.Revoke(ctx, p.Grant.ID); err != nil {
			t.Fatal(err)
		}
		b.mustRefuse(t, token)
	}
	if _, err := b.Authenticate(ctx, other); err != nil {
		t.Errorf("another grant: %v", err)
	}
}

// Leak 53: a narrowed grant counts from the next request on, cached or not.
func TestLeak53Narrowed(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	token := b.issue(t, Grant{Scopes: "system/Condition.rs system/Patient.r"})
	before, err := b.Authenticate(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	b.issue(t, Grant{ID: before.Grant.ID, Scopes: "system/Patient.r"})
	after, err := b.Authenticate(ctx, token)
	if err != nil || after.Policy.Allows(store.Read, "Condition") || !after.Policy.Allows(store.Read, "Patient") {
		t.Errorf("after narrowing: %+v, %v", after.Grant, err)
	}
}

func TestIssueRefuses(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	for _, g := range []Grant{
		{Scopes: ""}, {Scopes: "nonsense"}, {Scopes: "patient/*.rs"}, {Scopes: "user/*.rs"},
		{Scopes: "patient/Group.r", Patient: "a"}, {Scopes: "patient/*.rs", Patient: "a", User: "Patient/b"},
	} {
		_, err := b.Issue(ctx, g, time.Hour)
		var invalid *InvalidScope
		if !errors.As(err, &invalid) || invalid.Error() == "" {
			t.Errorf("%+v: %v, want *InvalidScope", g, err)
		}
	}
	for _, g := range []Grant{
		{Scopes: "patient/*.rs", Patient: "Patient/a"}, {Scopes: "patient/*.rs", Patient: "a b"},
		{Scopes: "user/*.rs", User: "1"}, {Scopes: "user/*.rs", User: "Organization/1"},
		{Scopes: "user/*.rs", User: "https://evil.example/fhir/Practitioner/1"}, {Scopes: "user/*.rs", User: "Practitioner/"},
	} {
		_, err := b.Issue(ctx, g, time.Hour)
		var invalid *InvalidGrant
		if !errors.As(err, &invalid) {
			t.Errorf("%+v: %v, want *InvalidGrant", g, err)
		}
	}
	if _, err := b.Issue(ctx, Grant{Scopes: "system/*.rs"}, 0); err == nil {
		t.Error("a token that never was good")
	}
	if len(b.records.records) != 0 {
		t.Errorf("refused grants left %d records", len(b.records.records))
	}
}

func TestReview(t *testing.T) {
	b := newBench(t)
	granted, refused := b.Review(Grant{Scopes: "launch patient/Condition.read user/Patient.r patient/Observation.rs?nonsense=1 x", Patient: "a"})
	if granted != "launch patient/Condition.read" || len(refused) != 3 {
		t.Errorf("granted %q, refused %v", granted, refused)
	}
}

// A store that fails is not a token that is bad.
func TestStoreFailure(t *testing.T) {
	b := newBench(t)
	token := b.issue(t, Grant{Scopes: "system/Condition.r"})
	b.records.broken = store.ErrUnavailable
	if _, err := b.Authenticate(context.Background(), token); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, ErrInvalidToken) {
		t.Errorf("Authenticate = %v, want ErrUnavailable", err)
	}
	if _, err := b.Issue(context.Background(), Grant{Scopes: "system/Condition.r"}, time.Hour); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("Issue = %v, want ErrUnavailable", err)
	}
}
