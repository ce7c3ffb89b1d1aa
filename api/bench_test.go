package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/audit"
)

// Benchmarks of the way of a request through the handler, without a socket: what
// to look at are the allocations.

func BenchmarkRead(b *testing.B) { benchmarkGet(b, "/Observation/o7") }

func BenchmarkPage(b *testing.B) { benchmarkGet(b, "/Observation?patient=p&_total=none") }

func BenchmarkChart(b *testing.B) { benchmarkGet(b, "/Patient/p/*?_count=1000&_total=none") }

// The same with records of what is read: what is added to the CPU time is what they
// cost, but for the writing of the last ones.
func BenchmarkAuditedRead(b *testing.B) {
	benchmarkGet(b, "/Observation/o7", audited(b, audit.DefaultEvery))
}

func BenchmarkAuditedPage(b *testing.B) {
	benchmarkGet(b, "/Observation?patient=p&_total=none", audited(b, audit.DefaultEvery))
}

func benchmarkGet(b *testing.B, path string, change ...func(*Config)) {
	w := newWorld(b, append(change, func(c *Config) { c.Logger = slog.New(slog.DiscardHandler) })...)
	w.add(chartOf(1000)...)
	token := w.token("system/*.rs")
	r := httptest.NewRequest(http.MethodGet, base+path, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	b.ReportAllocs()
	for b.Loop() {
		out := &discard{header: make(http.Header)}
		if w.handler.ServeHTTP(out, r); out.status != http.StatusOK || out.bytes < 500 {
			b.Fatalf("status %d, %d bytes", out.status, out.bytes)
		}
		b.SetBytes(int64(out.bytes))
	}
}

// chartOf is a patient, p, with n Observations of about a kilobyte each.
func chartOf(n int) []string {
	all := []string{`{"resourceType":"Patient","id":"p"}`}
	for i := range n {
		all = append(all, fmt.Sprintf(`{"resourceType":"Observation","id":"o%d","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01T00:%02d:%02dZ","note":[{"text":"%s"}]}`,
			i, i/60, i%60, strings.Repeat("x", 700)))
	}
	return all
}

// BenchmarkAuditedReads reads resources in turn, with and without records. CPU is
// that of the process, so that writing the records is part of it.
func BenchmarkAuditedReads(b *testing.B) {
	for _, records := range []bool{false, true} {
		b.Run(fmt.Sprintf("audit=%v", records), func(b *testing.B) {
			change := func(*Config) {}
			if records {
				change = audited(b, audit.DefaultEvery)
			}
			w := newWorld(b, change, func(c *Config) { c.Logger = slog.New(slog.DiscardHandler) })
			w.add(chartOf(1000)...)
			token := w.token("system/*.rs")
			requests := make([]*http.Request, 1000)
			for i := range requests {
				requests[i] = httptest.NewRequest(http.MethodGet, base+fmt.Sprintf("/Observation/o%d", i), http.NoBody)
				requests[i].Header.Set("Authorization", "Bearer "+token)
			}
			before, n := cpu(b), 0
			for b.Loop() {
				w.handler.ServeHTTP(&discard{header: make(http.Header)}, requests[n%len(requests)])
				n++
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(n), "cpu-µs/op")
		})
	}
}

// cpu is the CPU time of the process so far.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// discard is a client that takes everything and keeps nothing.
type discard struct {
	header http.Header
	status int
	bytes  int
	writes int
}

func (d *discard) Header() http.Header    { return d.header }
func (d *discard) WriteHeader(status int) { d.status = status }
func (d *discard) Flush()                 {}
func (d *discard) Write(p []byte) (int, error) {
	if d.status == 0 {
		d.status = http.StatusOK
	}
	d.bytes, d.writes = d.bytes+len(p), d.writes+1
	return len(p), nil
}
