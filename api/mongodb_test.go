package api

import (
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
	w := &world{TB: t, Clock: testclock.At(start)}
	registry, _ := testbackend.Definitions(t)
	backend, err := mongo.Open(t.Context(), uri, mongo.Options{
		Clock: w.Now, Registry: registry, SelectionTimeout: 100 * time.Millisecond, ConnectTimeout: time.Second,
	})
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
	p := mongotest.NewProxy(t, mongotest.URI(t))
	w := mongoWorld(t, p.URI(), func(c *Config) { c.Timeout = 150 * time.Millisecond })
	all := w.all()
	w.add(`{"resourceType":"Patient","id":"1","gender":"male"}`)
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
