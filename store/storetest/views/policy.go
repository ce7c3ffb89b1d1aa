package views

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func testPolicyNarrowsMatchesHopsAndIncludes(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(patient("1", "Ant"), patient("2", "Bee"),
		observation("1a", "1", "a"), observation("1b", "1", "b"), observation("2a", "2", "a"))
	admin := w.admin()
	narrow := w.policy(map[string]string{"Observation.rs": "code=s|a", "Patient.s": "family=Ant", "Patient.r": "family=Bee"})
	for _, c := range []struct{ typ, query, all, some string }{
		{"Observation", "", "Observation/1a Observation/1b Observation/2a|", "Observation/1a Observation/2a|"},
		{"Observation", "code=s|b", "Observation/1b|", "|"},
		{"Observation", "code:not=s|b", "Observation/1a Observation/2a|", "Observation/1a Observation/2a|"},
		// A chain sees only what s shows of Patient, an include only what r shows.
		{"Observation", "subject:Patient.family=Bee", "Observation/2a|", "|"},
		{"Observation", "subject:Patient.family=Ant", "Observation/1a Observation/1b|", "Observation/1a|"},
		{"Observation", "code=s|a&_include=Observation:subject", "Observation/1a Observation/2a|Patient/1 Patient/2", "Observation/1a Observation/2a|Patient/2"},
		{"Patient", "_has:Observation:subject:code=s|b", "Patient/1|", "|"},
		{"Patient", "_has:Observation:subject:code=s|a", "Patient/1 Patient/2|", "Patient/1|"},
		{"Patient", "family=Ant&_revinclude=Observation:subject", "Patient/1|Observation/1a Observation/1b", "Patient/1|Observation/1a"},
	} {
		for view, want := range map[*store.View]string{admin: c.all, narrow: c.some} {
			if got, err := w.find(view, c.typ, c.query); err != nil || got != want {
				t.Errorf("%s?%s: %q, %v; want %q", c.typ, c.query, got, err, want)
			}
		}
	}
	_, err := w.find(narrow, "Condition", "")
	if want := "no granted scope allows search on Condition"; err == nil || err.Error() != want {
		t.Errorf("search without a grant: %v, want %s", err, want)
	}
	if _, err := w.find(w.store.View(store.Policy{}), "Patient", ""); err == nil {
		t.Error("the zero policy searches")
	}
}

// What a match refers to needs r, and what refers to a match needs s: neither
// letter stands for the other.
func testIncludesHaveTheirLetters(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(patient("1", "Ant"), observation("1a", "1", "a"))
	for letter, want := range map[string][2]string{
		"r": {"Patient/1|", "Observation/1a|Patient/1"},
		"s": {"Patient/1|Observation/1a", "Observation/1a|"},
	} {
		referrers := w.policy(map[string]string{"Patient.s": "", "Observation." + letter: ""})
		if got, err := w.find(referrers, "Patient", "_revinclude=Observation:subject"); err != nil || got != want[0] {
			t.Errorf("_revinclude by %s: %q, %v; want %q", letter, got, err, want[0])
		}
		targets := w.policy(map[string]string{"Observation.s": "", "Patient." + letter: ""})
		if got, err := w.find(targets, "Observation", "_include=Observation:subject"); err != nil || got != want[1] {
			t.Errorf("_include by %s: %q, %v; want %q", letter, got, err, want[1])
		}
	}
}

func testReadIsAlikeForHiddenAndAbsent(t *testing.T, open Open) {
	w := newWorld(t, open)
	w.seed(observation("seen", "1", "a"), observation("hidden", "1", "b"))
	view := w.policy(map[string]string{"Observation.rd": "code=s|a"})
	ctx := context.Background()
	if got, err := view.Read(ctx, store.Key{Type: "Observation", ID: "seen"}); err != nil || got.Version != 1 {
		t.Errorf("seen: %v, %v", got.Version, err)
	}
	if got, err := w.admin().Read(ctx, store.Key{Type: "Observation", ID: "hidden"}); err != nil || got.Version != 1 {
		t.Errorf("hidden, to one who sees all: %v, %v", got.Version, err)
	}
	for _, id := range []string{"hidden", "absent"} {
		key := store.Key{Type: "Observation", ID: id}
		if _, err := view.Read(ctx, key); err != store.ErrNotFound {
			t.Errorf("read %s: %v", id, err)
		}
		if _, err := view.VersionRead(ctx, key, 1); err != store.ErrNotFound {
			t.Errorf("vread %s: %v", id, err)
		}
		if _, err := view.History(ctx, key, store.HistoryRequest{Count: 10}); err != store.ErrNotFound {
			t.Errorf("history of %s: %v", id, err)
		}
		err := view.Transact(ctx, func(tx *store.Tx) error {
			written, err := tx.Delete(ctx, key, store.Precondition{})
			if written.Outcome != store.Absent || written.Version != 0 {
				t.Errorf("delete %s: %+v", id, written)
			}
			return err
		})
		if err != nil {
			t.Errorf("delete %s: %v", id, err)
		}
	}
	if _, err := w.admin().Read(ctx, store.Key{Type: "Observation", ID: "hidden"}); err != nil {
		t.Errorf("the hidden one was deleted: %v", err)
	}
}

func testVersionsNeedTheCurrentOneToo(t *testing.T, open Open) {
	w := newWorld(t, open)
	key := store.Key{Type: "Observation", ID: "o"}
	ctx := context.Background()
	view := w.policy(map[string]string{"Observation.r": "code=s|a"})
	versions := func(v *store.View) string {
		h, err := v.History(ctx, key, store.HistoryRequest{Count: 10})
		if err != nil {
			return err.Error()
		}
		var got []string
		for _, r := range h.Versions {
			got = append(got, fmt.Sprint(r.Version))
		}
		return fmt.Sprintf("%s of %d", strings.Join(got, " "), *h.Total)
	}
	for i, step := range []struct{ code, all, some string }{
		{"a", "1 of 1", "1 of 1"},
		{"b", "2 1 of 2", "not found"},
		{"a", "3 2 1 of 3", "3 1 of 2"},
	} {
		w.seed(observation("o", "1", step.code))
		if got := versions(w.admin()); got != step.all {
			t.Errorf("step %d, all: %s, want %s", i, got, step.all)
		}
		if got := versions(view); got != step.some {
			t.Errorf("step %d, scoped: %s, want %s", i, got, step.some)
		}
	}
	if _, err := view.VersionRead(ctx, key, 2); err != store.ErrNotFound {
		t.Errorf("vread of a version outside: %v", err)
	}
	if got, err := view.VersionRead(ctx, key, 1); err != nil || got.Version != 1 {
		t.Errorf("vread of a version inside: %v, %v", got.Version, err)
	}
	if err := w.admin().Transact(ctx, func(tx *store.Tx) error { _, err := tx.Delete(ctx, key, store.Precondition{}); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := view.Read(ctx, key); err != store.ErrGone {
		t.Errorf("deleted, last seen: %v", err)
	}
	other := w.policy(map[string]string{"Observation.r": "code=s|b"})
	if _, err := other.Read(ctx, key); err != store.ErrNotFound {
		t.Errorf("deleted, last hidden: %v", err)
	}
	if got := versions(view); got != "4 3 1 of 3" {
		t.Errorf("history of the deleted one: %s", got)
	}
}

func testWritesAreCheckedBeforeAndAfter(t *testing.T, open Open) {
	w := newWorld(t, open)
	ctx := context.Background()
	w.seed(observation("in", "1", "a"), observation("out", "1", "b"))
	view := w.policy(map[string]string{"Observation.cu": "code=s|a", "Observation.r": "status=final"})
	for _, c := range []struct {
		name, body string
		want       error
	}{
		{"in to in", observation("in", "2", "a"), nil},
		{"in to out", observation("in", "2", "b"), &store.NotAdmitted{Letter: store.Update, Key: store.Key{Type: "Observation", ID: "in"}}},
		{"out to in", observation("out", "2", "a"), store.ErrNotCreatable},
		{"out to out", observation("out", "2", "b"), store.ErrNotCreatable},
		{"absent", observation("new", "2", "a"), store.ErrNotCreatable},
		{"another type", patient("1", "x"), &store.Forbidden{Letter: store.Update, Type: "Patient"}},
	} {
		err := w.put(view, c.body)
		if fmt.Sprint(err) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if got, _ := w.find(w.admin(), "Observation", "code=s|a&subject=Patient/2"); got != "Observation/in|" {
		t.Errorf("after the updates: %s", got)
	}
	for code, admitted := range map[string]bool{"a": true, "b": false} {
		err := view.Transact(ctx, func(tx *store.Tx) error {
			return w.create(tx, w.parse(observation("ignored", "3", code)))
		})
		if (err == nil) != admitted {
			t.Errorf("create with code %s: %v", code, err)
		}
	}
	result, err := w.admin().Search(ctx, w.query("Observation", "subject=Patient/3"))
	if err != nil || len(result.Matches) != 1 || result.Matches[0].ID == "ignored" {
		t.Errorf("created: %v, %v", ids(result.Matches), err)
	}
}

func testAFailedTransactionLeavesNothing(t *testing.T, open Open) {
	w := newWorld(t, open)
	view := w.policy(map[string]string{"Observation.cru": "code=s|a"})
	ctx := context.Background()
	err := view.Transact(ctx, func(tx *store.Tx) error {
		for _, code := range []string{"a", "b"} {
			if err := w.create(tx, w.parse(observation("x", "1", code))); err != nil {
				return err
			}
		}
		return nil
	})
	var refused *store.NotAdmitted
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	if got, err := w.find(w.admin(), "Observation", ""); err != nil || got != "|" {
		t.Errorf("left behind: %s, %v", got, err)
	}
}

func testUpdateOfTheSameMakesNoVersion(t *testing.T, open Open) {
	w := newWorld(t, open)
	ctx := context.Background()
	body := w.parse(observation("o", "1", "a", `"valueQuantity":{"value":1.00}`))
	key := store.Key{Type: "Observation", ID: "o"}
	for i, want := range []store.Outcome{store.Created, store.Unchanged, store.Unchanged} {
		w.now = w.now.Add(time.Hour)
		err := w.admin().Transact(ctx, func(tx *store.Tx) error {
			written, err := tx.Update(ctx, key, w.draft(body), store.Precondition{})
			if written.Outcome != want || written.Version != 1 || !written.Readable {
				t.Errorf("update %d: %s version %d", i, written.Outcome, written.Version)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := w.admin().Transact(ctx, func(tx *store.Tx) error {
		_, err := tx.Update(ctx, key, w.draft(w.parse(observation("o", "1", "b"))), store.Precondition{Match: store.Versions{7}})
		return err
	})
	if !errors.Is(err, store.ErrPrecondition) {
		t.Errorf("If-Match of another version: %v", err)
	}
}

func testPageLinksAreBound(t *testing.T, open Open) {
	w := newWorld(t, open)
	for i := range 5 {
		w.seed(observation(fmt.Sprint(i), "1", "a"))
	}
	ctx := context.Background()
	first, err := w.admin().Search(ctx, w.query("Observation", "_count=2"))
	if err != nil || first.Next == "" || *first.Total != 5 {
		t.Fatalf("first page: %+v, %v", first.Total, err)
	}
	inside, _ := w.admin().Within(store.Operation{Name: "everything", Type: "Patient"})
	elsewhere, _ := w.admin().Within(store.Operation{Name: "everything", Type: "Group"})
	follow := func(view *store.View, query, cursor string) (int, error) {
		q := w.query("Observation", query)
		q.Cursor = cursor
		result, err := view.Search(ctx, q)
		return len(result.Matches), err
	}
	if n, err := follow(w.admin(), "_count=2", first.Next); n != 2 || err != nil {
		t.Errorf("next page: %d, %v", n, err)
	}
	within, err := inside.Search(ctx, w.query("Observation", "_count=2"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := follow(inside, "_count=2", within.Next); n != 2 || err != nil {
		t.Errorf("next page inside an operation: %d, %v", n, err)
	}
	narrow := w.policy(map[string]string{"Observation.s": ""})
	for name, got := range map[string]func() (int, error){
		"another caller": func() (int, error) { return follow(narrow, "_count=2", first.Next) },
		"another query":  func() (int, error) { return follow(w.admin(), "_count=2&code=s|a", first.Next) },
		"altered":        func() (int, error) { return follow(w.admin(), "_count=2", first.Next[1:]) },
		// The policy inside may be a wider one, by what a scope on the operation shows.
		"of an operation, outside":    func() (int, error) { return follow(w.admin(), "_count=2", within.Next) },
		"of an operation, in another": func() (int, error) { return follow(elsewhere, "_count=2", within.Next) },
		"inside an operation":         func() (int, error) { return follow(inside, "_count=2", first.Next) },
	} {
		if n, err := got(); err != store.ErrCursor {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
}

// A care relationship counts from the end of its transaction: nobody writes
// themself into a panel and uses it in one go.
func testPanelsAreThoseBeforeTheWrite(t *testing.T, open Open) {
	w := newWorld(t, open)
	ctx := context.Background()
	mine := search.Panel{Party: "Practitioner/p"}
	rules := map[store.Rule]search.Expr{}
	for _, typ := range []string{"Patient", "CareTeam", "Observation"} {
		for _, letter := range store.Letters {
			rules[store.Rule{Letter: store.Letter(letter), Type: typ}] = mine
		}
	}
	view := w.store.View(store.NewPolicy("panel", rules))
	team := func(patient string) string {
		return fmt.Sprintf(`{"resourceType":"CareTeam","id":"t-%s","status":"active","subject":{"reference":"Patient/%s"},"participant":[{"member":{"reference":"Practitioner/p"}}]}`, patient, patient)
	}
	w.seed(patient("1", "Ant"), patient("2", "Bee"), team("1"), observation("o1", "1", "a"), observation("o2", "2", "a"))
	if got, err := w.find(view, "Observation", ""); err != nil || got != "Observation/o1|" {
		t.Errorf("the panel sees %s, %v", got, err)
	}
	create := func(text string) error {
		return view.Transact(ctx, func(tx *store.Tx) error {
			return w.create(tx, w.parse(text))
		})
	}
	if err := create(team("1")); err != nil {
		t.Errorf("a care team of one's own patient: %v", err)
	}
	var refused *store.NotAdmitted
	if err := create(team("2")); !errors.As(err, &refused) {
		t.Errorf("a care team that adds to the panel: %v", err)
	}
	if got, _ := w.find(view, "Observation", ""); got != "Observation/o1|" {
		t.Errorf("afterwards the panel sees %s", got)
	}
}
