package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// forgetful is a backend whose Write may lose the answer to its commit, as a connection
// to MongoDB does.
type forgetful struct {
	store.Backend
	losing bool
}

func (b *forgetful) Write(ctx context.Context, fn func(store.Writer) error) error {
	err := b.Backend.Write(ctx, fn)
	if err == nil && b.losing {
		return store.ErrUnavailable
	}
	return err
}

// bench is a log on a store, with a clock that the test sets. Nothing is written
// before the test says so, unless the options have it otherwise.
type bench struct {
	*testing.T
	*testclock.Clock
	*Log
	backend *forgetful
	store   *store.Store
	logs    *bytes.Buffer
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	b := &bench{T: t, Clock: testclock.At(noon), logs: &bytes.Buffer{}}
	b.backend = &forgetful{Backend: testbackend.Open(t, testbackend.Options{Clock: b.Now})}
	b.store = testbackend.StoreOn(t, b.backend, testbackend.StoreOptions{Base: "http://granary.test/fhir", Validation: store.ValidateStructure})
	o.Clock = b.Now
	if o.Every == 0 {
		o.Every = time.Hour
	}
	o.Logger = slog.New(slog.NewTextHandler(b.logs, nil))
	b.Log = New(b.store, o)
	t.Cleanup(func() { _ = b.Close(context.Background()) })
	return b
}

// records are the AuditEvents in the store that a query finds, oldest first.
func (b *bench) records(query string) []*fhirjson.Node {
	b.Helper()
	var params []search.Pair
	for part := range strings.SplitSeq(query+"&_sort=_id&_count=1000", "&") {
		if name, value, ok := strings.Cut(part, "="); ok {
			params = append(params, search.Pair{Name: name, Value: value})
		}
	}
	q, err := b.store.Registry().ParseSearch([]string{"AuditEvent"}, params, search.Options{MaxCount: 1000, DefaultCount: 1000, Now: b.Now()})
	if err != nil {
		b.Fatal(err)
	}
	found, err := b.store.View(store.Unrestricted("test")).Search(b.Context(), q)
	if err != nil {
		b.Fatal(err)
	}
	var all []*fhirjson.Node
	for _, m := range found.Matches {
		resource, err := fhirjson.Parse(m.Body)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, resource)
	}
	return all
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) transact(fn func(tx *store.Tx) error) error {
	return b.store.View(store.Unrestricted("test")).Transact(b.Context(), fn)
}

func read(what string) Event {
	return Event{Kind: Access, Interaction: "read", FHIRUser: "Practitioner/1", Client: "app", Grant: "g", Address: "127.0.0.1", Request: "r", Entities: []Entity{{What: what}}}
}

// A record is there if, and only if, its transaction is.
func TestRecordIsOfItsTransaction(t *testing.T) {
	b := newBench(t, Options{})
	undo := errors.New("undo")
	for _, end := range []error{undo, nil} {
		err := b.transact(func(tx *store.Tx) error {
			if _, err := tx.Records().Put(b.Context(), "session", "s", []byte("x"), time.Time{}); err != nil {
				return err
			}
			if err := b.Record(b.Context(), tx, Event{Kind: Login, Account: "helen"}); err != nil {
				return err
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
		_, err = b.store.Records().Get(b.Context(), "session", "s")
		want := 0
		if end == nil {
			want = 1
		}
		if got := len(b.records("altid=helen")); got != want || (err == nil) != (end == nil) {
			t.Errorf("ended with %v: %d records, and the session %v", end, got, err)
		}
	}
	if id := b.records("")[0].Get("id").Text(); !strings.HasPrefix(id, IDPrefix) {
		t.Errorf("the record has the id %s", id)
	}
}

// A record is found by all that it says.
func TestRecordIsFound(t *testing.T) {
	b := newBench(t, Options{})
	e := read("Observation/5")
	e.Account, e.Outcome = "helen", Minor
	e.Entities = append(e.Entities, OfPatient("7"))
	b.must(b.transact(func(tx *store.Tx) error { return b.Record(b.Context(), tx, e) }))
	for query, want := range map[string]int{
		"patient=Patient/7": 1, "patient=Patient/8": 0, "entity=Observation/5": 1, "entity=Observation/6": 0,
		"agent=Practitioner/1": 1, "altid=helen": 1, "altid=app": 1, "altid=g": 0, "policy=urn:granary:grant:g": 1, "policy=urn:granary:grant:h": 0,
		"address=127.0.0.1": 1, "address=127.0.0.2": 0, "action=R": 1, "action=U": 0, "outcome=4": 1, "outcome=0": 0, "type=rest": 1, "subtype=read": 1, "subtype=update": 0,
		"date=2026-03-01": 1, "date=2026-03-02": 0, "date=ge2026-03-01T12:00:00Z": 1,
	} {
		if got := len(b.records(query)); got != want {
			t.Errorf("%s finds %d, want %d", query, got, want)
		}
	}
}

// The nodes of a record are used again for the next one: nothing of one caller gets into
// the record of another.
func TestRecordsOfSeveralCallersAreTheirOwn(t *testing.T) {
	b := newBench(t, Options{})
	want := map[string]string{}
	for i, caller := range []string{"first", "second", "third"} {
		for n := range 40 >> (2 * i) { // the later ones are shorter
			e := read(fmt.Sprintf("Observation/%s-%d", caller, n))
			e.Grant, e.Time = caller, noon
			b.must(b.Access(b.Context(), e))
			want[caller] += `,{"what":{"reference":"Observation/` + caller + fmt.Sprintf("-%d", n) + `"},"detail":[{"type":"time","valueString":"2026-03-01T12:00:00.000Z"},{"type":"request","valueString":"r"}]}`
		}
	}
	b.must(b.Flush(b.Context()))
	for caller, entities := range want {
		found := b.records("policy=urn:granary:grant:" + caller)
		if len(found) != 1 {
			t.Fatalf("%s has %d records", caller, len(found))
		}
		if got := string(found[0].Get("entity").Raw()); got != "["+entities[1:]+"]" {
			t.Errorf("%s:\n got %s\nwant [%s]", caller, got, entities[1:])
		}
	}
}

// Reads of one caller become one record; each is told, and each patient once.
func TestReadsOfOneCallerAreOneRecord(t *testing.T) {
	b := newBench(t, Options{})
	for i := range 3 {
		e := read(fmt.Sprintf("Observation/%d", i))
		e.Entities[0].Detail = []Detail{{DetailVersion, "1"}}
		e.Entities = append(e.Entities, OfPatient("7"))
		b.must(b.Access(b.Context(), e))
		b.Advance(time.Second)
	}
	other := read("Observation/1")
	other.Grant = "h"
	b.must(b.Access(b.Context(), other))
	if got := len(b.records("")); got != 0 || b.Waiting() != 4 {
		t.Fatalf("before anything is written there are %d records, and %d wait", got, b.Waiting())
	}
	b.must(b.Flush(b.Context()))
	if b.Waiting() != 0 {
		t.Errorf("%d wait when all is written", b.Waiting())
	}
	all := b.records("")
	if len(all) != 2 {
		t.Fatalf("%d records", len(all))
	}
	detail := func(n int) string {
		return fmt.Sprintf(`"detail":[{"type":"time","valueString":"2026-03-01T12:00:0%d.000Z"},{"type":"request","valueString":"r"},{"type":"version","valueString":"1"}]`, n)
	}
	want := `[{"what":{"reference":"Observation/0"},` + detail(0) + `},{"what":{"reference":"Patient/7"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"}},` +
		`{"what":{"reference":"Observation/1"},` + detail(1) + `},{"what":{"reference":"Observation/2"},` + detail(2) + `}]`
	if got := string(all[0].Get("entity").Raw()); got != want {
		t.Errorf("entities\n got %s\nwant %s", got, want)
	}
	if got := string(all[0].Get("period").Raw()); got != `{"start":"2026-03-01T12:00:00.000Z","end":"2026-03-01T12:00:02.000Z"}` {
		t.Errorf("the period is %s", got)
	}
}

func TestLargeGroupsAreSplit(t *testing.T) {
	b := newBench(t, Options{})
	for i := range maxEntities + 1 {
		b.must(b.Access(b.Context(), read(fmt.Sprintf("Observation/%d", i))))
	}
	page := read("Observation/page")
	for i := range 2 * maxEntities {
		page.Entities = append(page.Entities, OfPatient(fmt.Sprint(i)))
	}
	b.must(b.Access(b.Context(), page))
	b.must(b.Flush(b.Context()))
	var sizes []int
	for _, r := range b.records("") {
		sizes = append(sizes, len(r.Get("entity").Items()))
	}
	if fmt.Sprint(sizes) != "[250 1 250 250 1]" {
		t.Errorf("records of %v entities", sizes)
	}
	for _, id := range []string{"0", "249", "499"} {
		if len(b.records("patient=Patient/"+id)) != 1 {
			t.Errorf("patient %s is not found", id)
		}
	}
}

// A full queue makes readers wait: until there is room, or they have had enough.
func TestFullQueueWaits(t *testing.T) {
	b := newBench(t, Options{QueueSize: 1})
	b.writing <- struct{}{} // nobody else writes
	b.must(b.Access(b.Context(), read("Patient/1")))
	impatient, cancel := context.WithCancel(b.Context())
	cancel()
	if err := b.Access(impatient, read("Patient/2")); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader who does not wait gets %v", err)
	}
	done := make(chan error)
	go func() { done <- b.Access(b.Context(), read("Patient/3")) }()
	<-b.writing // who waits has asked for it to be written
	b.must(<-done)
	b.must(b.Flush(b.Context()))
	for patient, want := range map[string]int{"1": 1, "2": 0, "3": 1} {
		if got := len(b.records("patient=Patient/" + patient)); got != want {
			t.Errorf("patient %s has %d records, want %d", patient, got, want)
		}
	}
}

// What is queued is written without being asked for.
func TestWrittenInTheBackground(t *testing.T) {
	b := newBench(t, Options{Every: time.Millisecond, QueueSize: 1})
	b.must(b.Access(b.Context(), read("Patient/1")))
	b.must(b.Access(b.Context(), read("Patient/2"))) // there is room when the first is written
	if got := len(b.records("patient=Patient/1")); got != 1 {
		t.Errorf("%d records", got)
	}
}

func TestCloseWritesTheRest(t *testing.T) {
	b := newBench(t, Options{})
	b.must(b.Access(b.Context(), read("Patient/1")))
	b.must(b.Access(b.Context(), Event{Kind: Refusal, Address: "a"}))
	b.must(b.Close(b.Context()))
	if got := len(b.records("")); got != 2 {
		t.Errorf("%d records", got)
	}
	if err := b.Access(b.Context(), read("Patient/2")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("after the end: %v", err)
	}
}

// Where records cannot be written nothing is shown; nothing is lost, and when they
// can be written again all goes on.
func TestFailureStopsReads(t *testing.T) {
	b := newBench(t, Options{})
	full := fmt.Errorf("test: %w", store.ErrFull)
	failing := true
	b.view = b.view.Witnessed(func(context.Context, *store.Tx, []store.Change) error {
		if failing {
			return full
		}
		return nil
	})
	b.must(b.Access(b.Context(), read("Patient/1")))
	if err := b.Flush(b.Context()); !errors.Is(err, store.ErrFull) {
		t.Fatalf("Flush: %v", err)
	}
	err := b.Access(b.Context(), read("Patient/2"))
	if !errors.Is(err, ErrNotRecorded) || errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("a read gets %v", err)
	}
	failing = false
	b.must(b.Flush(b.Context()))
	b.must(b.Access(b.Context(), read("Patient/3")))
	b.must(b.Flush(b.Context()))
	for patient, want := range map[string]int{"1": 1, "2": 0, "3": 1} {
		if got := len(b.records("patient=Patient/" + patient)); got != want {
			t.Errorf("patient %s has %d records, want %d", patient, got, want)
		}
	}
	if b.Waiting() != 0 {
		t.Errorf("%d wait", b.Waiting())
	}
	if log := b.logs.String(); strings.Count(log, "cannot be written") != 1 || strings.Count(log, "written again") != 1 {
		t.Errorf("the log says\n%s", log)
	}
}

// Where a commit was done, and its answer was lost, the records are not written a second
// time, and what comes after them is.
func TestWhatMayBeWrittenIsWrittenOnce(t *testing.T) {
	b := newBench(t, Options{})
	b.must(b.Access(b.Context(), read("Patient/1")))
	b.backend.losing = true
	if err := b.Flush(b.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("the answer is lost: %v", err)
	}
	if err := b.Access(b.Context(), read("Patient/2")); !errors.Is(err, ErrNotRecorded) {
		t.Errorf("it is not known whether the last reading was recorded: %v", err)
	}
	b.backend.losing = false
	b.must(b.Flush(b.Context()))
	b.must(b.Access(b.Context(), read("Patient/3")))
	b.must(b.Flush(b.Context()))
	for what, want := range map[string]int{"Patient/1": 1, "Patient/2": 0, "Patient/3": 1} {
		if got := len(b.records("entity=" + what)); got != want {
			t.Errorf("%d records of the reading of %s, want %d", got, what, want)
		}
	}
	if waiting := b.Waiting(); waiting != 0 {
		t.Errorf("%d readings wait for their record", waiting)
	}
}

// However many requests nobody in particular sends, there are few records of them,
// and these tell how many there were.
func TestFloodsAreCounted(t *testing.T) {
	b := newBench(t, Options{QueueSize: 1})
	refused := func(address string) Event {
		return Event{Kind: Refusal, Interaction: "read", Outcome: Minor, Address: address, Request: "r", Entities: []Entity{{What: "Patient/1", Patient: true}}}
	}
	flood := func(n int, address string) {
		for range n {
			b.must(b.Access(b.Context(), refused(address)))
		}
		b.must(b.Flush(b.Context()))
	}
	flood(1, "a")
	flood(10_000, "a")
	flood(1, "b")
	if got := len(b.records("address=a")); got != 1 {
		t.Errorf("%d records within a minute", got)
	}
	b.Advance(floodEvery)
	flood(0, "")
	all := b.records("address=a")
	if len(all) != 2 || len(b.records("address=b")) != 1 {
		t.Fatalf("%d records after a minute, and %d of another", len(all), len(b.records("address=b")))
	}
	want := `[{"what":{"reference":"Patient/1"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"},"detail":[{"type":"request","valueString":"r"},{"type":"count","valueString":"10000"}]}]`
	if got := string(all[1].Get("entity").Raw()); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	b.Advance(2 * floodEvery)
	flood(0, "")
	if len(b.floods) != 0 || len(b.records("")) != 3 {
		t.Errorf("quiet addresses are still there: %d, with %d records", len(b.floods), len(b.records("")))
	}
	for i := range 2 * maxAddresses {
		b.must(b.Access(b.Context(), refused(fmt.Sprint(i))))
	}
	if len(b.floods) != maxAddresses+1 || b.floods[""].count != maxAddresses {
		t.Errorf("%d addresses are counted apart, and %d requests together", len(b.floods), b.floods[""].count)
	}
}
