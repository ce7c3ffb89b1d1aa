package main

import (
	"fmt"
	"net/http"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"
)

// soakTime is how long TestSoak lasts: GRANARY_SOAK=10m is what .ci/run sets, and
// without it the test is short, so that it cannot rot.
func soakTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("GRANARY_SOAK")
	if text == "" {
		return time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal("GRANARY_SOAK: ", err)
	}
	return d
}

// TestSoak lets clients read, search under scopes, write, go through histories and
// leave in the middle, all at once and with too few places for all of them. Each
// remembers what it wrote; after each answer, and at the end, the data are what it
// remembers and it has seen nothing of the others'.
func TestSoak(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data, "--no-sandbox", "--max-requests=3", "--metrics-addr", "127.0.0.1:0")
	metrics := s.out.find(t, regexpMetrics)
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	clients := make([]*soakClient, 6)
	for n := range clients {
		clients[n] = newSoakClient(t, s, data, transport, n)
	}
	work := func(d time.Duration) {
		end := time.Now().Add(d)
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() {
				for !t.Failed() && time.Now().Before(end) {
					c.step()
				}
			})
		}
		all.Wait()
		transport.CloseIdleConnections()
	}
	// What is made once is made now: by all that clients do, and by writes that give
	// up in the middle, which make the writer's connection watch for it.
	for range 100 {
		if work(soakTime(t) / 10); len(missing(clients)) == 0 {
			break
		}
	}
	before := held(t, metrics)
	work(soakTime(t))
	for _, c := range clients {
		c.compareAll()
	}
	done := doneBy(clients)
	transport.CloseIdleConnections()
	t.Logf("%v", done)
	for _, what := range missing(clients) {
		t.Errorf("there was no %s", what)
	}
	t.Cleanup(func() {
		if t.Failed() {
			_ = pprof.Lookup("goroutine").WriteTo(t.Output(), 1)
		}
	})
	// Some are there once and may come late; those that leak grow with what is done.
	most := before.goroutines + 4 + done["requests"]/200
	until(t, "there are about as many goroutines as before", func() bool { return held(t, metrics).goroutines <= most })
	// The log of the test's server stays in memory, a line for each request.
	if now, most := held(t, metrics).heap, before.heap+32<<20+512*uint64(done["requests"]); now > most {
		t.Errorf("the heap grew from %d to %d bytes", before.heap, now)
	}
	numbers := scrape(t, metrics)
	for _, series := range []string{`granary_requests_working{kind="read"}`, `granary_requests_working{kind="write"}`, "granary_store_readers_in_use", "granary_store_writer_queue_length"} {
		if n := number(t, numbers, series); n != 0 {
			t.Errorf("%s is %v", series, n)
		}
	}
	code, log := s.stop()
	if code != exitOK || strings.Contains(log, "level=ERROR") || strings.Contains(numbers, `status="500"`) {
		t.Errorf("exit code %d, or errors in the log: %.2000s", code, firstLine(log, "level=ERROR"))
	}
}

// doneBy is how often the clients have done what.
func doneBy(clients []*soakClient) map[string]int {
	done := map[string]int{}
	for _, c := range clients {
		for what, n := range c.done {
			done[what] += n
		}
	}
	return done
}

// missing is what no client has done yet.
func missing(clients []*soakClient) (whats []string) {
	done := doneBy(clients)
	for _, what := range []string{"create", "update", "delete", "read", "search", "scoped search", "history", "transaction", "cancelled read", "cancelled update"} {
		if done[what] == 0 {
			whats = append(whats, what)
		}
	}
	return whats
}

// held is what the process holds, but for the connections to the database that
// the server keeps open, of which each has a goroutine.
func held(t *testing.T, metrics string) footprint {
	t.Helper()
	open := number(t, scrape(t, metrics), "granary_store_readers_open")
	now := settled(t)
	now.goroutines -= int(open)
	return now
}

func firstLine(text, with string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, with) {
			return line
		}
	}
	return ""
}

// observation is one of a client, with a value that tells its versions apart.
func observation(id, patient string, vital bool, value int) string {
	category := "laboratory"
	if vital {
		category = "vital-signs"
	}
	if id != "" {
		id = `"id":"` + id + `",`
	}
	return fmt.Sprintf(`{"resourceType":"Observation",%s"status":"final","category":[{"coding":[{"system":"%s","code":"%s"}]}],"code":{"text":"soak"},"subject":{"reference":"Patient/%s"},"valueInteger":%d}`,
		id, categories, category, patient, value)
}

const categories = "http://terminology.hl7.org/CodeSystem/observation-category"
