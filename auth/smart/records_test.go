package smart

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// refusals are the records of refused requests.
func (w *world) refusals() []string {
	w.Helper()
	return w.recorded(search.Pair{Name: "subtype", Value: "refusal"})
}

// recorded are some records, each as its outcome, who it was, and what they were told.
func (w *world) recorded(criteria ...search.Pair) []string {
	w.Helper()
	w.must(w.Audit.Flush(w.Context()))
	q, err := w.Store.Registry().ParseSearch([]string{"AuditEvent"}, criteria,
		search.Options{Base: w.URLs.FHIR, Now: w.Clock(), MaxCount: 1000, DefaultCount: 1000})
	w.must(err)
	found, err := w.Store.View(store.Unrestricted("tests")).Search(w.Context(), q)
	w.must(err)
	var texts []string
	for _, r := range found.Matches {
		var event struct {
			Outcome, OutcomeDesc string
			Agent                []struct{ AltID string }
			Entity               []struct {
				Detail []struct{ Type, ValueString string }
			}
		}
		w.must(json.Unmarshal(r.Body, &event))
		var who []string
		for _, a := range event.Agent {
			if a.AltID != "" {
				who = append(who, a.AltID)
			}
		}
		text := event.Outcome + " " + strings.Join(who, " ") + ": " + event.OutcomeDesc
		for _, e := range event.Entity {
			for _, d := range e.Detail {
				text += ", " + d.Type + " " + d.ValueString
			}
		}
		texts = append(texts, text)
	}
	return texts
}

// Who leaves before the answer was refused nothing.
func TestWhoIsGoneIsNotRefused(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, request := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/auth/authorize?"+w.asking(app, "openid").Encode(), nil),
		httptest.NewRequest(http.MethodPost, "/auth/token", strings.NewReader("grant_type=refresh_token&refresh_token=x&client_id="+app.ID)),
	} {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w.server.Config.Handler.ServeHTTP(httptest.NewRecorder(), request.WithContext(gone))
	}
	if got := w.refusals(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// Who tries ever other names is recorded for as long as somebody looks at them, and then as
// one of a flood.
func TestLoginsThatAreNotLookedAtAreCounted(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	login := b.form(b.get("/login"), "/login")
	looked := 0
	for i := range 130 {
		switch r := b.send(login, "name", "nobody-"+strconv.Itoa(i), "password", "guessed"); r.status {
		case http.StatusUnauthorized:
			looked++
		case http.StatusTooManyRequests:
		default:
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	names, others := 0, 0
	for _, one := range w.refusals() {
		if strings.HasPrefix(one, "4 nobody-") {
			names++
		} else {
			others++
		}
	}
	if looked >= 130 || names != looked || others != 1 {
		t.Errorf("%d were looked at, %d have a record, and there are %d of others", looked, names, others)
	}
}

// Whatever is refused leaves one record, of who was refused what and why: by pages as by
// endpoints.
func TestRefusalsAreRecorded(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Sandbox = false })
	app, _ := w.app(func(c *client.Client) { c.ID = "the-app" })
	amara, b := w.user("amara"), w.browser()
	initial, err := w.Initial.Issue(t.Context(), time.Hour, 1)
	w.must(err)
	login := b.form(b.get("/login"), "/login")
	of, consent := w.consent(app, "openid")
	tampered, elsewhere := b.form(consent, "/auth/consent"), b.form(consent, "/auth/consent")
	tampered.fields.Set("csrf", "guessed")
	post := func(path string, form url.Values, headers ...string) func() {
		return func() { w.post(path, form, headers...) }
	}
	for _, c := range []struct {
		want string
		do   func()
	}{
		{"4 amara: access_denied: there is no account of this name and password", func() { b.send(login, "name", "amara", "password", "guessed") }},
		{"4 : invalid_client: No app is registered under this id.", func() { b.authorize(w.asking(client.Client{ID: "nobody"}, "openid")) }},
		{"4 the-app: invalid_request: It is none of those that the app has registered.", func() { b.authorize(w.asking(app, "openid", "redirect_uri", "https://evil.example/")) }},
		{"4 the-app: invalid_request: aud: it should be the FHIR base URL of this server, " + w.URLs.FHIR, func() { b.authorize(w.asking(app, "openid", "aud", "https://evil.example/")) }},
		{"4 the-app: invalid_request: The app's request has been answered already, is too old, or began in another browser.", func() { b.send(elsewhere, "decision", "allow") }},
		{"4 amara the-app: invalid_request: It did not come from a page of this server, or the page is too old.", func() { of.send(tampered, "decision", "allow") }},
		{"4 amara: access_denied: Your account is of a role that may not do this.", func() { amara.get("/users") }},
		{"4 amara: invalid_request: It did not come from a page of this server, or the page is too old.", func() { amara.do(http.MethodPost, "/apps", url.Values{page.FieldGrant: {"x"}}) }},
		{"4 : invalid_client_metadata: grant_types: a backend service is registered by an administrator of this server, who decides on its scopes", func() {
			w.registers(`{"token_endpoint_auth_method":"private_key_jwt","grant_types":["client_credentials"],"scope":"system/*.rs","jwks_uri":"https://x.example/"}`, "Authorization: Bearer "+initial)
		}},
		{"4 the-app: invalid_grant: " + "code: it is unknown, expired, used before, or not this client's; codes are good once, and for a minute",
			post("/auth/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {app.ID}, "code": {"x"}, "redirect_uri": {redirectURI}})},
		{"4 : unsupported_grant_type: grant_type: it should be authorization_code, refresh_token or client_credentials", post("/auth/token", url.Values{"grant_type": {"password"}})},
	} {
		w.clock.Advance(2 * time.Minute) // anonymous ones are told once in a minute
		before := w.refusals()
		c.do()
		after := slices.DeleteFunc(w.refusals(), func(one string) bool { return slices.Contains(before, one) })
		if len(after) != 1 || after[0] != c.want {
			t.Errorf("%q\nwant %s", after, c.want)
		}
	}
}
