// Package views is the part of storetest that states what a View promises over
// any backend: a policy narrows every question and every write, with the real
// search parameters and compartments.
package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Open makes an empty database and opens a backend on it, which runs by the
// clock. The test closes the backend.
type Open = func(t *testing.T, clock func() time.Time) store.Backend

// Run runs the tests.
func Run(t *testing.T, open Open) {
	for name, run := range map[string]func(*testing.T, Open){
		"Subsumed":                            testSubsumed,
		"SubsumedCannotBeToldOf":              testSubsumedCannotBeToldOf,
		"SubsumedUnderPolicy":                 testSubsumedUnderPolicy,
		"HierarchyOfLocations":                testHierarchyOfLocations,
		"HierarchyUnderPolicy":                testHierarchyUnderPolicy,
		"PolicyNarrowsMatchesHopsAndIncludes": testPolicyNarrowsMatchesHopsAndIncludes,
		"IncludesHaveTheirLetters":            testIncludesHaveTheirLetters,
		"ReadIsAlikeForHiddenAndAbsent":       testReadIsAlikeForHiddenAndAbsent,
		"VersionsNeedTheCurrentOneToo":        testVersionsNeedTheCurrentOneToo,
		"WritesAreCheckedBeforeAndAfter":      testWritesAreCheckedBeforeAndAfter,
		"AFailedTransactionLeavesNothing":     testAFailedTransactionLeavesNothing,
		"ARehearsalLeavesNothing":             testARehearsalLeavesNothing,
		"AWitnessWritesWithTheTransaction":    testAWitnessWritesWithTheTransaction,
		"UpdateOfTheSameMakesNoVersion":       testUpdateOfTheSameMakesNoVersion,
		"PageLinksAreBound":                   testPageLinksAreBound,
		"PanelsAreThoseBeforeTheWrite":        testPanelsAreThoseBeforeTheWrite,
		"MatchIsWithinWhatMayBeSearched":      testMatchIsWithinWhatMayBeSearched,
		"MatchSeesItsTransaction":             testMatchSeesItsTransaction,
		"InsertsAreAuthorized":                testInsertsAreAuthorized,
		"Preconditions":                       testPreconditions,
		"PreconditionsAfterAuthorization":     testPreconditionsAfterAuthorization,
		"PatchesNeedRead":                     testPatchesNeedRead,
		"InValueSet":                          testInValueSet,
		"InValueSetUnderPolicy":               testInValueSetUnderPolicy,
	} {
		t.Run(name, func(t *testing.T) { run(t, open) })
	}
}

// world is a store with a few resources and a clock that moves when told to.
type world struct {
	t     *testing.T
	store *store.Store
	now   time.Time
}

// definitions are made once: they are immutable.
var definitions = sync.OnceValues(search.NewRegistry)

func newWorld(t *testing.T, open Open) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	registry, err := definitions()
	if err != nil {
		t.Fatal(err)
	}
	charts, err := compartments.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	backend := open(t, func() time.Time { return w.now })
	if w.store, err = store.New(backend, registry, charts, "http://granary.test/fhir", store.ValidateOff); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) admin() *store.View { return w.store.View(store.Unrestricted("tests")) }

// put stores resources, each by its own id.
func (w *world) put(view *store.View, resources ...string) error {
	return view.Transact(context.Background(), func(tx *store.Tx) error {
		for _, text := range resources {
			node := w.parse(text)
			key := store.Key{Type: node.Get("resourceType").Text(), ID: node.Get("id").Text()}
			if _, err := tx.Update(context.Background(), key, w.draft(node), store.Precondition{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// draft is a resource ready to be written.
func (w *world) draft(resource *fhirjson.Node) store.Draft {
	w.t.Helper()
	draft, err := w.admin().Draft(resource.Get("resourceType").Text(), resource)
	if err != nil {
		w.t.Fatal(err)
	}
	return draft
}

// create stores a resource under a new key.
func (w *world) create(tx *store.Tx, resource *fhirjson.Node) error {
	w.t.Helper()
	draft := w.draft(resource)
	key, err := store.NewKey(draft.Type())
	if err == nil {
		_, err = tx.Create(context.Background(), key, draft)
	}
	return err
}

func (w *world) seed(resources ...string) {
	w.t.Helper()
	if err := w.put(w.admin(), resources...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) parse(text string) *fhirjson.Node {
	w.t.Helper()
	node, err := fhirjson.Parse([]byte(text))
	if err != nil {
		w.t.Fatal(err)
	}
	return node
}

// where parses "code=a&status=final" for a type.
func (w *world) where(typ, query string) search.Expr {
	w.t.Helper()
	var pairs []search.Pair
	for _, part := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, search.Pair{Name: name, Value: value})
	}
	expr, err := w.store.Registry().ParseWhere(typ, pairs, search.Options{Now: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	return expr
}

func (w *world) query(typ, query string) *search.Query {
	w.t.Helper()
	var pairs []search.Pair
	for _, part := range strings.Split(query, "&") {
		if name, value, ok := strings.Cut(part, "="); ok {
			pairs = append(pairs, search.Pair{Name: name, Value: value})
		}
	}
	q, err := w.store.Registry().ParseSearch([]string{typ}, pairs, search.Options{Now: w.now, DefaultCount: 50, MaxCount: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	return q
}

// find returns the ids of the matches, sorted, then those of what was included.
func (w *world) find(view *store.View, typ, query string) (string, error) {
	result, err := view.Search(context.Background(), w.query(typ, query))
	if err != nil {
		return "", err
	}
	return ids(result.Matches) + "|" + ids(result.Included), nil
}

func ids(resources []store.Resource) string {
	var keys []string
	for _, r := range resources {
		keys = append(keys, r.String())
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

// policy grants each letter on a type where the query holds; "Type.letters" and
// a query, "" for everything.
func (w *world) policy(grants map[string]string) *store.View {
	rules := map[store.Rule]search.Expr{}
	for grant, query := range grants {
		typ, letters, _ := strings.Cut(grant, ".")
		expr := search.Expr(search.True)
		if query != "" {
			expr = w.where(typ, query)
		}
		for _, letter := range letters {
			rules[store.Rule{Letter: store.Letter(letter), Type: typ}] = expr
		}
	}
	return w.store.View(store.NewPolicy(fmt.Sprint(grants), rules))
}

func observation(id, patient, code string, extra ...string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"status":"final","code":{"coding":[{"system":"s","code":%q}]},"subject":{"reference":"Patient/%s"}%s}`,
		id, code, patient, strings.Join(append([]string{""}, extra...), ","))
}

func patient(id, family string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"name":[{"family":%q}]}`, id, family)
}
