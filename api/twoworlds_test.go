package api

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// TestTwoWorlds is the law behind rows 7, 9, 11-15, 17, 18 and 20 of the list
// of leak channels: hidden equals absent. Two stores that differ only in what a
// narrow token does not reach answer one random trace of requests alike, writes
// included, in status, headers and body.
//
// TWOWORLDS_SEED and TWOWORLDS_TRACES in the environment try other traces and more
// of them.
func TestTwoWorlds(t *testing.T) {
	first, traces := numberFrom(t, "TWOWORLDS_SEED", 64), numberFrom(t, "TWOWORLDS_TRACES", 2)
	seen := make([]successes, len(setups))
	t.Run("of", func(t *testing.T) {
		for i, s := range setups {
			seen[i] = successes{}
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				p := newPair(t, s)
				for n := range traces {
					p.alike(t, first+n, seen[i])
				}
				p.telling(t, first)
			})
		}
	})
	if !t.Failed() {
		checkSuccesses(t, seen)
	}
}

func numberFrom(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// alike replays the trace of a seed under narrow tokens.
func (p *pair) alike(t *testing.T, seed uint64, seen successes) {
	t.Helper()
	trace := p.restart(t, seed)
	before := p.with.get(p.with.all(), p.hidden())
	without := p.without.get(p.without.all(), p.hidden())
	if compare(newRenamings(), before, without) == "" {
		t.Fatal("the worlds do not differ")
	}
	names := newRenamings()
	for i, s := range trace {
		for _, exchange := range p.take(s, p.token(s.scopes)) {
			if text := compare(names, exchange[0], exchange[1]); text != "" {
				t.Fatalf("seed %d, step %d under %s:\n%s\n%s", seed, i, s.scopes, s.text(t), text)
			}
			seen.count(s, exchange[0])
		}
	}
	if p.unreached {
		p.with.is("what is hidden, afterwards", p.with.get(p.with.all(), p.hidden()), before.status, before.body)
	}
}

// telling shows that the traces would notice a leak: who sees everything is
// answered otherwise in the two worlds when it sends the same requests.
func (p *pair) telling(t *testing.T, seed uint64) {
	t.Helper()
	trace := p.restart(t, seed)
	names, differ := newRenamings(), map[string]int{}
	all := [2]string{p.with.all(), p.without.all()}
	total := 0
	for _, s := range trace {
		for _, exchange := range p.take(s, all) {
			if compare(names, exchange[0], exchange[1]) != "" {
				differ[s.kind()]++
				total++
				break
			}
		}
	}
	t.Logf("of %d steps %d tell the worlds apart for who sees everything: %v", len(trace), total, differ)
	if total < 2 {
		t.Error("that is too few")
	}
}

// successes counts the requests that were answered with 2xx, by their kind: a trace
// of refusals alone would prove little.
type successes map[string]int

func (n successes) count(s traced, got reply) {
	if got.status >= 300 {
		return
	}
	n[s.kind()]++
	if s.bundle == "" {
		n[kindOf(s.requests[0])]++
		return
	}
	for i, status := range got.statuses() {
		if status[0] == '2' {
			n[kindOf(s.requests[i])]++
		}
	}
}

func checkSuccesses(t *testing.T, seen []successes) {
	t.Helper()
	all := successes{}
	for i, n := range seen {
		t.Log(setups[i].name, n)
		for kind := range n {
			all[kind] += n[kind]
		}
	}
	for _, kind := range []string{"alone", "batch", "transaction", "GET", "POST", "PUT", "DELETE", "JSON Patch", "FHIRPath Patch"} {
		if all[kind] < 2 {
			t.Errorf("of kind %s %d succeed, too few", kind, all[kind])
		}
	}
}

// random is the source of a trace.
func random(seed uint64) tracer { return tracer{chooser{rand.New(rand.NewPCG(seed, 57))}} }
