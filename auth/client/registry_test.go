package client

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// full is a client with every field of its metadata.
func full() Client {
	return Client{
		ID: "full", Name: "Full", ClientURI: "https://full.example", LogoURI: "https://full.example/logo.png",
		Method: PrivateKeyJWT, GrantTypes: []string{AuthorizationCode, RefreshToken, ClientCredentials},
		RedirectURIs: []string{"https://full.example/cb", "com.example.full:/cb"}, Scopes: "openid system/*.rs",
		LaunchURI: "https://full.example/launch", JWKSURI: "https://full.example/jwks", SigningAlg: "ES384",
		Origins: []string{"https://web.full.example"}, Contacts: []string{"it@full.example"},
		PolicyURI: "https://full.example/policy", TOSURI: "https://full.example/tos", SoftwareID: "full", SoftwareVersion: "1.0",
		Introspection: true, Dynamic: true,
	}
}

func TestRegistry(t *testing.T) {
	w := newWorld(t)
	added, secret := w.add(t, full())
	if secret != "" || added.Created != w.Now() {
		t.Errorf("secret %q, created %v", secret, added.Created)
	}
	got, err := w.Get(t.Context(), "full")
	if err != nil || !reflect.DeepEqual(got, added) {
		t.Errorf("%+v, %v\nwant %+v", got, err, added)
	}
	want := full()
	want.Created, want.Registration, want.revision = w.Now(), added.Registration, got.revision
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if _, _, err := w.Add(t.Context(), app("full", None)); refused(t, err) != "invalid_client_metadata: client_id: 'full' is taken" {
		t.Error(err)
	}

	// An update counts for whoever has read last.
	first, second := got, got
	first.Name, second.Name = "First", "Second"
	if err := w.Update(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := w.Update(t.Context(), second); err != store.ErrRecordChanged {
		t.Errorf("the update of what has changed: %v", err)
	}
	if err := w.Update(t.Context(), full()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the update of what was not read: %v", err)
	}
	if got, err = w.Get(t.Context(), "full"); err != nil || got.Name != "First" {
		t.Errorf("%q, %v", got.Name, err)
	}
	got.RedirectURIs = nil
	if err := w.Update(t.Context(), got); !strings.HasPrefix(refused(t, err), "invalid_redirect_uri: ") {
		t.Error(err)
	}

	_, secret = w.add(t, app("another", SecretPost))
	list, err := w.List(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != "another" || list[1].ID != "full" {
		t.Errorf("%v, %v", list, err)
	}
	// A client that becomes public has no secret any more.
	public := list[0]
	public.Method = None
	if err := w.Update(t.Context(), public); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Get(t.Context(), "another"); err != nil || got.Secrets != nil || got.matches(secret, w.Now()) {
		t.Errorf("%+v, %v", got.Secrets, err)
	}
	for _, want := range []error{nil, store.ErrNotFound} {
		if err := w.Remove(t.Context(), "full"); err != want {
			t.Errorf("Remove: %v, want %v", err, want)
		}
	}
	for _, id := range []string{"full", "nobody", "", "a/b"} {
		if got, err := w.Get(t.Context(), id); err != store.ErrNotFound || got.ID != "" {
			t.Errorf("Get(%q): %v", id, err)
		}
	}
}

// There may be more clients than are read at a time.
func TestListPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range pageSize + 1 {
		id := "app-" + string([]rune{'a' + rune(i/26), 'a' + rune(i%26)})
		value := generated(json.Marshal(record{Metadata: app(id, None).withDefaults()}))
		if _, err := w.records.Put(t.Context(), clientKind, id, value, time.Time{}); err != nil {
			t.Fatal(err)
		}
		want = append(want, id)
	}
	list, err := w.List(t.Context())
	var got []string
	for _, c := range list {
		got = append(got, c.ID)
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%d of %d, %v", len(got), len(want), err)
	}
	if has, err := w.HasOrigin(t.Context(), "https://app.example"); err != nil || !has {
		t.Errorf("HasOrigin: %v, %v", has, err)
	}
}

func TestResponse(t *testing.T) {
	c := full()
	c.Created = time.Unix(1893456000, 0)
	c.Secrets = []Secret{{Digest: "d"}}
	text := string(generated(json.MarshalIndent(c.Response("s"), "", " ")))
	want := `{
 "client_id": "full",
 "client_id_issued_at": 1893456000,
 "client_secret": "s",
 "client_secret_expires_at": 0,
 "client_name": "Full",
 "client_uri": "https://full.example",
 "logo_uri": "https://full.example/logo.png",
 "token_endpoint_auth_method": "private_key_jwt",
 "grant_types": [
  "authorization_code",
  "refresh_token",
  "client_credentials"
 ],
 "redirect_uris": [
  "https://full.example/cb",
  "com.example.full:/cb"
 ],
 "scope": "openid system/*.rs",
 "initiate_login_uri": "https://full.example/launch",
 "jwks_uri": "https://full.example/jwks",
 "token_endpoint_auth_signing_alg": "ES384",
 "allowed_cors_origins": [
  "https://web.full.example"
 ],
 "contacts": [
  "it@full.example"
 ],
 "policy_uri": "https://full.example/policy",
 "tos_uri": "https://full.example/tos",
 "software_id": "full",
 "software_version": "1.0",
 "response_types": [
  "code"
 ]
}`
	if text != want {
		t.Errorf("%s\nwant %s", text, want)
	}
	if text := string(generated(json.Marshal(service("x").Response("")))); strings.Contains(text, "secret") || !strings.Contains(text, `"response_types":[]`) {
		t.Error(text)
	}
}

func TestOrigins(t *testing.T) {
	c := Client{RedirectURIs: []string{"https://App.example:443/cb", "https://app.example/x", "http://localhost:80/", "http://[::1]:8080", "com.example.app:/cb"}, Origins: []string{"https://b.example:8443"}}
	want := []string{"https://app.example", "http://localhost", "http://[::1]:8080", "https://b.example:8443"}
	if got := c.AllowedOrigins(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}

	w := newWorld(t)
	has := func(origin string, want bool) {
		t.Helper()
		if got, err := w.HasOrigin(t.Context(), origin); err != nil || got != want {
			t.Errorf("HasOrigin(%s) = %v, %v", origin, got, err)
		}
	}
	has("https://app.example", false)
	w.add(t, app("a", None))
	has("https://app.example", true)
	for _, not := range []string{"", "null", "*", "https://APP.example", "https://app.example/", "http://app.example", "https://app.example.evil", "https://app.example:8443"} {
		has(not, false)
	}
	// Another process's changes count at once.
	other := NewRegistry(w.records, w.Now)
	changed := generated(other.Get(t.Context(), "a"))
	changed.RedirectURIs = []string{"https://b.example/cb"}
	if err := other.Update(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	has("https://app.example", false)
	has("https://b.example", true)
	if err := other.Remove(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	has("https://b.example", false)
}

func TestInitialTokens(t *testing.T) {
	w := newWorld(t)
	tokens := NewInitialTokens(w.records, w.Now)
	issue := func(ttl time.Duration, uses int) string { return generated(tokens.Issue(t.Context(), ttl, uses)) }
	const over = "invalid_token: the initial access token is unknown, expired or used up"
	try := func(name string, by func(context.Context, string) error, token string, good bool) {
		t.Helper()
		if err := by(t.Context(), token); good && err != nil || !good && (err == nil || refused(t, err) != over) {
			t.Errorf("%s: %v", name, err)
		}
	}
	two := issue(time.Hour, 2)
	try("check", tokens.Check, two, true)
	try("first", tokens.Use, two, true)
	try("second", tokens.In(w.records).Use, two, true)
	try("third", tokens.Use, two, false)
	try("check of what is used up", tokens.Check, two, false)
	short := issue(time.Hour, 2)
	w.Advance(time.Hour - time.Second)
	try("before it expires", tokens.Use, short, true)
	w.Advance(time.Second)
	try("when it expires", tokens.Use, short, false)
	for _, unknown := range []string{"", "x", handle.Digest(two), string(handle.InitialAccess)} {
		try(unknown, tokens.Use, unknown, false)
	}
	for _, err := range []error{onlyError(tokens.Issue(t.Context(), 0, 1)), onlyError(tokens.Issue(t.Context(), time.Hour, 0))} {
		var told *oauth.Error
		if err == nil || errors.As(err, &told) {
			t.Error(err)
		}
	}

	// Of many at the same time as many get by as it has uses.
	three := issue(time.Hour, 3)
	var winners atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if tokens.Use(t.Context(), three) == nil {
				winners.Add(1)
			}
		})
	}
	all.Wait()
	if winners.Load() != 3 {
		t.Errorf("%d got by", winners.Load())
	}
}

func onlyError(_ string, err error) error { return err }
