package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/internal/naive"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

const benchBase = "http://granary.test/fhir"

// bench is a server and an oracle over the same resources.
type bench struct {
	testing.TB
	world  *naive.World
	now    time.Time // of requests and of grants; versions are older
	tokens *auth.Tokens
	open   http.Handler // without authentication
	closed http.Handler
}

// newBench imports files into a new server. The oracle's world is read apart.
func newBench(t testing.TB, world *naive.World, files []seed.File) *bench {
	t.Helper()
	b := &bench{TB: t, world: world, now: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)}
	world.Base = benchBase
	s := testbackend.OpenStore(t, ticking(), testbackend.StoreOptions{Base: benchBase})
	b.load(s, files)
	clock := func() time.Time { return b.now }
	b.tokens = auth.NewTokens(s, auth.PanelAll, clock)
	config := api.Config{Store: s, Tokens: b.tokens, BaseURL: benchBase, Clock: clock, Logger: slog.New(slog.DiscardHandler)}
	var err error
	b.closed, err = api.New(config)
	b.must(err)
	config.AuthOff = true
	b.open, err = api.New(config)
	b.must(err)
	return b
}

// ticking is a clock that moves on with each look at it, so that versions have
// different dates; its year is before that of the requests.
func ticking() func() time.Time {
	var ticks atomic.Int64
	return func() time.Time {
		return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * 7 * time.Second)
	}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) load(s *store.Store, files []seed.File) {
	b.Helper()
	summary, err := seed.Import(context.Background(), files, seed.Store{View: s.View(store.Unrestricted("test data"))}, nil)
	b.must(err)
	for _, refusal := range summary.Refusals {
		b.Errorf("refused: %v", refusal)
	}
}

// writeLines writes resources as NDJSON.
func writeLines(t testing.TB, resources []naive.Object) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "supplement.ndjson")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	encoder := json.NewEncoder(file)
	for _, r := range resources {
		if err := errors.Join(encoder.Encode(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// access is who asks: nobody in particular, or the holder of a token. Refused:
// there is no token, since all of its scopes were refused.
type access struct {
	handler http.Handler
	token   string
	refused bool
}

func (b *bench) anybody() access { return access{handler: b.open} }

// holder issues a token for scopes as they are spelled.
func (b *bench) holder(c *naive.Caller, scopes string) access {
	b.Helper()
	token, err := b.tokens.Issue(context.Background(), auth.Grant{Scopes: scopes, Patient: c.Patient, User: c.User}, 24*time.Hour)
	var invalid *auth.InvalidScope
	if errors.As(err, &invalid) {
		return access{refused: true}
	}
	b.must(err)
	return access{handler: b.closed, token: token}
}

func spelled(c *naive.Caller) string {
	texts := make([]string, len(c.Scopes))
	for i, s := range c.Scopes {
		texts[i] = s.String()
	}
	return strings.Join(texts, " ")
}

// page is what the test reads of one Bundle.
type page struct {
	Total *int `json:"total"`
	Link  []struct{ Relation, URL string }
	Entry []struct {
		FullURL  string          `json:"fullUrl"`
		Resource json.RawMessage `json:"resource"`
		Search   struct{ Mode string }
	}
}

func (p page) keys(mode string) []string {
	var keys []string
	for _, e := range p.Entry {
		if e.Search.Mode == mode {
			keys = append(keys, strings.TrimPrefix(e.FullURL, benchBase+"/"))
		}
	}
	return keys
}

func (p page) next() string {
	for _, l := range p.Link {
		if l.Relation == "next" {
			return l.URL
		}
	}
	return ""
}

// answer is all pages of a search; without pages the status says why.
type answer struct {
	status int
	body   string // of an error
	pages  []page
}

func (a answer) matches() []string {
	var keys []string
	for _, p := range a.pages {
		keys = append(keys, p.keys("match")...)
	}
	return keys
}

// maxPages ends a search whose links lead in a circle.
const maxPages = 200

// ask follows a search to its last page. The parameters in body go into the body
// of a POST; without any it is a GET.
func (b *bench) ask(who access, path string, query, body url.Values) answer {
	b.Helper()
	if who.refused {
		return answer{status: http.StatusForbidden}
	}
	address := benchBase + path
	method := http.MethodGet
	if len(body) > 0 {
		method, address = http.MethodPost, address+"/_search"
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var all answer
	for address != "" {
		r := httptest.NewRequest(method, strings.TrimPrefix(address, "http://granary.test"), strings.NewReader(body.Encode()))
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if who.token != "" {
			r.Header.Set("Authorization", "Bearer "+who.token)
		}
		w := httptest.NewRecorder()
		who.handler.ServeHTTP(w, r)
		all.status = w.Code
		if w.Code != http.StatusOK {
			all.body = w.Body.String()
			return all
		}
		var p page
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			b.Fatalf("%s: %v", address, err)
		}
		if all.pages = append(all.pages, p); len(all.pages) > maxPages {
			b.Fatalf("%s: more than %d pages", address, maxPages)
		}
		method, body, address = http.MethodGet, nil, p.next()
	}
	return all
}
