package api

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
	"github.com/granary-fhir/granary/store/testbackend"
)

// mongoWorld is a world whose store is in MongoDB: two of one URI are as two processes.
func mongoWorld(t testing.TB, uri string, change ...func(*Config)) *world {
	t.Helper()
	return mongoWorldWith(t, uri, mongo.Options{SelectionTimeout: time.Second}, change...)
}

func mongoWorldWith(t testing.TB, uri string, o mongo.Options, change ...func(*Config)) *world {
	t.Helper()
	w := &world{TB: t, Clock: testclock.At(start)}
	o.Clock = w.Now
	o.Registry, _ = testbackend.Definitions(t)
	backend, err := mongo.Open(t.Context(), uri, o)
	w.must(err)
	w.serve(testbackend.StoreOn(t, backend, testbackend.StoreOptions{Base: base}), change...)
	return w
}

// requests are one of each way into the store.
var requests = []struct{ method, path, body string }{
	{http.MethodGet, "/Patient/1", ""},
	{http.MethodGet, "/Patient/1/_history", ""},
	{http.MethodGet, "/Patient?gender=male", ""},
	{http.MethodPut, "/Patient/1", `{"resourceType":"Patient","id":"1"}`},
	{http.MethodPost, "/Patient", `{"resourceType":"Patient"}`},
	{http.MethodDelete, "/Patient/1", ""},
	{http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient/1"}}]}`},
}

// Whatever is wrong with the database, who asks is told to come again; and can, once
// nothing is wrong.
func TestMongoDBIsUnavailable(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	p := mongotest.NewProxy(t, uri)
	mongoWorld(t, uri).add(`{"resourceType":"Patient","id":"1","gender":"male"}`) // which may take its time
	w := mongoWorld(t, p.URI(), func(c *Config) { c.Timeout = 300 * time.Millisecond })
	all := w.all()
	unavailable := func(name string) {
		t.Helper()
		for _, r := range requests {
			got := w.send(all, r.method, r.path, r.body)
			if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "2" || !strings.Contains(got.body, `"severity":"error"`) {
				t.Errorf("%s: %s %s: %d %v %s", name, r.method, r.path, got.status, got.header, got.body)
			}
		}
	}
	of := func(collection string, fault mongotest.Fault) func(mongotest.Command) mongotest.Fault {
		return func(c mongotest.Command) mongotest.Fault {
			if c.On() == collection {
				return fault
			}
			return mongotest.Fault{}
		}
	}
	held := make(chan struct{})
	p.On(of("resource", mongotest.Held(held)))
	unavailable("answers that do not come")
	p.On(of("record", mongotest.Held(held)))
	unavailable("a token that cannot be looked up")
	close(held)
	p.On(of("resource", mongotest.NotWritablePrimary))
	unavailable("a primary that is none")
	p.On(nil)
	p.Down()
	unavailable("a server that is away")
	p.Up()
	got := w.get(all, "/Patient/1")
	for got.status == http.StatusServiceUnavailable { // the driver looks for it each half second
		got = w.get(all, "/Patient/1")
	}
	w.is("afterwards", got, http.StatusOK, `{"resourceType":"Patient","id":"1",`+stamp+`,"gender":"male"}`)
}

// A grant that one process revokes counts for none any more, whatever these remember.
func TestARevokedGrantInTwoProcesses(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	worlds := []*world{mongoWorld(t, uri), mongoWorld(t, uri)}
	worlds[0].add(`{"resourceType":"Patient","id":"1"}`)
	for i, w := range worlds {
		other := worlds[1-i]
		token, beside := w.token("system/*.cruds"), w.all()
		for _, of := range worlds { // both have it in their caches
			of.is("before", of.get(token, "/Patient/1"), http.StatusOK, `{"resourceType":"Patient","id":"1",`+stamp+`}`)
		}
		grant, err := w.tokens.GrantOf(t.Context(), token)
		w.must(err)
		w.must(w.tokens.Revoke(t.Context(), grant.ID))
		for _, r := range requests {
			if got := other.send(token, r.method, r.path, r.body); got.status != http.StatusUnauthorized {
				t.Errorf("%s %s with a grant that was revoked elsewhere: %d %s", r.method, r.path, got.status, got.body)
			}
		}
		if got := other.get(beside, "/Patient/1"); got.status != http.StatusOK {
			t.Errorf("with another grant: %d %s", got.status, got.body)
		}
	}
}

// On a server without transactions what is done is recorded as everywhere, and only what
// changes two resources is refused.
func TestMongoDBWithoutTransactionsIsAudited(t *testing.T) {
	t.Parallel()
	a := &auditor{}
	uri := mongotest.NewAlone(t, mongotest.URI(t)).URI()
	a.world = mongoWorldWith(t, uri, mongo.Options{Standalone: true}, audited(t, time.Hour), func(c *Config) { a.log = c.Audit })
	all := a.all()
	entry := func(id string) string {
		return `{"request":{"method":"PUT","url":"Patient/` + id + `"},"resource":{"resourceType":"Patient","id":"` + id + `"}}`
	}
	for _, r := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPut, "/Patient/1", `{"resourceType":"Patient","id":"1"}`, http.StatusCreated},
		{http.MethodPut, "/Patient/1", `{"resourceType":"Patient","id":"1","gender":"male"}`, http.StatusOK},
		{http.MethodGet, "/Patient/1", "", http.StatusOK},
		{http.MethodGet, "/Patient?gender=male", "", http.StatusOK},
		{http.MethodGet, "/Patient/1/_history", "", http.StatusOK},
		{http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[` + entry("2") + `,` + entry("3") + `]}`, http.StatusNotImplemented},
		{http.MethodPost, "", `{"resourceType":"Bundle","type":"transaction","entry":[` + entry("2") + `]}`, http.StatusOK},
		{http.MethodDelete, "/Patient/1", "", http.StatusNoContent},
		{http.MethodGet, "/Patient/3", "", http.StatusNotFound},
	} {
		if got := a.send(all, r.method, r.path, r.body); got.status != r.status {
			t.Errorf("%s %s: %d %s, want %d", r.method, r.path, got.status, got.body, r.status)
		}
	}
	done := map[string]int{}
	for _, r := range a.records() {
		done[r.Get("subtype").Items()[0].Get("code").Text()+" "+r.Get("outcome").Text()]++
	}
	want := map[string]int{
		"update 0": 2, "read 0": 1, "search-type 0": 1, "history-instance 0": 1,
		"transaction 8": 1, "transaction 0": 1, "delete 0": 1, "read 4": 1,
	}
	if !maps.Equal(done, want) {
		t.Errorf("recorded is %v, want %v", done, want)
	}
}
