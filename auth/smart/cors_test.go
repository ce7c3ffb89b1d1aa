package smart

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/granary-fhir/granary/internal/cors"
	"github.com/granary-fhir/granary/store"
)

var errBroken = errors.New("broken")

// twoApps are the origins of two clients.
var twoApps = Origins{
	Any: func(_ context.Context, origin string) (bool, error) {
		return origin == "https://app.example.org" || origin == "https://other.example.org", nil
	},
	Client: func(_ context.Context, id string) ([]string, error) {
		switch id {
		case "app":
			return []string{"https://app.example.org"}, nil
		case "other":
			return []string{"https://other.example.org"}, nil
		case "broken":
			return []string{"https://app.example.org"}, errBroken
		}
		return nil, store.ErrNotFound
	},
}

// The answer of an endpoint is for the pages of the client that it is for.
func TestAuth46Origins(t *testing.T) {
	policy := newCORS(twoApps, slog.New(slog.NewTextHandler(io.Discard, nil)))
	for _, c := range []struct {
		mode           corsMode
		client, origin string
		want           string // Access-Control-Allow-Origin
	}{
		{registered, "app", "https://app.example.org", "https://app.example.org"},
		{registered, "app", "https://other.example.org", ""},
		{registered, "app", "https://evil.example.org", ""},
		{registered, "app", "http://localhost:3000", ""},
		{registered, "app", "", ""},
		{registered, "", "https://app.example.org", "https://app.example.org"},
		{registered, "", "https://evil.example.org", ""},
		{registered, "", "http://localhost:3000", "http://localhost:3000"},
		{registered, "granary token", "http://localhost:3000", "http://localhost:3000"},
		{registered, "granary token", "https://app.example.org", ""},
		{registered, "broken", "https://app.example.org", ""},
		{anyone, "", "https://evil.example.org", "*"},
		{anyone, "", "", "*"},
		{never, "app", "https://app.example.org", ""},
		{never, "", "https://app.example.org", ""},
	} {
		request, answer := http.Header{}, http.Header{}
		if c.origin != "" {
			request.Set("Origin", c.origin)
		}
		policy.Answer(t.Context(), request, answer, c.mode, c.client)
		if got := answer.Get("Access-Control-Allow-Origin"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		if exposed := answer.Get("Access-Control-Expose-Headers") != ""; exposed != (c.want != "") {
			t.Errorf("%+v: exposed %v", c, answer)
		}
		if varies := answer.Get("Vary") == "Origin"; varies != (c.mode != anyone) || answer.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%+v: %v", c, answer)
		}
	}
}

// A preflight passes for every client's origin, and never for the pages.
func TestAuth46PreflightOfEndpoints(t *testing.T) {
	policy := newCORS(twoApps, slog.New(slog.NewTextHandler(io.Discard, nil)))
	for _, c := range []struct {
		mode         corsMode
		origin, want string
	}{
		{registered, "https://app.example.org", "https://app.example.org"},
		{registered, "https://other.example.org", "https://other.example.org"},
		{registered, "https://evil.example.org", ""},
		{anyone, "https://evil.example.org", "*"},
		{never, "https://app.example.org", ""},
	} {
		request := http.Header{"Origin": {c.origin}, "Access-Control-Request-Method": {"POST"}}
		if !cors.IsPreflight(http.MethodOptions, request) || cors.IsPreflight(http.MethodPost, request) {
			t.Error("what is a preflight is not known")
		}
		answer := http.Header{}
		policy.Preflight(t.Context(), request, answer, c.mode, []string{"OPTIONS", "POST"})
		if got := answer.Get("Access-Control-Allow-Origin"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		if methods := answer.Get("Access-Control-Allow-Methods"); (methods == "OPTIONS, POST") != (c.want != "") {
			t.Errorf("%+v: methods %q", c, methods)
		}
	}
}
