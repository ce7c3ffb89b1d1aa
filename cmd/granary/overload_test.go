package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// patients is a folder with a store of patients whose names are long enough to keep
// a search busy.
func patients(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	s := serveTest(t, "--data", data, "--no-sandbox", "--auth=off")
	var entries []string
	for n := range 2000 {
		entries = append(entries, fmt.Sprintf(`{"resource":{"resourceType":"Patient","name":[{"family":"%s%d"}]},"request":{"method":"POST","url":"Patient"}}`, strings.Repeat("a", 500), n))
	}
	bundle := `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + `]}`
	response, err := http.Post(s.base, "application/fhir+json", strings.NewReader(bundle))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("loading: %d", response.StatusCode)
	}
	s.stop()
	return data
}

// TestOverload is what a server does whose clients ask too much, leave, or stand
// still. Each part has a server of its own on one store.
func TestOverload(t *testing.T) {
	data := patients(t)
	for name, part := range map[string]struct {
		flag string
		test func(t *testing.T, s *served, metrics string)
	}{
		"a client that leaves":        {"--max-requests=4", testClientLeaves},
		"a request that is too long":  {"--request-timeout=300ms", testRequestTimeout},
		"a burst":                     {"--max-requests=2", testBurst},
		"a client that does not read": {"--max-requests=1", testClientDoesNotRead},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveTest(t, "--data", data, "--auth=off", "--metrics-addr", "127.0.0.1:0", part.flag)
			part.test(t, s, s.out.find(t, regexpMetrics))
		})
	}
}

// heavy is a search that needs more than a minute of a fast machine: within each of two
// thousand names a thousand texts are looked for, of which the last is there, and so
// nineteen times (search.MaxTests), but for the last time, so that no name is found.
var heavy = sync.OnceValue(func() string {
	var query strings.Builder
	for round := range 19 {
		query.WriteString("&family:contains=")
		for n := range 999 {
			fmt.Fprintf(&query, "aab%d-%d,", round, n)
		}
		query.WriteString("a")
	}
	return query.String()[1:] + "b"
})

const form = "application/x-www-form-urlencoded"

// A client that leaves takes its query with it: the connection on which it ran is
// free long before it would have ended.
func testClientLeaves(t *testing.T, s *served, metrics string) {
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/Patient/_search", strings.NewReader(heavy()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", form)
	left := make(chan error)
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		left <- err
	}()
	using := func() float64 { return number(t, scrape(t, metrics), "granary_store_readers_in_use") }
	until(t, "the query runs", func() bool { return using() == 1 })
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatalf("the query had ended already: %v", err)
	}
	until(t, "no connection is in use", func() bool { return using() == 0 })
	until(t, "the metrics tell", func() bool {
		return strings.Contains(scrape(t, metrics), `granary_http_requests_total{interaction="search-type",status="499"} 1`)
	})
}

// A query that takes too long ends, and its client is told why.
func testRequestTimeout(t *testing.T, s *served, metrics string) {
	response, err := http.Post(s.base+"/Patient/_search", form, strings.NewReader(heavy()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"code":"timeout","diagnostics":"the request took too long; ask for less, or try again later"`) {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	until(t, "no connection is in use", func() bool { return number(t, scrape(t, metrics), "granary_store_readers_in_use") == 0 })
}

// burst asks more than the server takes on, and counts the answers by status. Each
// is data or a 503 that says when to come again, and is whole.
func burst(t *testing.T, base string, clients int) map[string]int {
	t.Helper()
	answers := make(chan string, clients)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, Timeout: time.Minute}
	for n := range clients {
		query := "/Patient?_count=200"
		if n%2 == 0 {
			query = "/Patient?family:contains=a2&_total=accurate"
		}
		go func() { answers <- answerTo(client, base+query) }()
	}
	counts := map[string]int{}
	for range clients {
		counts[<-answers]++
	}
	return counts
}

func answerTo(client http.Client, url string) string {
	response, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	var read struct{ ResourceType string }
	if err == nil {
		err = json.Unmarshal(body, &read)
	}
	switch {
	case err != nil:
		return err.Error()
	case response.StatusCode == http.StatusOK && read.ResourceType == "Bundle":
		return "data"
	case response.StatusCode == http.StatusServiceUnavailable && read.ResourceType == "OperationOutcome" && response.Header.Get("Retry-After") == "2":
		return "refused"
	}
	return fmt.Sprintf("%d %.200s", response.StatusCode, body)
}

// A burst is answered to the last request, and leaves nothing behind: a second
// one neither.
func testBurst(t *testing.T, s *served, metrics string) {
	const clients = 200
	burst(t, s.base, clients) // opens the connections that stay
	before := settled(t)
	counts := burst(t, s.base, clients)
	if counts["data"]+counts["refused"] != clients || counts["data"] < 2 || counts["refused"] == 0 {
		t.Errorf("answers: %v", counts)
	}
	// What a burst leaves behind it would leave for each of its clients, or for each
	// that was refused. A few goroutines more are connections to the store, which stay
	// open: the audit, and who looks whether anything is to be indexed, may have needed
	// one in the second burst and not in the first.
	const few = clients / 20
	until(t, "there are as many goroutines as before", func() bool { return settled(t).goroutines <= before.goroutines+few })
	until(t, "the heap is what it was", func() bool { return settled(t).heap <= before.heap+16<<20 })
	for _, series := range []string{`granary_requests_working{kind="read"}`, `granary_requests_waiting{kind="read"}`, "granary_http_requests_in_flight", "granary_store_readers_in_use"} {
		until(t, series+" is 0", func() bool { return number(t, scrape(t, metrics), series) == 0 })
	}
	if code, errs := s.stop(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

type footprint struct {
	goroutines int
	heap       uint64
}

// settled is what the process holds once nothing of the tests' own is open.
func settled(t *testing.T) footprint {
	t.Helper()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return footprint{runtime.NumGoroutine(), m.HeapAlloc}
}

// A client that does not read its answer keeps nobody else from reading or
// writing.
func testClientDoesNotRead(t *testing.T, s *served, metrics string) {
	address := strings.TrimSuffix(strings.TrimPrefix(s.base, "http://"), "/fhir")
	idle, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	if err := idle.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	// More than the buffers of both sockets take: forty pages of 1000 patients on
	// one connection, of which not a byte is read.
	for range 40 {
		if _, err := io.WriteString(idle, "GET /fhir/Patient?_count=1000 HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	stuck := func() bool {
		now := scrape(t, metrics)
		return number(t, now, "granary_http_requests_in_flight") == 1 && number(t, now, `granary_requests_working{kind="read"}`) == 0
	}
	same := 0
	until(t, "the answer is stuck", func() bool { // it is, if it stays so
		if !stuck() {
			same = 0
		}
		same++
		return same > 20
	})
	if status, body := s.get(t, "", "/Patient?_count=1"); status != http.StatusOK {
		t.Errorf("a search: %d %s", status, body)
	}
	response, err := http.Post(s.base+"/Patient", "application/fhir+json", strings.NewReader(`{"resourceType":"Patient"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("a create: %d", response.StatusCode)
	}
	until(t, "the answer alone is left", stuck)
	until(t, "no connection is in use", func() bool { return number(t, scrape(t, metrics), "granary_store_readers_in_use") == 0 })
}
