package oracle_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/naive"
	"github.com/granary-fhir/granary/internal/oracle"
)

var (
	leakTime = flag.Duration("leak.time", 0, "how long the differential oracle goes on; 0 is the quick form")
	leakSeed = flag.Uint64("leak.seed", 0, "the seed of its first world; 0 draws one in the long form, and is the same each time in the quick one")
)

// worlds live side by side.
const worlds = 8

// requestsOfAWorld is how long a world lives: then the next one begins with new data.
func requestsOfAWorld() int { return atLeast()/worlds + 100 }

// atLeast is how many requests are checked.
func atLeast() int {
	if raceDetector || testing.Short() {
		return 2_400
	}
	return 20_000
}

// TestOracle is the first strategy of the list of leak channels: random requests of
// random callers over random data are answered as a naive model predicts, and leave
// behind what it predicts.
func TestOracle(t *testing.T) {
	seed := *leakSeed
	switch {
	case seed == 0 && *leakTime > 0:
		seed = rand.Uint64N(1 << 32)
	case seed == 0: // what is wrong with somebody's change must not depend on luck
		seed = 1
	}
	t.Logf("-leak.seed=%d", seed)
	defer debug.SetGCPercent(debug.SetGCPercent(600))
	var all figures
	end := time.Now().Add(*leakTime)
	t.Run("of", func(t *testing.T) {
		for i := range uint64(worlds) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for round := uint64(0); !t.Failed() && (round == 0 || time.Now().Before(end)); round++ {
					of := seed + i + worlds*round
					t.Run(fmt.Sprint("world", of), func(t *testing.T) { newWorld(t, of).run(&all) })
				}
			})
		}
	})
	t.Log(&all)
	if !t.Failed() {
		all.enough(t, atLeast())
	}
}

// caller is who asks, with a token.
type caller struct {
	*naive.Caller
	token string
}

func (c caller) String() string {
	var scopes []string
	for _, s := range c.Scopes {
		text, err := url.QueryUnescape(s.String())
		if err != nil {
			text = s.String()
		}
		scopes = append(scopes, text)
	}
	return fmt.Sprintf("%s (patient %q, user %s %v, panel=care %v, administrator %v, granted %s)", strings.Join(scopes, " "), c.Patient, c.User, c.Also, c.Care, c.Admin, c.Issued.Format(time.RFC3339))
}

// world is a server and the model of it.
type world struct {
	*testing.T
	seed    uint64
	server  *server
	state   *oracle.State
	random  *oracle.Generator
	all     caller
	callers []caller
	step    int
	seen    figures
}

func newWorld(t *testing.T, seed uint64) *world {
	care, multiple := seed%2 == 0, seed%4 < 2
	w := &world{T: t, seed: seed, server: newServer(t, care, multiple), state: oracle.NewState(base, start)}
	w.state.Multiple = multiple
	w.random = oracle.NewGenerator(w.state, seed, care)
	w.all = caller{Caller: oracle.All()}
	w.all.token = w.server.token(w.all.Caller)
	return w
}

func (w *world) run(all *figures) {
	defer func() { all.add(&w.seen) }()
	for _, r := range w.random.First() {
		w.check(w.all, r)
	}
	for w.step = 0; w.seen.requests < requestsOfAWorld() && !w.Failed(); w.step++ {
		w.pass()
		w.random.At(w.state)
		w.fill()
		if w.step%150 == 149 {
			w.check(w.all, oracle.Request{Kind: oracle.SystemStory, Count: 1000})
		}
		if c, ok := w.caller(); ok {
			w.check(c, w.random.Request(c.Caller))
		}
	}
}

// pass lets time pass, now and then hours.
func (w *world) pass() {
	w.state.Now = w.state.Now.Add(w.random.Pause())
	w.server.Set(w.state.Now)
}

// fill makes sure that there is something of each type.
func (w *world) fill() {
	for _, r := range w.random.Missing() {
		w.check(w.all, r)
		w.random.At(w.state)
	}
}

// caller is one of some that take turns; others come in their place.
func (w *world) caller() (caller, bool) {
	const turns = 6 // a grant costs some milliseconds, and serves some 60 requests
	if n := w.random.IntN(turns); n < len(w.callers) && w.random.IntN(60) > 0 {
		return w.callers[n], true
	}
	c := caller{Caller: w.random.Caller()}
	if c.token = w.server.token(c.Caller); c.token == "" {
		if w.grants(c) {
			w.Errorf("seed %d: no token, though the model grants something: %s", w.seed, c)
		}
		return c, false
	}
	if len(w.callers) == turns {
		w.callers = w.callers[1:]
	}
	w.callers = append(w.callers, c)
	return c, true
}

func (w *world) grants(c caller) bool {
	o := naive.NewOracle(w.state.World, c.Caller, w.state.Now, naive.NoBug)
	for _, typ := range naive.AllTypes() {
		for _, letter := range []byte("cruds") {
			if o.AllowsSome(letter, typ) {
				return true
			}
		}
	}
	return c.MayAskSome(w.state.World, w.state.Now)
}

// check sends a request, and compares answer and state with the model's.
func (w *world) check(c caller, r oracle.Request) {
	w.Helper()
	pages := w.server.pages(c.token, r)
	if tooCostly(r, pages[0]) {
		w.seen.costly++
		return
	}
	answer, after := w.state.Do(c.Caller, r, w.state.Chosen(r, pages[0]))
	text := oracle.Compare(base, r, answer, pages)
	if text != "" {
		w.report(c, r, pages, text)
		w.FailNow()
	}
	w.count(c, r, answer, len(pages))
	w.state = after
}

// tooCostly tells whether a read is refused for its size: it says how large a search
// may be, and nothing of the data.
func tooCostly(r oracle.Request, reply *oracle.Reply) bool {
	return !r.Writes() && reply.Status == http.StatusBadRequest && strings.Contains(string(reply.Body), `"too-costly"`)
}

func (w *world) report(c caller, r oracle.Request, pages []*oracle.Reply, text string) {
	w.Helper()
	show := func(r oracle.Request) string {
		sent := r.Send()
		address, err := url.QueryUnescape(sent.URL)
		if err != nil {
			address = sent.URL
		}
		return fmt.Sprintf("%s %s\n%v\n%s", sent.Method, address, sent.Header, sent.Body)
	}
	for _, key := range r.Keys() {
		if v := w.state.Current(key); v != nil && v.Live != nil {
			text += "\n" + key + " before: " + string(oracle.Encode(v.Live.JSON))
		}
	}
	w.Errorf("seed %d, step %d at %s, after %d requests:\n%s\nby %s\n\n%s\n\nthe server's answer: %d %v %.3000s", w.seed, w.step, w.state.Now.Format(time.RFC3339), w.seen.requests,
		show(r), c, text, pages[0].Status, pages[0].Header, pages[0].Body)
}

// figures say how much was tried.
type figures struct {
	mu                                    sync.Mutex
	requests, nonEmpty, restricted, pages int
	accepted, refused, entries, costly    int
	kinds                                 map[string]int
}

func (f *figures) add(of *figures) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests += of.requests
	f.nonEmpty += of.nonEmpty
	f.restricted += of.restricted
	f.pages += of.pages
	f.accepted += of.accepted
	f.refused += of.refused
	f.entries += of.entries
	f.costly += of.costly
	for kind, n := range of.kinds {
		f.note(kind, n)
	}
}

func (f *figures) note(kind string, n int) {
	if f.kinds == nil {
		f.kinds = map[string]int{}
	}
	f.kinds[kind] += n
}

func (f *figures) String() string {
	return fmt.Sprintf("%d requests checked (%d of them further pages, with %d entries of Bundles): %d answers not empty, %d restricted by the grant; writes: %d accepted, %d refused; %d searches were too costly to be answered\n%v",
		f.requests, f.pages, f.entries, f.nonEmpty, f.restricted, f.accepted, f.refused, f.costly, f.kinds)
}

// enough fails where too little was tried: a third of the answers should show
// something, a fifth be restricted, a twentieth each be writes that are accepted and
// refused, and hardly any be too costly.
func (f *figures) enough(t *testing.T, least int) {
	t.Helper()
	if f.requests < least || f.nonEmpty*3 < f.requests || f.restricted*5 < f.requests || f.accepted*20 < f.requests || f.refused*20 < f.requests || f.costly*100 > f.requests {
		t.Errorf("too little was tried")
	}
}

// count keeps the figures. An answer is restricted where who may do everything gets
// another one.
func (w *world) count(c caller, r oracle.Request, a oracle.Answer, pages int) {
	w.seen.requests += pages
	w.seen.pages += pages - 1
	w.seen.entries += len(r.Entries)
	w.seen.note(fmt.Sprintf("%s %d", r.Kind, a.Status), 1)
	if a.Shows() {
		w.seen.nonEmpty += pages
	}
	if r.Writes() {
		if a.Status < 300 {
			w.seen.accepted++
		} else {
			w.seen.refused++
		}
	}
	if c.token == w.all.token {
		return
	}
	if whole, _ := w.state.Do(w.all.Caller, r, oracle.Choices{}); !a.Same(whole) {
		w.seen.restricted += pages
	}
}
