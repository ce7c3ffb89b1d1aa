// Package packages is the part of the suite that is about search parameters of IG
// packages: what is answered by them while the index is not made with them, by one
// process and by several.
package packages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Database makes an empty database and returns a function that opens it, as often as it
// is called.
type Database func(t *testing.T) func(clock func() time.Time) store.Backend

// Run runs the tests.
func Run(t *testing.T, database Database) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"nothing is answered by what is not indexed", testRefused},
		{"a scope by it shows nothing before, and what it says afterwards", testScopes},
		{"what is written meanwhile is found", testWrites},
		{"an older process writes until a newer one reindexes", testShutOut},
		{"an older process leaves the reindex to a newer one", testOlderLooksOn},
		{"another meaning of a parameter is another parameter", testMeaning},
		{"an interrupted reindex goes on", testInterrupted},
		{"of several processes one reindexes", testSeveral},
		{"what is removed leaves nothing behind", testRemoval},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, &world{t, database(t)}) })
	}
}

// world is a database.
type world struct {
	t    *testing.T
	open func(clock func() time.Time) store.Backend
}

// parameter is one of a package.
func parameter(code, typ, expression, base string, targets ...string) definitions.SearchParameter {
	return definitions.SearchParameter{
		URL: "http://example.org/" + code, Code: code, Type: typ, Base: []string{base}, Expression: expression, Target: targets, Source: "example#1",
	}
}

// guide is a package: a colour and a friend of each Patient.
var guide = []definitions.SearchParameter{
	parameter("colour", "token", "Patient.extension.where(url = 'colour').value", "Patient"),
	parameter("friend", "reference", "Patient.extension.where(url = 'friend').value.ofType(Reference)", "Patient", "Patient"),
}

// other is the same with another meaning of the colour.
var other = []definitions.SearchParameter{parameter("colour", "token", "Patient.extension.where(url = 'color').value", "Patient"), guide[1]}

// builtIn and guided are made once: they are immutable.
var (
	builtIn = sync.OnceValues(search.NewRegistry)
	guided  = sync.OnceValues(func() (*search.Registry, error) { r, _, err := search.NewRegistryWith(guide); return r, err })
	changed = sync.OnceValues(func() (*search.Registry, error) { r, _, err := search.NewRegistryWith(other); return r, err })
)

// process opens the database with a registry, as a process does.
func (w *world) process(registry func() (*search.Registry, error)) *process {
	w.t.Helper()
	r, err := registry()
	if err != nil {
		w.t.Fatal(err)
	}
	charts, err := compartments.New(r)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := store.New(w.open(time.Now), r, charts, "", store.ValidateOff)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &process{t: w.t, Store: s}
	w.t.Cleanup(p.end)
	return p
}

// process is one that has the store open.
type process struct {
	t *testing.T
	*store.Store
	ended bool
}

func (p *process) end() {
	if !p.ended {
		if err := p.Close(); err != nil {
			p.t.Error(err)
		}
	}
	p.ended = true
}

func (p *process) admin() *store.View { return p.View(store.Unrestricted("tests")) }

// put writes resources, each by its own id.
func (p *process) put(view *store.View, resources ...string) error {
	return view.Transact(p.t.Context(), func(tx *store.Tx) error {
		for _, text := range resources {
			node, err := fhirjson.Parse([]byte(text))
			if err != nil {
				return err
			}
			key := store.Key{Type: node.Get("resourceType").Text(), ID: node.Get("id").Text()}
			draft, err := view.Draft(key.Type, node)
			if err != nil {
				return err
			}
			if _, err := tx.Update(p.t.Context(), key, draft, store.Precondition{}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *process) mustPut(resources ...string) {
	p.t.Helper()
	if err := p.put(p.admin(), resources...); err != nil {
		p.t.Fatal(err)
	}
}

func patient(id, colour string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"extension":[{"url":"colour","valueCode":%q},{"url":"friend","valueReference":{"reference":"Patient/%s-friend"}}]}`, id, colour, id)
}

func observation(id, patient string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"subject":{"reference":"Patient/%s"}}`, id, patient)
}

// search runs a search: matches, then what is included.
func (p *process) search(view *store.View, typ string, pairs ...string) ([]string, error) {
	var query []search.Pair
	for i := 0; i < len(pairs); i += 2 {
		query = append(query, search.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	q, err := p.Registry().ParseSearch([]string{typ}, query, search.Options{Now: time.Now()})
	if err != nil {
		return nil, err
	}
	found, err := view.Search(p.t.Context(), q)
	ids := []string{}
	for _, r := range append(found.Matches, found.Included...) {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids, err
}

// finds compares what a search finds.
func (p *process) finds(want []string, typ string, pairs ...string) {
	p.t.Helper()
	if got, err := p.search(p.admin(), typ, pairs...); err != nil || !slices.Equal(got, want) {
		p.t.Errorf("%s %q: %q, want %q: %v", typ, pairs, got, want, err)
	}
}

// refuses wants a search to be refused for what is not indexed.
func (p *process) refuses(typ string, pairs ...string) {
	p.t.Helper()
	got, err := p.search(p.admin(), typ, pairs...)
	wantNotIndexed(p.t, fmt.Sprintf("%s %q: %q", typ, pairs, got), err)
}

func wantNotIndexed(t *testing.T, what string, err error) {
	t.Helper()
	var not *store.NotIndexed
	if !errors.As(err, &not) {
		t.Errorf("%s: %v, want *NotIndexed", what, err)
	}
}

// reindex makes the index anew.
func (p *process) reindex() {
	p.t.Helper()
	if _, err := p.Reindex(p.t.Context(), false, func(store.Reindexed) {}); err != nil {
		p.t.Fatal(err)
	}
}

// agrees checks everything.
func (p *process) agrees() {
	p.t.Helper()
	report, err := p.Check(p.t.Context())
	if err != nil || report.Err() != nil {
		p.t.Errorf("check: %v, %v", err, report.Err())
	}
	if needs, err := p.NeedsReindex(p.t.Context()); err != nil || needs {
		p.t.Errorf("it wants a reindex: %v %v", needs, err)
	}
}

// keep runs KeepIndexed until all is indexed, and returns what it has told.
func (p *process) keep(ctx context.Context, progress func(store.Reindexed)) (begun bool, failed error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.KeepIndexed(ctx, store.Serving{
		Every:    5 * time.Millisecond,
		Begun:    func() { begun = true },
		Progress: progress,
		Settled:  cancel,
		Failed:   func(err error) { failed = err; cancel() },
	})
	return begun, failed
}
