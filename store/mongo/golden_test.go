package mongo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

var update = flag.Bool("update", false, "write the golden commands anew")

// asked is a request, what the database finds meanwhile, and the class of search that it
// is an example of.
type asked struct {
	class, name string
	finds       func(mongotest.Command) []bson.D
	run         func(*recorder) error
	// walks is why it may go through all resources of a type; "" if it may not.
	walks string
}

// recorder is a store on a server that keeps the commands.
type recorder struct {
	testing.TB
	*mongotest.Fake
	backend  *Backend
	store    *store.Store
	registry *search.Registry
}

var registryOnce = sync.OnceValues(search.NewRegistry)

const testBase = "http://granary.test/fhir"

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newRecorder(t testing.TB) *recorder {
	t.Helper()
	r := &recorder{TB: t, Fake: mongotest.NewFake(t)}
	var err error
	r.registry, err = registryOnce()
	r.must(err)
	charts, err := compartments.New(r.registry)
	r.must(err)
	r.backend, err = Open(t.Context(), r.URI(), Options{Clock: func() time.Time { return testNow }, Registry: r.registry})
	r.must(err)
	r.store, err = store.New(r.backend, r.registry, charts, testBase, store.ValidateOff)
	r.must(err)
	t.Cleanup(func() { r.must(r.store.Close()) })
	r.Taken()
	return r
}

func (r *recorder) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// parse reads "Type,Type?a=b&c=d", which is not encoded.
func (r *recorder) parse(request string) *search.Query {
	r.Helper()
	types, text, _ := strings.Cut(request, "?")
	var pairs []search.Pair
	for _, part := range strings.Split(text, "&") {
		if name, value, ok := strings.Cut(part, "="); ok {
			pairs = append(pairs, search.Pair{Name: name, Value: value})
		}
	}
	q, err := r.registry.ParseSearch(strings.Split(types, ","), pairs, search.Options{Base: testBase, Now: testNow})
	if err != nil {
		r.Fatalf("%s: %v", request, err)
	}
	return q
}

// searching is a search as the API makes it, by who may see all.
func searching(class, request string) asked {
	return asked{class: class, name: request, run: func(r *recorder) error {
		_, err := r.store.View(store.Unrestricted("golden")).Search(r.Context(), r.parse(request))
		return err
	}}
}

// granted is the same by who may see what a predicate shows of the types.
func granted(class, request, scope string, where search.Expr) asked {
	a := asked{class: class, name: request + "   for " + scope}
	a.run = func(r *recorder) error {
		q, rules := r.parse(request), map[store.Rule]search.Expr{}
		for _, sel := range q.Selects {
			rules[store.Rule{Letter: store.Search, Type: sel.Type}] = where
		}
		_, err := r.store.View(store.NewPolicy("golden", rules)).Search(r.Context(), q)
		return err
	}
	return a
}

// reading is what a function asks of a snapshot.
func reading(class, name string, run func(context.Context, *recorder, store.Snapshot) error) asked {
	return asked{class: class, name: name, run: func(r *recorder) error {
		err := r.backend.Read(r.Context(), func(s store.Snapshot) error { return run(r.Context(), r, s) })
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}}
}

func (a asked) finding(finds func(mongotest.Command) []bson.D) asked {
	a.finds = finds
	return a
}

func (a asked) walking(why string) asked {
	a.walks = why
	return a
}

// TestGoldenCommands compares what is asked of MongoDB with testdata/commands, where one
// reads it stage by stage, with the part of an index that each binds; and wants that each
// binds one.
func TestGoldenCommands(t *testing.T) {
	r := newRecorder(t)
	files := map[string]*bytes.Buffer{}
	for _, a := range goldenRequests() {
		r.Finds(a.finds)
		if err := a.run(r); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
		if files[a.class] == nil {
			files[a.class] = &bytes.Buffer{}
		}
		fmt.Fprintf(files[a.class], "# %s\n", a.name)
		if a.walks != "" {
			fmt.Fprintf(files[a.class], "# walks: %s\n", a.walks)
		}
		walked := false
		for _, c := range r.Taken() {
			text, bound := showCommand(t, c)
			files[a.class].WriteString(text)
			for _, b := range bound {
				walked = walked || b.walks
				if b.walks && a.walks == "" {
					t.Errorf("%s goes through %s without being told why", a.name, b)
				}
			}
		}
		if a.walks != "" && !walked {
			t.Errorf("%s goes through no index, and need not say why", a.name)
		}
		files[a.class].WriteString("\n")
	}
	for class, got := range files {
		compareFile(t, filepath.Join("testdata", "commands", class+".txt"), got.Bytes())
	}
}

func compareFile(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	is, should := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(is), len(should)) {
		if i >= len(is) || i >= len(should) || is[i] != should[i] {
			t.Errorf("%s is not what is asked, from line %d on; go test ./store/mongo -run Golden -update writes it anew, to be read stage by stage:\n got %s\nwant %s",
				path, i+1, strings.Join(is[min(i, len(is)):min(i+1, len(is))], ""), strings.Join(should[min(i, len(should)):min(i+1, len(should))], ""))
			return
		}
	}
}

// showCommand writes a command with a stage in each line, and what of indexes it binds.
func showCommand(t *testing.T, c mongotest.Command) (string, []binding) {
	t.Helper()
	asked, err := c.Asked()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var bound []binding
	fmt.Fprintf(&out, "%s %s", c.Name, c.On())
	var lines []any
	for _, e := range asked[1:] {
		switch e.Key {
		case "pipeline":
			lines = e.Value.(bson.A)
		case "filter":
			lines = append(lines, bson.D{{Key: "filter", Value: e.Value}})
		default:
			fmt.Fprintf(&out, " %s", inJSON(t, bson.D{e}))
		}
	}
	out.WriteString("\n")
	for i, line := range lines {
		stage := line.(bson.D)
		fmt.Fprintf(&out, "  %s\n", inJSON(t, stage))
		for _, b := range bindingsOf(c.On(), stage, i == 0) {
			bound = append(bound, b)
			fmt.Fprintf(&out, "      by %s\n", b)
		}
	}
	return out.String(), bound
}

// bindingsOf are what a stage binds: the first one, and each $lookup.
func bindingsOf(on string, stage bson.D, first bool) (bound []binding) {
	switch filter, _ := stage[0].Value.(bson.D); {
	case first:
		bound = append(bound, bindingOf(on, filter))
	case stage[0].Key == "$lookup":
		var from, foreign string
		var pipeline bson.A
		for _, e := range filter {
			switch e.Key {
			case "from":
				from = e.Value.(string)
			case "foreignField":
				foreign = e.Value.(string)
			case "pipeline":
				pipeline = e.Value.(bson.A)
			}
		}
		within := bson.D{{Key: foreign, Value: "(each)"}}
		if len(pipeline) > 0 && pipeline[0].(bson.D)[0].Key == "$match" {
			within = append(within, pipeline[0].(bson.D)[0].Value.(bson.D)...)
		}
		bound = append(bound, bindingOf(from, within))
		for _, inner := range pipeline {
			bound = append(bound, bindingsOf(from, inner.(bson.D), false)...)
		}
	}
	return bound
}

func inJSON(t *testing.T, d bson.D) string {
	t.Helper()
	text, err := bson.MarshalExtJSON(d, false, false)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out.String(), "\x7f", `\u007f`)
}

// Hundreds of codes, as a scope may have them, are one condition.
func TestHundredsOfCodesAreOneCondition(t *testing.T) {
	r := newRecorder(t)
	var codes search.Or
	code, _ := r.registry.Param("Observation", "code")
	for i := range 500 {
		codes = append(codes, search.Term{Param: code, Code: search.Is(fmt.Sprint(i))})
	}
	a := granted("token", "Observation?", "500 codes", codes)
	if err := a.run(r); err != nil {
		t.Fatal(err)
	}
	c := r.Taken()[0]
	asked, err := c.Asked()
	if err != nil {
		t.Fatal(err)
	}
	first := asked[1].Value.(bson.A)[0].(bson.D)[0].Value.(bson.D)
	parts := documents(first[0].Value)
	if len(parts) != 2 || len(parts[1][0].Value.(bson.D)[0].Value.(bson.A)) != 500 {
		t.Errorf("it is %s", inJSON(t, first))
	}
	if b := bindingOf(resources, first); b.String() != "key (set, k)" {
		t.Errorf("it binds %s", b)
	}
}
