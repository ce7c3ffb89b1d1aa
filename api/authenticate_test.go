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
	w.advance(time.Hour)
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
