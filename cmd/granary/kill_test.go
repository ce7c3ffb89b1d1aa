package main

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store/sqlite"
)

// What the rounds of the kill loop are like. A folder is used for several rounds, so
// that a server comes back to what others left behind; it is not used for all, so
// that looking at everything after each round stays cheap.
const (
	killClients   = 8
	roundsAFolder = 20
	maxKillWrites = 60                    // acknowledged before the kill is on its way
	maxKillDelay  = 25 * time.Millisecond // until it comes: no time after a commit is spared
	maxStart      = 200 * time.Millisecond
)

// A server that is killed while clients write has, when it comes back, every write
// that it acknowledged, and no transaction in part. GRANARY_KILL_ROUNDS says how
// often; .ci/run says 200.
func TestKill(t *testing.T) {
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("GRANARY_KILL_ROUNDS"), "3"))
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for done := 0; done < rounds; done += roundsAFolder {
		k := &killing{T: t, data: t.TempDir(), random: random}
		for range min(roundsAFolder, rounds-done) {
			k.round()
			if t.Failed() {
				t.Fatalf("in round %d", done+k.rounds)
			}
		}
		if err := sqlite.Integrity(t.Context(), k.data); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d rounds: %d writes acknowledged, of %d that were not %d had happened; %d resources", done+k.rounds, k.acked, k.doubted, k.happened, len(k.ledger.items))
	}
}

// killing is a folder and what servers on it have acknowledged.
type killing struct {
	*testing.T
	data   string
	random *rand.Rand
	ledger ledger
	own    [killClients][]*item

	rounds, acked, doubted, happened int
}

// round starts a server, kills it while clients write, and looks at what is left.
func (k *killing) round() {
	k.rounds++
	if k.rounds%5 == 1 {
		k.stillborn()
	}
	command, out, errs := process(k.T, "serve", "--addr", "127.0.0.1:0", "--data", k.data, "--no-sandbox", "--auth=off")
	ended := make(chan struct{})
	go func() { _ = command.Wait(); out.Close(); close(ended) }() // how it ends is no question
	base := out.find(k.T, regexpBase)
	if base == "" {
		k.Fatalf("the server does not come back: %s", errs)
	}
	k.write(base, command)
	<-ended
	k.ledger.promise()
	found := verifyIn(k.T, &k.ledger, k.data)
	k.count(found)
	k.ledger.adopt(found)
	for n := range k.own {
		k.own[n] = nil
	}
	for n, i := range k.ledger.items {
		if i.typ == "Observation" && !i.now.deleted {
			k.own[n%killClients] = append(k.own[n%killClients], i)
		}
	}
}

// stillborn is a server that is killed while it starts: it makes its database, or
// reads the log that another one left.
func (k *killing) stillborn() {
	command, _, _ := process(k.T, "serve", "--addr", "127.0.0.1:0", "--data", k.data, "--no-sandbox", "--auth=off")
	time.AfterFunc(time.Duration(k.random.Int64N(int64(maxStart))), func() { _ = command.Process.Kill() })
	_ = command.Wait() // how it ends is no question
}

// end kills a server; one in three is told to stop first, so that it is killed while
// it moves what is in the log to the database.
func (k *killing) end(command *exec.Cmd, delay time.Duration) {
	if k.rounds%3 == 0 {
		_ = command.Process.Signal(syscall.SIGTERM)
	}
	time.AfterFunc(delay, func() { _ = command.Process.Kill() })
}

// write lets clients write until the server is killed.
func (k *killing) write(base string, command *exec.Cmd) {
	ctx, cancel := context.WithTimeout(k.Context(), time.Minute)
	defer cancel()
	var acked atomic.Int64
	last := 1 + k.random.Int64N(maxKillWrites)
	delay := time.Duration(k.random.Int64N(int64(maxKillDelay)))
	var clients sync.WaitGroup
	for n := range killClients {
		c := &ledgerClient{
			ledger: &k.ledger, base: base, own: k.own[n],
			name:   strconv.Itoa(k.rounds) + "-" + strconv.Itoa(n),
			random: rand.New(rand.NewPCG(k.random.Uint64(), 0)),
			http:   &http.Client{Transport: &http.Transport{}},
			acked: func() {
				if acked.Add(1) == last {
					k.end(command, delay)
				}
			},
		}
		clients.Go(func() { c.run(ctx, k.T); c.http.CloseIdleConnections() })
	}
	clients.Wait()
	if ctx.Err() != nil {
		_ = command.Process.Kill()
		k.Error("the server was not killed")
	}
	k.acked += int(acked.Load())
}

// count tells how many of the writes that were in flight have happened.
func (k *killing) count(found map[*item]state) {
	for _, c := range k.ledger.changes {
		if c.acked {
			continue
		}
		k.doubted++
		if found[c.items[0]].version >= c.want[0].version {
			k.happened++
		}
	}
}
