package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// faults are what can happen to a command.
var faults = map[string]mongotest.Fault{
	"cut before":           mongotest.CutBefore,
	"cut after":            mongotest.CutAfter,
	"no writable primary":  mongotest.NotWritablePrimary,
	"primary stepped down": mongotest.PrimarySteppedDown,
}

// behind is a backend behind a proxy of its own.
func behind(t *testing.T, uri string) (*mongotest.Proxy, *mongo.Backend) {
	t.Helper()
	p := mongotest.NewProxy(t, uri)
	return p, open(t, p.URI(), time.Now)
}

// nth is a rule by which one command meets a fault, counted from 0, and how many
// commands it has seen.
func nth(n int64, fault mongotest.Fault) (rule func(mongotest.Command) mongotest.Fault, seen *atomic.Int64) {
	seen = new(atomic.Int64)
	return func(mongotest.Command) mongotest.Fault {
		if seen.Add(1)-1 == n {
			return fault
		}
		return mongotest.Fault{}
	}, seen
}

// put writes the next version of a resource of a type, with a text as its body.
func put(ctx context.Context, w store.Writer, key store.Key, text string) (version int64, err error) {
	was, err := w.Current(ctx, key, search.True)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	return was.Version + 1, w.Put(ctx, store.NewVersion{
		Resource: store.Resource{Key: key, Version: was.Version + 1, Updated: time.UnixMilli(was.Version + 1), Body: []byte(text)},
		Entries:  search.Entries{Sort: search.NoSort},
	})
}

// bodies are those of all versions of a resource, the newest first.
func bodies(ctx context.Context, t *testing.T, b store.Backend, key store.Key) (texts []string) {
	t.Helper()
	err := b.Read(ctx, func(s store.Snapshot) error {
		all, err := s.Versions(ctx, key, search.True, store.VersionPage{})
		texts = nil
		for _, r := range all {
			texts = append(texts, string(r.Body))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return texts
}

// each runs a test for each command of a call and each fault, all at once: what they
// wait for is the driver, which looks for its server every half second.
func each(t *testing.T, uri string, commands int64, run func(name string, number int64, fault mongotest.Fault, p *mongotest.Proxy, b *mongo.Backend)) {
	t.Helper()
	var all sync.WaitGroup
	for what, fault := range faults {
		for n := range commands {
			p, b := behind(t, uri)
			all.Go(func() { run(fmt.Sprintf("command %d %s", n, what), n, fault, p, b) })
		}
	}
	all.Wait()
}

// Whichever command of a Write meets a fault, the Write is done, once.
func TestAWriteSurvivesAnyOneFault(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	ctx := t.Context()
	write := func(b *mongo.Backend, key store.Key, text string) error {
		return b.Write(ctx, func(w store.Writer) error {
			_, err := put(ctx, w, key, text)
			return err
		})
	}
	key := func(of string) store.Key { return store.Key{Type: "T" + of, ID: "1"} }
	const commands = 5 // find, findAndModify, insert, update, commitTransaction
	each(t, uri, commands, func(name string, n int64, fault mongotest.Fault, p *mongotest.Proxy, b *mongo.Backend) {
		of := key(name)
		if err := write(b, of, "first"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		rule, seen := nth(n, fault)
		p.On(rule)
		if err := write(b, of, "second"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		p.On(nil)
		if got := bodies(ctx, t, b, of); fmt.Sprint(got) != "[second first]" || seen.Load() < commands {
			t.Errorf("%s of %d: there are %q", name, seen.Load(), got)
		}
	})
}

// A Read whose first command fails is as one that comes a little later. Once its state
// was seen, another one would be a second state: it fails, and so does what was asked.
func TestAReadSurvivesAFaultUntilItHasSeenSomething(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	ctx := t.Context()
	key := store.Key{Type: "Patient", ID: "1"}
	if err := open(t, uri, time.Now).Write(ctx, func(w store.Writer) error {
		_, err := put(ctx, w, key, "first")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const commands = 4 // two of Within, find, commitTransaction
	each(t, uri, commands, func(name string, n int64, fault mongotest.Fault, p *mongotest.Proxy, b *mongo.Backend) {
		rule, seen := nth(n, fault)
		p.On(rule)
		err := b.Read(ctx, func(s store.Snapshot) error {
			if _, err := s.Within(1000).Current(ctx, key, search.True); err != nil {
				return err
			}
			if _, err := s.Revisions(ctx, store.RecordName{Kind: "k", Key: "1"}); err != nil {
				return err
			}
			_, err := s.Current(ctx, key, search.True)
			return err
		})
		survives := n == 0 || n == commands-1 && fault != mongotest.NotWritablePrimary && fault != mongotest.PrimarySteppedDown
		if survives != (err == nil) || err != nil && !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if survives && n == 0 && seen.Load() < commands {
			t.Errorf("%s: there were %d commands", name, seen.Load())
		}
		if got := bodies(ctx, t, b, key); len(got) != 1 {
			t.Errorf("%s: afterwards %q", name, got)
		}
	})
}

// That something is not there is an answer too, and is as sure as others: a primary that
// is none any more does not know what was written since.
func TestWhatIsAbsentIsConfirmed(t *testing.T) {
	t.Parallel()
	p, b := behind(t, mongotest.URI(t))
	ctx := t.Context()
	absent := func() error {
		return b.Read(ctx, func(s store.Snapshot) error {
			_, err := s.Current(ctx, store.Key{Type: "Patient", ID: "absent"}, search.True)
			return err
		})
	}
	if err := absent(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what is absent: %v", err)
	}
	p.On(func(c mongotest.Command) mongotest.Fault {
		if c.Name == "commitTransaction" {
			return mongotest.NotWritablePrimary
		}
		return mongotest.Fault{}
	})
	limited, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	ctx = limited
	if err := absent(); !gaveUp(err) {
		t.Errorf("where a server that is the primary no more says so: %v", err)
	}
}

// Records are single commands, which the driver sends once more under the same number.
func TestRecordsSurviveAnyOneFault(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	ctx := t.Context()
	each(t, uri, 1, func(name string, n int64, fault mongotest.Fault, p *mongotest.Proxy, b *mongo.Backend) {
		r := b.Records()
		once := func() {
			rule, _ := nth(0, fault)
			p.On(rule)
		}
		once()
		revision, err := r.Put(ctx, "k", name, []byte("1"), time.Time{})
		if err != nil {
			t.Errorf("%s: put: %v", name, err)
		}
		once()
		if revision, err = r.Swap(ctx, "k", name, revision, []byte("2"), time.Time{}); err != nil {
			t.Errorf("%s: swap: %v", name, err)
		}
		once()
		if got, err := r.Get(ctx, "k", name); err != nil || got.Revision != revision || string(got.Value) != "2" {
			t.Errorf("%s: get: %+v, %v", name, got, err)
		}
		once()
		if got, err := r.Take(ctx, "k", name); err != nil || string(got.Value) != "2" {
			t.Errorf("%s: take: %+v, %v", name, got, err)
		}
		once()
		if keys, err := r.List(ctx, "k", "", 99); err != nil {
			t.Errorf("%s: list: %q, %v", name, keys, err)
		}
	})
}

// While the server is away calls fail within their deadline, or when they have waited
// for it as long as they may; and once it is back they do not.
func TestTheServerIsAwayAndBack(t *testing.T) {
	t.Parallel()
	p := mongotest.NewProxy(t, mongotest.URI(t))
	// Who waits for the end of a transaction that is given up waits as long as for a connection.
	const ending = 20 * time.Second
	b, err := mongo.Open(t.Context(), p.URI(), mongo.Options{SelectionTimeout: time.Second, ConnectTimeout: ending})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	key := store.Key{Type: "Patient", ID: "1"}
	calls := map[string]func(context.Context) error{
		"write": func(ctx context.Context) error {
			return b.Write(ctx, func(w store.Writer) error { _, err := put(ctx, w, key, "text"); return err })
		},
		"read": func(ctx context.Context) error {
			return b.Read(ctx, func(s store.Snapshot) error { _, err := s.Current(ctx, key, search.True); return err })
		},
		"record": func(ctx context.Context) error {
			_, err := b.Records().Put(ctx, "k", "1", nil, time.Time{})
			return err
		},
	}
	// A server that is there does not answer: the deadline comes first.
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	p.On(func(mongotest.Command) mongotest.Fault { return mongotest.Held(held) })
	for name, call := range calls {
		for range 10 {
			start := time.Now()
			limited, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if err := call(limited); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, where the server is slow: %v", name, err)
			}
			cancel()
			if waited := time.Since(start); waited > ending/2 {
				t.Fatalf("%s with a deadline of 50 ms has waited for %v", name, waited)
			}
		}
	}
	p.On(nil)
	release()
	p.Down()
	for name, call := range calls {
		start := time.Now()
		if err := call(t.Context()); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s, where the server is away: %v", name, err)
		}
		if waited := time.Since(start); waited > mongo.DefaultOperationTimeout/2 {
			t.Errorf("%s has waited for %v", name, waited)
		}
		limited, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := call(limited); !gaveUp(err) {
			t.Errorf("%s with a deadline, where the server is away: %v", name, err)
		}
		cancel()
	}
	p.Up()
	patient, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, name := range []string{"write", "read", "record"} { // the same backend, as it was
		for err := calls[name](patient); err != nil; err = calls[name](patient) {
			if !errors.Is(err, store.ErrUnavailable) {
				t.Fatalf("%s, where the server is back: %v", name, err)
			}
		}
	}
}

// A client that dies in a transaction leaves it to the server, which ends it after a
// time: until then others wait for what it has written, and no longer.
func TestATransactionLeftBehindEndsWithItsTime(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	p := mongotest.NewProxy(t, uri)
	b, err := mongo.Open(t.Context(), p.URI(), mongo.Options{OperationTimeout: 3 * time.Second}) // of the commit
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	other := open(t, uri, time.Now)
	key := store.Key{Type: "Patient", ID: "1"}
	write := func(ctx context.Context, b *mongo.Backend, text string) error {
		return b.Write(ctx, func(w store.Writer) error { _, err := put(ctx, w, key, text); return err })
	}
	p.On(func(c mongotest.Command) mongotest.Fault {
		switch c.Name {
		case "commitTransaction", "abortTransaction": // never come
			return mongotest.CutBefore
		}
		return mongotest.Fault{}
	})
	if err := write(t.Context(), b, "left behind"); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("without an answer to its commit: %v", err)
	}
	p.Down()
	meanwhile, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := write(meanwhile, other, "too early"); !gaveUp(err) {
		t.Errorf("while the transaction is open: %v", err)
	}
	if err := p.Expire(); err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), other, "in time"); err != nil {
		t.Error(err)
	}
	if got := bodies(t.Context(), t, other, key); fmt.Sprint(got) != "[in time]" {
		t.Errorf("there are %q", got)
	}
}

// written is a ledger of what was asked for, and whether it was acknowledged.
type written struct {
	mu  sync.Mutex
	all map[store.Key]map[string]bool
}

func (l *written) note(key store.Key, text string, acknowledged bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[store.Key]map[string]bool{}
	}
	if l.all[key] == nil {
		l.all[key] = map[string]bool{}
	}
	l.all[key][text] = acknowledged
}

// Whatever goes wrong meanwhile: what was acknowledged is there once, in a history
// without a gap, and what was not is there once or not at all.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	uri := mongotest.URI(t)
	var ledger written
	var met atomic.Int64
	random := func(mongotest.Command) mongotest.Fault {
		if rand.N(25) > 0 {
			return mongotest.Fault{}
		}
		met.Add(1)
		return slices.Collect(maps.Values(faults))[rand.N(len(faults))]
	}
	var all sync.WaitGroup
	for process := range 2 {
		p, b := behind(t, uri)
		p.On(random)
		defer p.On(nil)
		for worker := range 4 {
			all.Go(func() {
				for i := range 6 {
					key := store.Key{Type: "T" + fmt.Sprint(worker), ID: fmt.Sprint(i % 2)} // of both processes
					text := fmt.Sprint(process, worker, i)
					limited, cancel := context.WithTimeout(t.Context(), 5*time.Second)
					err := b.Write(limited, func(w store.Writer) error { _, err := put(limited, w, key, text); return err })
					cancel()
					if err != nil && !gaveUp(err) {
						t.Errorf("%s: %v", text, err)
					}
					ledger.note(key, text, err == nil)
				}
			})
		}
	}
	all.Wait()
	b, acknowledged := open(t, uri, time.Now), 0
	for key, texts := range ledger.all {
		times := map[string]int{}
		got := bodies(t.Context(), t, b, key)
		for _, text := range got {
			times[text]++
		}
		for text, ok := range texts {
			if n := times[text]; n > 1 || ok && n == 0 {
				t.Errorf("%s: %s, acknowledged %v, is there %d times: %q", key, text, ok, n, got)
			}
			if ok {
				acknowledged++
			}
		}
		err := b.Read(t.Context(), func(s store.Snapshot) error {
			current, err := s.Current(t.Context(), key, search.True)
			if int(current.Version) != len(got) {
				t.Errorf("%s: version %d is the current one of %d", key, current.Version, len(got))
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if met.Load() == 0 || acknowledged == 0 {
		t.Errorf("%d faults, and %d writes acknowledged: this test says nothing", met.Load(), acknowledged)
	}
	t.Logf("%d faults, %d writes acknowledged", met.Load(), acknowledged)
}
