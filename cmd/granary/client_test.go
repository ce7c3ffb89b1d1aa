package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/store"
)

// openStore opens the store of a folder until the test ends.
func openStore(t *testing.T, data string) *store.Store {
	t.Helper()
	opened, err := dataFlags{Data: data, Store: "sqlite"}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened
}

// authenticates tells which client a store takes a secret for.
func authenticates(t *testing.T, data, id, secret string) bool {
	t.Helper()
	opened := openStore(t, data)
	a, err := client.NewAuthenticator(client.NewRegistry(opened.Records(), time.Now), client.Options{Records: opened.Records(), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(id, secret)
	c, err := a.Authenticate(t.Context(), r.Header, nil)
	return err == nil && c.ID == id
}

// field is what a line of a description says.
func field(t *testing.T, out, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + ` {3,}(.+)$`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no %s in\n%s", name, out)
	}
	return found[1]
}

// jwksFile is a file with a new public key.
func jwksFile(t *testing.T, kid string) string {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{KeyID: kid, Key: private.Public()}}})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), kid+".json")
	if err := os.WriteFile(name, set, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestClientLife(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data, "--no-sandbox") // the server runs meanwhile
	out := must(t, "client", "add", "--data", data, "--id", "care-portal", "--name", "Care Portal", "--redirect-uri", "https://portal.example/a,b",
		"--redirect-uri", "http://localhost:9000/", "--method", "client_secret_basic", "--scope", "openid launch/patient patient/*.rs", "--launch-uri", "https://portal.example/launch")
	first := field(t, out, "client secret")
	for name, want := range map[string]string{
		"client id": "care-portal", "name": "Care Portal", "method": "client_secret_basic", "grant types": "authorization_code refresh_token",
		"redirect URI": "https://portal.example/a,b", "launch URI": "https://portal.example/launch", "scopes": `openid launch/patient patient/\*.rs`,
		"origins": "https://portal.example http://localhost:9000", "FHIR server": s.base, "endpoints": s.base + "/.well-known/smart-configuration",
	} {
		if got := field(t, out, name); got != strings.ReplaceAll(want, `\`, "") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.HasSuffix(out, "\nKeep the secret now: it is not shown again.\n") || !authenticates(t, data, "care-portal", first) {
		t.Errorf("the secret %s does not work\n%s", first, out)
	}

	code, out, errs := granary(t, "client", "rotate", "--data", data, "care-portal")
	second := strings.TrimSuffix(out, "\n")
	if code != exitOK || !strings.HasPrefix(second, "gcs_") || !regexp.MustCompile(`^note: the secret before it is good until \S+Z; any other has ended\n$`).MatchString(errs) {
		t.Errorf("exit code %d, %q, %q", code, out, errs)
	}
	if !authenticates(t, data, "care-portal", first) || !authenticates(t, data, "care-portal", second) {
		t.Error("the two secrets do not overlap")
	}
	code, out, errs = granary(t, "client", "rotate", "--data", data, "--at-once", "care-portal")
	if code != exitOK || errs != "" || authenticates(t, data, "care-portal", first) || authenticates(t, data, "care-portal", second) || !authenticates(t, data, "care-portal", strings.TrimSuffix(out, "\n")) {
		t.Errorf("at once: exit code %d, %q, %q", code, out, errs)
	}
	out = must(t, "client", "show", "--data", data, "care-portal")
	if strings.Contains(out, "gcs_") || strings.Count(out, "\nsecret of ") != 1 {
		t.Errorf("show:\n%s", out)
	}

	must(t, "client", "add", "--data", data, "--id", "growth-chart", "--name", "Growth Chart", "--redirect-uri", "http://localhost:9000/")
	out = must(t, "client", "list", "--data", data)
	want := regexp.MustCompile(`^client id +name +method +grant types +registered\n` +
		`care-portal +Care Portal +client_secret_basic +authorization_code refresh_token +\d{4}-\d\d-\d\d\n` +
		`growth-chart +Growth Chart +none +authorization_code refresh_token +\d{4}-\d\d-\d\d\n$`)
	if !want.MatchString(out) {
		t.Errorf("list:\n%s", out)
	}
	if out := must(t, "client", "remove", "--data", data, "care-portal"); out != "Removed care-portal (Care Portal).\n" {
		t.Errorf("remove: %s", out)
	}
	for _, command := range []string{"show", "rotate", "remove"} {
		if code, out, errs := granary(t, "client", command, "--data", data, "care-portal"); code != exitFailure || out != "" || errs != "granary: there is no client care-portal\n" {
			t.Errorf("%s: exit code %d, %q, %q", command, code, out, errs)
		}
	}
}

func TestClientKeys(t *testing.T) {
	data := t.TempDir()
	out := must(t, "client", "add", "--data", data, "--id", "export", "--name", "Nightly Export", "--backend", "--scope", "system/*.rs", "--jwks", jwksFile(t, "one"))
	if got := field(t, out, "method"); got != "private_key_jwt" {
		t.Errorf("the method is %s", got)
	}
	if got := field(t, out, "FHIR server"); got != "known when the server has run once" {
		t.Errorf("the server is %s", got)
	}
	kids := func(args ...string) string {
		t.Helper()
		var told struct {
			JWKS       jose.JSONWebKeySet `json:"jwks"`
			JWKSURI    string             `json:"jwks_uri"`
			GrantTypes []string           `json:"grant_types"`
		}
		if err := json.Unmarshal([]byte(must(t, args...)), &told); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(told.GrantTypes, " ") + " " + told.JWKSURI
		for _, k := range told.JWKS.Keys {
			text += k.KeyID
		}
		return text
	}
	if got := kids("client", "show", "--data", data, "--json", "export"); got != "client_credentials one" {
		t.Error(got)
	}
	if got := kids("client", "rotate", "--data", data, "--json", "--jwks", jwksFile(t, "two"), "export"); got != "client_credentials two" {
		t.Error(got)
	}
	if code, _, errs := granary(t, "client", "rotate", "--data", data, "export"); code != exitUsage || errs != "granary: export has no secret but keys: give the new set with --jwks FILE\n" {
		t.Errorf("exit code %d, %q", code, errs)
	}
	must(t, "client", "rotate", "--data", data, "--jwks-uri", "https://export.example/jwks", "export")
	if got := kids("client", "show", "--data", data, "--json", "export"); got != "client_credentials https://export.example/jwks" {
		t.Error(got)
	}
	if code, _, errs := granary(t, "client", "rotate", "--data", data, "export"); code != exitUsage || !strings.Contains(errs, "it publishes its keys at https://export.example/jwks") {
		t.Errorf("exit code %d, %q", code, errs)
	}
	must(t, "client", "add", "--data", data, "--id", "open", "--name", "Open", "--redirect-uri", "http://localhost/")
	if code, _, errs := granary(t, "client", "rotate", "--data", data, "open"); code != exitUsage || errs != "granary: open is a public client and has no secret\n" {
		t.Errorf("exit code %d, %q", code, errs)
	}
	if code, _, errs := granary(t, "client", "rotate", "--data", data, "--jwks", jwksFile(t, "x"), "open"); code != exitUsage || errs != "granary: --jwks: it is of use with the token_endpoint_auth_method private_key_jwt only\n" {
		t.Errorf("exit code %d, %q", code, errs)
	}
}

func TestClientJSON(t *testing.T) {
	data := t.TempDir()
	var told map[string]any
	if err := json.Unmarshal([]byte(must(t, "client", "add", "--data", data, "--name", "A & B", "--redirect-uri", "com.example.app:/cb", "--method", "client_secret_post", "--json")), &told); err != nil {
		t.Fatal(err)
	}
	id, secret := told["client_id"].(string), told["client_secret"].(string)
	if !strings.HasPrefix(id, "app-") || !strings.HasPrefix(secret, "gcs_") || told["client_secret_expires_at"] != 0.0 || told["client_name"] != "A & B" {
		t.Errorf("%v", told)
	}
	if out := must(t, "client", "list", "--data", data, "--json"); strings.Contains(out, secret) || !strings.Contains(out, `"client_name": "A & B"`) || !strings.HasPrefix(out, "[\n") {
		t.Error(out)
	}
	if out := must(t, "client", "rotate", "--data", data, "--json", id); strings.Contains(out, secret) || !strings.Contains(out, `"client_secret": "gcs_`) {
		t.Error(out)
	}
	data = t.TempDir()
	must(t, "token", "--data", data, "--scope", "system/*.rs") // makes a store
	if code, out, errs := granary(t, "client", "list", "--data", data); code != exitOK || out != "" || errs != "note: there is no client; granary client add --help shows how to register one\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errs)
	}
	if out := must(t, "client", "list", "--data", data, "--json"); out != "[]\n" {
		t.Error(out)
	}
}

func TestClientInvite(t *testing.T) {
	data := t.TempDir()
	must(t, "token", "--data", data, "--scope", "system/*.rs")
	token := strings.TrimSuffix(must(t, "client", "invite", "--data", data, "--uses", "2"), "\n")
	opened := openStore(t, data)
	later := func() time.Time { return time.Now().Add(23 * time.Hour) }
	tokens := client.NewInitialTokens(opened.Records(), later)
	for i, good := range []bool{true, true, false} {
		if err := tokens.Use(t.Context(), token); (err == nil) != good {
			t.Errorf("use %d: %v", i, err)
		}
	}
}

func TestClientUsage(t *testing.T) {
	nowhere := t.TempDir() + "/store"
	t.Setenv("GRANARY_DATA", nowhere)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"add", "--redirect-uri", "https://x.example"}, "missing flags: --name=NAME"},
		{[]string{"add", "--name", "x"}, "--redirect-uri: the grant type authorization_code needs at least one"},
		{[]string{"add", "--name", "x", "--redirect-uri", "http://x.example"}, "--redirect-uri[0] 'http://x.example': it should begin with https://"},
		{[]string{"add", "--name", "x", "--redirect-uri", "https://x.example", "--id", "user:x"}, "--id: it should be 1 to 128 letters"},
		{[]string{"add", "--name", "x", "--redirect-uri", "https://x.example", "--scope", "nope"}, "--scope: 'nope': not a scope this server knows"},
		{[]string{"add", "--name", "x", "--redirect-uri", "https://x.example", "--method", "none", "--introspection"}, "--method: a client that introspects tokens must authenticate"},
		{[]string{"add", "--name", "x", "--redirect-uri", "https://x.example", "--method", "mtls"}, "--method must be one of"},
		{[]string{"add", "--name", "x", "--backend"}, "--backend: wants --scope"},
		{[]string{"add", "--name", "x", "--backend", "--scope", "system/*.rs"}, "--jwks-uri: private_key_jwt needs the public keys"},
		{[]string{"add", "--name", "x", "--backend", "--scope", "system/*.rs", "--method", "client_secret_basic"}, "--backend: client_credentials needs the token_endpoint_auth_method private_key_jwt"},
		{[]string{"add", "--name", "x", "--backend", "--scope", "system/*.rs", "--jwks", "absent.json"}, "absent.json: no such file or directory"},
		{[]string{"rotate", "--at-once", "--jwks-uri", "https://x.example", "x"}, "--at-once: the keys that are registered"},
		{[]string{"rotate"}, `expected "<id>"`},
		{[]string{"invite", "--uses", "0"}, "--uses: wants a number above 0, not 0"},
		{[]string{"invite", "--ttl=-1s"}, "--ttl: wants a duration above 0"},
		{[]string{"list"}, "--data " + nowhere + ": there is no store"},
		{[]string{"show", "x"}, "there is no store"},
		{[]string{"invite"}, "there is no store"},
	} {
		code, out, errs := granary(t, append([]string{"client"}, c.args...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%q: exit code %d, output %q, errors %q, want %s", c.args, code, out, errs, c.want)
		}
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("a store was made")
	}
}

// Scopes that a server declares may be registered on its store, and nowhere else.
func TestClientOfACustomScope(t *testing.T) {
	data := t.TempDir()
	add := []string{"client", "add", "--data", data, "--name", "Booking", "--redirect-uri", "https://app.example/cb", "--scope", "openid urn:booking"}
	if code, _, errs := granary(t, add...); code != exitUsage || !strings.Contains(errs, "--scope: 'urn:booking': not a scope this server knows") {
		t.Errorf("before: %d %s", code, errs)
	}
	serveTest(t, "--data", data, "--no-sandbox", "--custom-scope", "urn:booking=Book appointments").stop()
	if code, out, errs := granary(t, add...); code != exitOK || !strings.Contains(out, "urn:booking") {
		t.Errorf("after: %d %s %s", code, out, errs)
	}
}
