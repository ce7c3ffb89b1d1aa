package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/invariant"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

const base = "http://granary.test/fhir"

// start is when every test begins, and what its versions are stamped with until
// the clock is moved.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// stamp is the meta of the first version of what a test writes at the start.
const stamp = `"meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z"}`

// long tells whether tests may take minutes: GRANARY_LONG in the environment says so,
// and .ci/run sets it.
func long() bool { return os.Getenv("GRANARY_LONG") != "" }

// world is a server with a clock that only the test moves.
type world struct {
	testing.TB
	*testclock.Clock
	store   *store.Store
	tokens  *auth.Tokens
	handler http.Handler
	logs    bytes.Buffer

	outdated bool // entries are, or may be, those of another granary
}

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	return worldAt(t, testbackend.New(t), change...)
}

// worldAt is a world whose store is in a database: two of one database are as two
// processes.
func worldAt(t testing.TB, database *testbackend.Database, change ...func(*Config)) *world {
	t.Helper()
	return worldOf(t, database, store.ValidateOff, change...)
}

// strictWorld is a world whose store checks the structure of what is written, as
// cmd has it.
func strictWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	return worldOf(t, testbackend.New(t), store.ValidateStructure, change...)
}

func worldOf(t testing.TB, database *testbackend.Database, validation store.Validation, change ...func(*Config)) *world {
	t.Helper()
	return worldOn(t, database, validation, func(b store.Backend) store.Backend { return b }, change...)
}

// worldOn is a world whose backend is what a test makes of the usual one.
func worldOn(t testing.TB, database *testbackend.Database, validation store.Validation, on func(store.Backend) store.Backend, change ...func(*Config)) *world {
	t.Helper()
	w := &world{TB: t, Clock: testclock.At(start)}
	registry, _ := testbackend.Definitions(t)
	backend := on(database.Open(testbackend.Options{Clock: w.Now, Registry: registry}))
	known := store.WithProfiles(profile.USCore().WithInvariants(invariant.Evaluator{}))
	w.serve(testbackend.StoreOn(t, backend, testbackend.StoreOptions{Base: base, Validation: validation, With: []store.Option{known}}), change...)
	t.Cleanup(func() {
		w.sound()
		if t.Failed() {
			t.Log(w.logs.String())
		}
	})
	return w
}

// serve puts the API before a store.
func (w *world) serve(opened *store.Store, change ...func(*Config)) {
	w.Helper()
	w.store = opened
	w.tokens = auth.NewTokens(w.store, auth.PanelAll, w.Now)
	config := Config{
		Store: w.store, Tokens: w.tokens, BaseURL: base, Version: "0.0-test", Clock: w.Now,
		Logger: slog.New(slog.NewTextHandler(&w.logs, nil)),
	}
	for _, c := range change {
		c(&config)
	}
	var err error
	w.handler, err = New(config)
	w.must(err)
}

// sound wants the indexes to agree with the resources, whatever a test has done,
// where CHECK_STORES is set: .ci/run does.
func (w *world) sound() {
	if os.Getenv("CHECK_STORES") == "" {
		return
	}
	report, err := w.store.Check(context.Background())
	if errors.Is(err, store.ErrUnavailable) { // the test has closed it
		return
	}
	if err == nil {
		if w.outdated {
			report.Outdated = 0
		}
		err = report.Err()
	}
	if err != nil {
		w.Errorf("the store that is left behind: %v", err)
	}
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
			if err := writeIn(tx, text); err != nil {
				return err
			}
		}
		return nil
	}))
}

// writeIn writes a resource under its own id.
func writeIn(tx *store.Tx, text string) error {
	resource, err := fhirjson.Parse([]byte(text))
	if err != nil {
		return err
	}
	key := store.Key{Type: resource.Get("resourceType").Text(), ID: resource.Get("id").Text()}
	draft, err := tx.Draft(key.Type, resource)
	if err != nil {
		return err
	}
	_, err = tx.Update(context.Background(), key, draft, store.Precondition{})
	return err
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
