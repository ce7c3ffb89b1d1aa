package packages

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// begun is a database in which a process without the guide wrote.
func (w *world) begun(resources ...string) {
	w.t.Helper()
	p := w.process(builtIn)
	p.mustPut(resources...)
	p.end()
}

func testRefused(t *testing.T, w *world) {
	w.begun(patient("a", "red"), patient("b", "blue"), patient("a-friend", "red"), observation("o", "a"))
	p := w.process(guided)
	for _, query := range [][]string{
		{"Patient", "colour", "red"},
		{"Patient", "colour:not", "red"},
		{"Patient", "colour:missing", "true"},
		{"Patient", "colour", "red", "_summary", "count"},
		{"Patient", "friend", "Patient/a-friend"},
		{"Patient", "friend:identifier", "x"},
		{"Patient", "friend.gender", "male"},
		{"Patient", "_sort", "colour"},
		{"Patient", "_include", "Patient:friend"},
		{"Patient", "_include", "*"},
		{"Patient", "_revinclude", "Patient:friend"},
		{"Patient", "_has:Patient:friend:gender", "male"},
		{"Observation", "subject:Patient.colour", "red"},
		{"Observation", "subject:Patient.colour:not", "red"},
		{"Observation", "_filter", "subject.colour eq red"},
	} {
		p.refuses(query[0], query[1:]...)
	}
	p.finds([]string{"a", "a-friend", "b"}, "Patient")
	p.finds([]string{"o"}, "Observation", "subject", "Patient/a")
	p.finds([]string{"a", "o"}, "Observation", "_include", "Observation:subject")
	pending, _ := p.Indexing()
	if got, want := fmt.Sprint(pending), "[Patient.colour Patient.friend]"; got != want {
		t.Errorf("pending: %s, want %s", got, want)
	}
	p.reindex()
	p.finds([]string{"a", "a-friend"}, "Patient", "colour", "red")
	p.finds([]string{"b"}, "Patient", "colour:not", "red")
	p.finds([]string{"a"}, "Patient", "friend", "Patient/a-friend")
	p.finds([]string{"a", "a-friend"}, "Patient", "_id", "a", "_include", "Patient:friend")
	p.finds([]string{"o"}, "Observation", "subject:Patient.colour", "red")
	if pending, _ := p.Indexing(); len(pending) != 0 {
		t.Errorf("pending at the end: %v", pending)
	}
	p.agrees()
}

func testScopes(t *testing.T, w *world) {
	w.begun(patient("a", "red"), patient("b", "blue"), observation("o", "a"))
	p := w.process(guided)
	colour, _ := p.Registry().Param("Patient", "colour")
	subject, _ := p.Registry().Param("Observation", "subject")
	red := search.Term{Param: colour, Code: search.Is("red")}
	for name, where := range map[string]search.Expr{"red": red, "not blue": search.Not{Of: search.Term{Param: colour, Code: search.Is("blue")}}} {
		rules := map[store.Rule]search.Expr{}
		for _, letter := range []byte(store.Letters) {
			rules[store.Rule{Letter: store.Letter(letter), Type: "Patient"}] = where
			rules[store.Rule{Letter: store.Letter(letter), Type: "Observation"}] = search.Chain{Param: subject, Type: "Patient", Where: where}
		}
		view := p.View(store.NewPolicy(name, rules))
		for what, do := range p.everything(view) {
			wantNotIndexed(t, name+": "+what, do())
		}
	}
	p.reindex()
	view := p.View(store.NewPolicy("red", map[store.Rule]search.Expr{{Letter: store.Read, Type: "Patient"}: red, {Letter: store.Search, Type: "Patient"}: red, {Letter: store.Update, Type: "Patient"}: red}))
	if got, err := p.search(view, "Patient"); err != nil || fmt.Sprint(got) != "[a]" {
		t.Errorf("afterwards: %v %v", got, err)
	}
	if _, err := view.Read(t.Context(), store.Key{Type: "Patient", ID: "b"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("afterwards b: %v", err)
	}
	if err := p.put(view, patient("a", "green")); !errors.As(err, new(*store.NotAdmitted)) {
		t.Errorf("a write out of the scope: %v", err)
	}
}

// everything is all that can be asked about a patient who is there.
func (p *process) everything(view *store.View) map[string]func() error {
	ctx, key := p.t.Context(), store.Key{Type: "Patient", ID: "a"}
	return map[string]func() error{
		"read":    func() error { _, err := view.Read(ctx, key); return err },
		"vread":   func() error { _, err := view.VersionRead(ctx, key, 1); return err },
		"history": func() error { _, err := view.History(ctx, key, store.HistoryRequest{Count: 10}); return err },
		"search":  func() error { _, err := p.search(view, "Patient"); return err },
		"count":   func() error { _, err := p.search(view, "Patient", "_summary", "count"); return err },
		"beyond":  func() error { _, err := p.search(view, "Observation"); return err },
		"update":  func() error { return p.put(view, patient("a", "red")) },
		"delete": func() error {
			return view.Transact(ctx, func(tx *store.Tx) error { _, err := tx.Delete(ctx, key, store.Precondition{}); return err })
		},
	}
}

func testWrites(t *testing.T, w *world) {
	w.begun(patient("a", "red"), patient("b", "blue"))
	p := w.process(guided)
	p.mustPut(patient("c", "red"), patient("b", "red"))
	p.refuses("Patient", "colour", "red")
	written := false
	_, err := p.keep(t.Context(), func(store.Reindexed) {
		if !written {
			p.mustPut(patient("d", "red"), patient("a", "green"))
		}
		written = true
	})
	if err != nil {
		t.Fatal(err)
	}
	p.finds([]string{"b", "c", "d"}, "Patient", "colour", "red")
	p.agrees()
	p.end()
	p = w.process(guided)
	p.finds([]string{"b", "c", "d"}, "Patient", "colour", "red")
}

func testShutOut(t *testing.T, w *world) {
	older := w.process(builtIn)
	older.mustPut(patient("a", "red"))
	newer := w.process(guided)
	older.mustPut(patient("b", "red"))
	newer.refuses("Patient", "colour", "red")
	newer.reindex()
	if err := older.put(older.admin(), patient("c", "red")); !errors.Is(err, store.ErrShutOut) || !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("an older process after the reindex: %v", err)
	}
	older.finds([]string{"a", "b"}, "Patient")
	newer.finds([]string{"a", "b"}, "Patient", "colour", "red")
	older.end()
	again := w.process(builtIn) // it is no longer shut out, and so the newer one cannot rely on the index
	again.mustPut(patient("c", "red"))
	_, _ = newer.search(newer.admin(), "Patient", "colour", "red")
	newer.refuses("Patient", "colour", "red")
	newer.reindex()
	newer.finds([]string{"a", "b", "c"}, "Patient", "colour", "red")
	newer.agrees()
}

// testOlderLooksOn: or the two would make the index anew by turns, and shut each other out.
func testOlderLooksOn(t *testing.T, w *world) {
	w.begun(many()...)
	older, newer := w.process(builtIn), w.process(guided)
	ctx, cancel := context.WithCancel(t.Context())
	if begun, failed := newer.keep(ctx, func(store.Reindexed) { cancel() }); !begun || failed != nil {
		t.Fatalf("the newer one: begun %v, %v", begun, failed)
	}
	ctx, cancel = context.WithCancel(t.Context())
	var seen int64
	begun, failed := older.keep(ctx, func(at store.Reindexed) { seen = at.Done; cancel() })
	if begun || failed != nil || seen != 50 {
		t.Errorf("the older one: begun %v, sees %d versions done, %v", begun, seen, failed)
	}
	if begun, failed := newer.keep(t.Context(), func(store.Reindexed) {}); !begun || failed != nil {
		t.Errorf("the newer one: begun %v, %v", begun, failed)
	}
	newer.mustPut(patient("a", "red"))
	if err := older.put(older.admin(), patient("b", "red")); !errors.Is(err, store.ErrShutOut) {
		t.Errorf("the older one writes: %v", err)
	}
	newer.agrees()
}

func testMeaning(t *testing.T, w *world) {
	one := w.process(guided)
	one.mustPut(`{"resourceType":"Patient","id":"a","extension":[{"url":"colour","valueCode":"red"},{"url":"color","valueCode":"blue"},{"url":"friend","valueReference":{"reference":"Patient/b"}}]}`)
	one.finds([]string{"a"}, "Patient", "colour", "red")
	two := w.process(changed)
	two.refuses("Patient", "colour", "blue")
	two.finds([]string{"a"}, "Patient", "friend", "Patient/b") // which means the same in both
	one.refuses("Patient", "colour", "red")
	one.refuses("Patient", "colour:not", "red")
	one.finds([]string{"a"}, "Patient", "friend", "Patient/b")
	two.reindex()
	two.finds([]string{"a"}, "Patient", "colour", "blue")
	two.finds([]string{}, "Patient", "colour", "red")
	_, _ = one.search(one.admin(), "Patient", "colour", "red")
	one.refuses("Patient", "colour", "red")
	two.agrees()
}

// many are more patients than one step of a reindex goes through.
func many() []string {
	var all []string
	for i := range 130 {
		all = append(all, patient(fmt.Sprintf("p%03d", i), "red"))
	}
	return all
}

func testInterrupted(t *testing.T, w *world) {
	w.begun(many()...)
	var last int64
	for round := range 3 {
		p := w.process(guided)
		ctx, cancel := context.WithCancel(t.Context())
		var first int64
		begun, failed := p.keep(ctx, func(at store.Reindexed) {
			if first == 0 {
				first = at.Looked
			}
			if last = at.Looked; round < 2 {
				cancel()
			}
		})
		cancel()
		if !begun || failed != nil {
			t.Fatalf("round %d: begun %v, %v", round, begun, failed)
		}
		if want := int64(min(50*(round+1), 130)); first != want {
			t.Errorf("round %d begins with %d versions, want %d", round, first, want)
		}
		if round < 2 {
			p.refuses("Patient", "colour", "red")
		} else {
			p.agrees()
		}
		p.end()
	}
	if last != 130 {
		t.Errorf("%d versions in the end", last)
	}
}

func testSeveral(t *testing.T, w *world) {
	w.begun(many()...)
	processes := []*process{w.process(guided), w.process(guided), w.process(guided)}
	begun, failed := make([]bool, len(processes)), make([]error, len(processes))
	var all sync.WaitGroup
	for i, p := range processes {
		all.Go(func() { begun[i], failed[i] = p.keep(t.Context(), func(store.Reindexed) {}) })
	}
	all.Wait()
	n := 0
	for i, p := range processes {
		if failed[i] != nil {
			t.Errorf("process %d: %v", i, failed[i])
		}
		if begun[i] {
			n++
		}
		if got, err := p.search(p.admin(), "Patient", "colour", "red", "_summary", "count"); err != nil {
			t.Errorf("process %d: %v, %v", i, got, err)
		}
	}
	if n != 1 {
		t.Errorf("%d processes have reindexed", n)
	}
	processes[0].agrees()
}

func testRemoval(t *testing.T, w *world) {
	p := w.process(guided)
	p.mustPut(patient("a", "red"))
	p.finds([]string{"a"}, "Patient", "colour", "red")
	p.end()
	p = w.process(builtIn)
	if lags, err := p.Lags(t.Context()); err != nil || !lags {
		t.Fatalf("it does not lag: %v", err)
	}
	if _, err := p.keep(t.Context(), func(store.Reindexed) {}); err != nil {
		t.Fatal(err)
	}
	p.agrees()
	p.end()
	p = w.process(guided)
	p.refuses("Patient", "colour", "red")
	p.reindex()
	p.finds([]string{"a"}, "Patient", "colour", "red")
}
