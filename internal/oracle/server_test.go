package oracle_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/internal/naive"
	"github.com/granary-fhir/granary/internal/oracle"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store/testbackend"
)

const (
	origin = "http://granary.test"
	base   = origin + "/fhir"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// server is the built router over a store of its own, with a clock that the test
// moves.
type server struct {
	testing.TB
	*testclock.Clock
	handler http.Handler
	tokens  *auth.Tokens
}

func (s *server) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func newServer(t testing.TB, care, multiple bool) *server {
	t.Helper()
	s := &server{TB: t, Clock: testclock.At(start)}
	data := testbackend.OpenStore(t, s.Now, testbackend.StoreOptions{Base: base})
	panel, deletes := auth.PanelAll, api.DeleteSingle
	if care {
		panel = auth.PanelCare
	}
	if multiple {
		deletes = api.DeleteMultiple
	}
	s.tokens = auth.NewTokens(data, panel, s.Now)
	var err error
	s.handler, err = api.New(api.Config{Store: data, Tokens: s.tokens, BaseURL: base, Clock: s.Now, ConditionalDelete: deletes, Logger: slog.New(slog.DiscardHandler)})
	s.must(err)
	return s
}

// token is one for a caller; "" where all of its scopes are refused.
func (s *server) token(c *naive.Caller) string {
	s.Helper()
	texts := make([]string, len(c.Scopes))
	for i, scope := range c.Scopes {
		texts[i] = scope.String()
		if v1, ok := scope.V1(); ok && i%2 == 0 {
			texts[i] = v1
		}
		if definition, ok := scope.Canonical(); ok && i%2 == 0 {
			texts[i] = definition
		}
	}
	grant := auth.Grant{Scopes: strings.Join(texts, " "), Patient: c.Patient, User: c.User, Also: c.Also, Administrator: c.Admin, Client: "test"}
	token, err := s.tokens.Issue(context.Background(), grant, 100_000*time.Hour)
	var invalid *auth.InvalidScope
	if errors.As(err, &invalid) {
		return ""
	}
	s.must(err)
	return token
}

func (s *server) send(token string, sent oracle.Sent) *oracle.Reply {
	r := httptest.NewRequest(sent.Method, "/fhir"+sent.URL, strings.NewReader(sent.Body))
	for name := range sent.Header {
		r.Header.Set(name, sent.Header.Get(name))
	}
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return &oracle.Reply{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
}

// maxPages ends a search whose links lead in a circle.
const maxPages = 400

// pages are the replies to a request and to its next links.
func (s *server) pages(token string, r oracle.Request) []*oracle.Reply {
	s.Helper()
	all := []*oracle.Reply{s.send(token, r.Send())}
	if r.Head || r.Writes() {
		return all
	}
	for {
		last := all[len(all)-1]
		next := last.Next()
		if last.Status != http.StatusOK || next == "" {
			return all
		}
		if len(all) > maxPages {
			s.Fatalf("%s: more than %d pages", r.Send().URL, maxPages)
		}
		all = append(all, s.send(token, oracle.Sent{Method: http.MethodGet, URL: strings.TrimPrefix(next, base)}))
	}
}
