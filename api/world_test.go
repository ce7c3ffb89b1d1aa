package api

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

const base = "http://granary.test/fhir"

// start is when every test begins, and what its versions are stamped with until
// the clock is moved.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// stamp is the meta of the first version of what a test writes at the start.
const stamp = `"meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z"}`

// world is a server with a clock that only the test moves.
type world struct {
	testing.TB
	store   *store.Store
	tokens  *auth.Tokens
	handler http.Handler
	logs    bytes.Buffer

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

var definitionsOnce = sync.OnceValues(search.NewRegistry)

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	return worldAt(t, t.TempDir(), change...)
}

// worldAt is a world whose store is in a folder: two of one folder are as two
// processes.
func worldAt(t testing.TB, folder string, change ...func(*Config)) *world {
	t.Helper()
	return worldOf(t, folder, store.ValidateOff, change...)
}

// strictWorld is a world whose store checks the structure of what is written, as
// cmd has it.
func strictWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	return worldOf(t, t.TempDir(), store.ValidateStructure, change...)
}

func worldOf(t testing.TB, folder string, validation store.Validation, change ...func(*Config)) *world {
	t.Helper()
	w := &world{TB: t, now: start}
	registry, err := definitionsOnce()
	w.must(err)
	charts, err := compartments.New(registry)
	w.must(err)
	backend, err := sqlite.Open(folder, sqlite.Options{Clock: w.clock, Registry: registry})
	w.must(err)
	w.store, err = store.New(backend, registry, charts, base, validation)
	w.must(err)
	t.Cleanup(func() {
		w.must(w.store.Close())
		if t.Failed() {
			t.Log(w.logs.String())
		}
	})
	w.tokens = auth.NewTokens(w.store, auth.PanelAll, w.clock)
	config := Config{
		Store: w.store, Tokens: w.tokens, BaseURL: base, Version: "0.0-test", Clock: w.clock,
		Logger: slog.New(slog.NewTextHandler(&w.logs, nil)),
	}
	for _, c := range change {
		c(&config)
	}
	w.handler, err = New(config)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// add stores resources under their own ids.
func (w *world) add(resources ...string) {
	w.Helper()
	view := w.store.View(store.Unrestricted("test data"))
	w.must(view.Transact(context.Background(), func(tx *store.Tx) error {
		for _, text := range resources {
			resource, err := fhirjson.Parse([]byte(text))
			if err != nil {
				return err
			}
			key := store.Key{Type: resource.Get("resourceType").Text(), ID: resource.Get("id").Text()}
			draft, err := tx.Draft(key.Type, resource)
			if err != nil {
				return err
			}
			if _, err := tx.Update(context.Background(), key, draft, store.Precondition{}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// token issues an access token. The context is "Patient/1", "Practitioner/1", or
// both.
func (w *world) token(scopes string, context ...string) string {
	w.Helper()
	grant := auth.Grant{Scopes: scopes, Client: "test"}
	for _, reference := range context {
		if patient, ok := strings.CutPrefix(reference, "Patient/"); ok {
			grant.Patient = patient
		} else {
			grant.User = reference
		}
	}
	token, err := w.tokens.Issue(w.Context(), grant, time.Hour)
	w.must(err)
	return token
}

// all is a token for everything.
func (w *world) all() string { return w.token("system/*.cruds") }

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request. The headers are "Name: value". A body without a
// Content-Type header is FHIR JSON.
func (w *world) send(token, method, path, body string, headers ...string) reply {
	w.Helper()
	r := httptest.NewRequest(method, base+path, strings.NewReader(body))
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	if body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", fhirJSON)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return reply{recorder.Code, recorder.Result().Header, recorder.Body.String()}
}

func (w *world) get(token, path string, headers ...string) reply {
	w.Helper()
	return w.send(token, http.MethodGet, path, "", headers...)
}

// is compares status and body, and headers where "Name: value" is given; "Name:"
// stands for a header that must not be there.
func (w *world) is(name string, got reply, status int, body string, headers ...string) {
	w.Helper()
	if got.status != status || got.body != body {
		w.Errorf("%s:\n got %d %s\nwant %d %s", name, got.status, got.body, status, body)
	}
	for _, header := range headers {
		key, value, _ := strings.Cut(header, ":")
		if value = strings.TrimPrefix(value, " "); got.header.Get(key) != value {
			w.Errorf("%s: header %s is %q, want %q", name, key, got.header.Get(key), value)
		}
	}
}

// oops is the OperationOutcome of one error.
func oops(code, expression, text string) string {
	quoted := string(fhirjson.Quote(text))
	if expression != "" {
		expression = `,"expression":["` + expression + `"]`
	}
	return `{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"` + code + `","diagnostics":` + quoted + expression + `}]}`
}

// found is what a searchset or history holds.
type found struct {
	Type  string
	Total *int
	Link  []struct{ Relation, URL string }
	Entry []struct {
		FullURL  string
		Resource json.RawMessage
		Search   struct{ Mode string }
		Request  struct{ Method, URL string }
		Response struct{ Status, Etag, LastModified string }
	}
}

func (w *world) bundle(got reply) found {
	w.Helper()
	var b found
	if got.status != http.StatusOK {
		w.Fatalf("status %d: %s", got.status, got.body)
	}
	w.must(json.Unmarshal([]byte(got.body), &b))
	return b
}

// link is the path and query of a link below the base, "" if there is none.
func (b found) link(relation string) string {
	for _, link := range b.Link {
		if link.Relation == relation {
			return strings.TrimPrefix(link.URL, base)
		}
	}
	return ""
}

// ids are the entries as "Type/id", those that are not matches with their mode,
// sorted.
func (b found) ids() []string {
	ids := []string{}
	for _, e := range b.Entry {
		id := strings.TrimPrefix(e.FullURL, base+"/")
		if e.Search.Mode != "match" {
			id = e.Search.Mode + " " + id
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// finds compares what a search finds.
func (w *world) finds(token, path string, want ...string) {
	w.Helper()
	if got := w.bundle(w.get(token, path)).ids(); !slices.Equal(got, want) {
		w.Errorf("GET %s finds %v, want %v", path, got, want)
	}
}

// same compares what two requests show, but for the request's id: hidden must
// equal absent.
func (w *world) same(name string, a, b reply) {
	w.Helper()
	a.header.Del("X-Request-Id")
	b.header.Del("X-Request-Id")
	if a.status != b.status || a.body != b.body {
		w.Errorf("%s differ:\n%d %s\n%d %s", name, a.status, a.body, b.status, b.body)
	}
	for key := range a.header {
		if !slices.Equal(a.header[key], b.header[key]) {
			w.Errorf("%s differ in %s: %q, %q", name, key, a.header[key], b.header[key])
		}
	}
	if len(a.header) != len(b.header) {
		w.Errorf("%s differ in headers: %v, %v", name, a.header, b.header)
	}
}
