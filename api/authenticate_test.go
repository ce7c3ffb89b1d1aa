package api

import (
	"net/http"
	"testing"
	"time"
)

func TestAuthenticate(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	token := w.all()
	const noToken = "this server wants an access token: Authorization: Bearer <token>"
	const badToken = "the access token is unknown, expired or revoked"
	const wrong = "the Authorization header must be: Bearer <token>"
	const bare, invalid = `WWW-Authenticate: Bearer realm="granary"`, `WWW-Authenticate: Bearer realm="granary", error="invalid_token"`
	w.is("none", w.get("", "/Patient/eve"), 401, oops("login", "", noToken), bare)
	w.is("unknown", w.get("nonsense", "/Patient/eve"), 401, oops("login", "", badToken), invalid)
	w.is("basic", w.get("", "/Patient/eve", "Authorization: Basic YTpi"), 401, oops("login", "", wrong), bare)
	w.is("empty", w.get("", "/Patient/eve", "Authorization: Bearer "), 401, oops("login", "", wrong), bare)
	w.is("two", w.get(token, "/Patient/eve", "Authorization: Bearer "+token), 200, eve) // send sets the header
	w.is("lower case", w.get("", "/Patient/eve", "Authorization: bearer "+token), 200, eve)
	w.is("two", w.get("", "/Patient/eve", "Authorization: Bearer "+token, "Authorization: Bearer x"), 401,
		oops("login", "", "there is more than one Authorization header"), bare)
	w.is("in the query", w.get("", "/Patient/eve?access_token="+token), 400,
		oops("security", "", "an access token is taken from the Authorization header only"), `WWW-Authenticate: Bearer realm="granary", error="invalid_request"`)
	w.is("in the query too", w.get(token, "/Patient/eve?access_token="+token), 400,
		oops("security", "", "an access token is taken from the Authorization header only"))
	w.is("in the form", w.send(token, http.MethodPost, "/Patient/_search", "access_token="+token, "Content-Type: application/x-www-form-urlencoded"), 400,
		oops("security", "", "an access token is taken from the Authorization header only"))
	w.is("good", w.get(token, "/Patient/eve"), 200, eve)
	w.Advance(time.Hour)
	w.is("expired", w.get(token, "/Patient/eve"), 401, oops("login", "", badToken), invalid)
}

func TestAuthOff(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.AuthOff, c.Tokens = true, nil })
	w.add(eve)
	w.is("no token", w.get("", "/Patient/eve"), 200, eve)
	w.is("any token", w.get("nonsense", "/Patient/eve"), 200, eve)
	w.is("write", w.send("", http.MethodDelete, "/Patient/eve", ""), 204, "")
}

func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	good := Config{Store: w.store, Tokens: w.tokens, BaseURL: base}
	for name, change := range map[string]func(*Config){
		"no store":        func(c *Config) { c.Store = nil },
		"no tokens":       func(c *Config) { c.Tokens = nil },
		"no base":         func(c *Config) { c.BaseURL = "" },
		"relative base":   func(c *Config) { c.BaseURL = "/fhir" },
		"base with slash": func(c *Config) { c.BaseURL = base + "/" },
		"another base":    func(c *Config) { c.BaseURL = "http://other.test/fhir" },
	} {
		config := good
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}

// A token that was used before is asked for on the state that a request reads: a
// revocation counts from the next request on, and before whatever else there is to
// be said to it.
func TestRecalledTokens(t *testing.T) {
	w := newWorld(t)
	w.add(eve, `{"resourceType":"Observation","id":"final"}`)
	token := w.token("system/Patient.rs")
	requests := map[string]int{
		"/Patient/eve": 200, "/Patient?family=everym": 200, "/Patient/nobody": 404, "/Patient/eve/_history": 200,
		"/Observation": 403, "/Patient?nonsense=1": 400, "/Patient/eve?_format=xml": 406, "/Nonsense/1": 404,
		"/Patient/eve/$validate": 200, "/metadata": 200, "/a/b/c/d": 404,
	}
	ask := func(when string, want func(path string, status int) int) {
		t.Helper()
		for path, status := range requests {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				if got := w.send(token, method, path, ""); got.status != want(path, status) {
					t.Errorf("%s: %s %s: %d %s", when, method, path, got.status, got.body)
				}
			}
		}
	}
	same := func(_ string, status int) int { return status }
	ask("first", same)
	ask("recalled", same)
	caller, err := w.tokens.Authenticate(t.Context(), token)
	w.must(err)

	narrowed := caller.Grant
	narrowed.Scopes = "system/Observation.rs"
	_, err = w.tokens.Issue(t.Context(), narrowed, time.Hour)
	w.must(err)
	if got := w.get(token, "/Patient/eve"); got.status != http.StatusForbidden {
		t.Errorf("narrowed: Patient: %d %s", got.status, got.body)
	}
	w.finds(token, "/Observation", "Observation/final")

	w.must(w.tokens.Revoke(t.Context(), caller.Grant.ID))
	ask("revoked", func(path string, status int) int {
		if path == "/metadata" || path == "/a/b/c/d" {
			return status
		}
		return http.StatusUnauthorized
	})
	w.is("revoked", w.get(token, "/Patient/eve"), http.StatusUnauthorized, oops("login", "", "the access token is unknown, expired or revoked"),
		`Www-Authenticate: Bearer realm="granary", error="invalid_token"`)
}
