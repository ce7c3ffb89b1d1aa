package smart

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// registered is an answer of the registration endpoint.
type registeredClient struct {
	ID        string   `json:"client_id"`
	Secret    string   `json:"client_secret"`
	Expires   *int64   `json:"client_secret_expires_at"`
	Issued    int64    `json:"client_id_issued_at"`
	Name      string   `json:"client_name"`
	Method    string   `json:"token_endpoint_auth_method"`
	Scope     string   `json:"scope"`
	Grants    []string `json:"grant_types"`
	Redirects []string `json:"redirect_uris"`
	Error     string   `json:"error"`
	Text      string   `json:"error_description"`
}

func (w *world) registration(r response) registeredClient {
	w.Helper()
	var got registeredClient
	if err := json.Unmarshal([]byte(r.body), &got); err != nil {
		w.Fatalf("%d %s", r.status, r.body)
	}
	return got
}

// In a sandbox whoever asks is registered, and can go through the flow at once; and
// consent says that nobody has checked it.
func TestRegistrationInASandbox(t *testing.T) {
	w := newWorld(t)
	r := w.registers(`{"client_name":"Self-made","redirect_uris":["` + redirectURI + `"],"token_endpoint_auth_method":"none","grant_types":["authorization_code"],"scope":"openid patient/Patient.rs","unknown":1}`)
	got := w.registration(r)
	if r.status != http.StatusCreated || got.ID == "" || got.Secret != "" || got.Expires != nil || got.Issued != w.clock.Now().Unix() ||
		got.Method != "none" || got.Name != "Self-made" || got.Scope != "openid patient/Patient.rs" || strings.Contains(r.body, "introspection") {
		t.Errorf("%d %s", r.status, r.body)
	}
	app, err := w.Clients.Get(t.Context(), got.ID)
	w.must(err)
	b := w.user("amara")
	page := b.authorize(w.asking(app, "openid patient/Patient.rs patient/Condition.rs"))
	page.shows(t, http.StatusOK, "Nobody has checked this app.")
	if got := w.tokens(w.redeem(app, b.code(b.allow(page)))); got.Scope != "openid patient/Patient.rs" {
		t.Errorf("%+v", got)
	}

	got = w.registration(w.registers(`{"redirect_uris":["` + redirectURI + `"]}`))
	if got.Method != "client_secret_basic" || got.Secret == "" || got.Expires == nil || *got.Expires != 0 { // RFC 7591, 2 and 3.2.1
		t.Errorf("%+v", got)
	}
	app, err = w.Clients.Get(t.Context(), got.ID)
	w.must(err)
	code := b.code(b.allow(b.authorize(w.asking(app, "openid"))))
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	if r := w.post("/auth/token", form, basic(got.ID, "wrong")); r.status != http.StatusUnauthorized || !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("%d %s", r.status, r.body)
	}
	w.tokens(w.post("/auth/token", form, basic(got.ID, got.Secret)))
}

// Elsewhere an initial access token lets its bearer register as many as it says.
func TestRegistrationByInitialAccessToken(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Sandbox = false })
	const metadata = `{"redirect_uris":["https://x.example/cb"],"token_endpoint_auth_method":"none"}`
	token, err := w.Initial.Issue(t.Context(), time.Hour, 2)
	w.must(err)
	bearer := "Authorization: Bearer " + token
	refused := func(what string, r response) {
		t.Helper()
		if got := w.registration(r); r.status != http.StatusUnauthorized || got.Error != "invalid_token" || got.ID != "" || !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
	refused("none", w.registers(metadata))
	if got := w.registers(metadata).body; !strings.Contains(got, "granary client invite prints one") {
		t.Error(got)
	}
	refused("another", w.registers(metadata, bearer+"x"))
	refused("as Basic", w.registers(metadata, "Authorization: Basic "+token))
	access := w.granted(must(w.app()), "root", "openid user/*.cruds").AccessToken
	refused("an access token", w.registers(metadata, "Authorization: Bearer "+access))
	if r := w.registers(`{"redirect_uris":["ftp://x"]}`, bearer); r.status != http.StatusBadRequest { // which uses nothing up
		t.Errorf("%d %s", r.status, r.body)
	}
	for range 2 {
		if r := w.registers(metadata, bearer); r.status != http.StatusCreated {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	refused("used up", w.registers(metadata, bearer))
	token, err = w.Initial.Issue(t.Context(), time.Hour, 2)
	w.must(err)
	w.clock.Advance(time.Hour)
	refused("too old", w.registers(metadata, "Authorization: Bearer "+token))
}

func must[A, B any](a A, _ B) A { return a }

// What cannot be registered is refused in the words of RFC 7591, 3.2.2.
func TestRegistrationErrors(t *testing.T) {
	w := newWorld(t)
	before, err := w.Clients.List(t.Context())
	w.must(err)
	for metadata, want := range map[string]string{
		`{"redirect_uris":["https://x.example/#f"]}`: "invalid_redirect_uri",
		`{"redirect_uris":["http://x.example/"]}`:    "invalid_redirect_uri",
		`{"redirect_uris":["javascript:alert(1)"]}`:  "invalid_redirect_uri",
		`{"redirect_uris":[]}`:                       "invalid_redirect_uri",
		`{}`:                                         "invalid_redirect_uri",
		`{"redirect_uris":"https://x.example/"}`:     "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"token_endpoint_auth_method":"tls"}`:             "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"grant_types":["password"]}`:                     "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"response_types":["token"]}`:                     "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"scope":"patient/Nothing.rs"}`:                   "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"token_endpoint_auth_method":"private_key_jwt"}`: "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"client_name":"a\u0000b"}`:                       "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"logo_uri":"javascript:alert(1)"}`:               "invalid_client_metadata",
		`[]`: "invalid_client_metadata", `{`: "invalid_client_metadata", ``: "invalid_client_metadata", `null`: "", "\x00": "invalid_client_metadata",
		`{"redirect_uris":["https://x.example/"],"client_name":"` + strings.Repeat("x", maxForm) + `"}`: "invalid_client_metadata",
	} {
		r := w.registers(metadata)
		got := w.registration(r)
		if r.status != http.StatusBadRequest || want != "" && got.Error != want || got.Text == "" || got.ID != "" {
			t.Errorf("%.100s: %d %.300s", metadata, r.status, r.body)
		}
	}
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", ""} {
		r := w.registers(`{"redirect_uris":["https://x.example/"]}`, "Content-Type: "+kind)
		if got := w.registration(r); r.status != http.StatusBadRequest || got.Error != "invalid_client_metadata" || !strings.HasPrefix(got.Text, "Content-Type: ") {
			t.Errorf("%q: %d %s", kind, r.status, r.body)
		}
	}
	if after, err := w.Clients.List(t.Context()); err != nil || len(after) != len(before) {
		t.Errorf("%v %v", after, err)
	}
}
