package main

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

var regexpMetrics = regexp.MustCompile(`Metrics at (\S+)`)

// scrape reads the metrics as Prometheus does.
func scrape(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", url, response.StatusCode, err)
	}
	return string(body)
}

// The numbers are what happened: one write, one read, one refusal, one path that
// is not there.
func TestMetrics(t *testing.T) {
	s := serveTest(t, "--data", t.TempDir(), "--no-sandbox", "--auth=off", "--metrics-addr", "127.0.0.1:0")
	url := s.out.find(t, regexpMetrics)
	before := scrape(t, url)
	response, err := http.Post(s.base+"/Patient", "application/fhir+json", strings.NewReader(`{"resourceType":"Patient","identifier":[{"value":"canary"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for path, want := range map[string]int{"/Patient?identifier=canary": 200, "/Patient/canary": 404, "/Patient?canary=x": 400} {
		if status, body := s.get(t, "", path); status != want {
			t.Fatalf("%s: %d %s", path, status, body)
		}
	}
	after := scrape(t, url)
	for _, want := range []string{
		`granary_http_requests_total{interaction="create",status="201"} 1`,
		`granary_http_requests_total{interaction="read",status="404"} 1`,
		`granary_http_requests_total{interaction="search-type",status="200"} 1`,
		`granary_http_requests_total{interaction="search-type",status="400"} 1`,
		`granary_http_request_duration_seconds_count{interaction="search-type"} 2`,
		`granary_http_requests_in_flight 0`,
		`granary_store_writer_queue_length 0`,
		`granary_store_readers_in_use 0`,
		`granary_store_refused_total 0`,
		`granary_requests_working{kind="read"} 0`,
		`granary_requests_waiting{kind="write"} 0`,
		`granary_requests_refused_total{kind="read"} 0`,
		`granary_cache_lookups_total{cache="token",result="hit"} 0`,
	} {
		if !slices.Contains(strings.Split(after, "\n"), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, name := range []string{
		"granary_store_commit_batch_size_sum", "granary_store_commit_batch_size_count",
		"granary_store_commit_duration_seconds_count", "granary_store_writer_wait_seconds_count",
	} {
		if a, b := number(t, before, name), number(t, after, name); b != a+1 {
			t.Errorf("%s went from %v to %v by one write", name, a, b)
		}
	}
	if number(t, after, "granary_store_readers_open") < 1 || number(t, after, `granary_cache_lookups_total{cache="dictionary",result="hit"}`) < 1 {
		t.Error("no connection reads, or the dictionary remembers nothing")
	}
	for _, want := range []string{"go_goroutines", "process_resident_memory_bytes", `granary_build_info{commit="`} {
		if !strings.Contains(after, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(after, "canary") { // leaks row 56
		t.Error("the metrics tell what was asked for")
	}
	problems, err := promlint.New(strings.NewReader(after)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	elsewhere, err := http.Get(strings.TrimSuffix(s.base, "/fhir") + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.Body.Close()
	if elsewhere.StatusCode != http.StatusNotFound {
		t.Errorf("the metrics are on the address of the data too: %d", elsewhere.StatusCode)
	}
}

// number is the value of a series.
func number(t *testing.T, metrics, series string) float64 {
	t.Helper()
	for line := range strings.Lines(metrics) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), series+" "); ok {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
	}
	t.Fatalf("no series %s", series)
	return 0
}

func TestMetricsAddress(t *testing.T) {
	for _, c := range []struct {
		addr   string
		beyond bool
		want   string
	}{
		{"", false, ""},
		{"127.0.0.1:9464", false, ""},
		{"localhost:9464", false, ""},
		{":9464", true, ""},
		{":9464", false, `--metrics-addr ":9464" is beyond loopback, where everyone reads how busy the server is: choose a loopback address, or add --metrics-beyond-loopback`},
		{"10.0.0.1:9464", false, `--metrics-addr "10.0.0.1:9464" is beyond loopback, where everyone reads how busy the server is: choose a loopback address, or add --metrics-beyond-loopback`},
		{"localhost", false, `--metrics-addr: "localhost" is not HOST:PORT`},
		{"", true, "--metrics-beyond-loopback is for --metrics-addr"},
	} {
		got := ""
		if err := (metricsFlags{c.addr, c.beyond}).check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
