package main

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/sqlite"
)

// metrics are the numbers that Prometheus asks for. They tell what was done and
// how long it took, and nothing about whom: no label comes from a request but the
// name of its interaction.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge
	waited    prometheus.Histogram
	commits   prometheus.Histogram
	batches   prometheus.Histogram
}

// The buckets of times, in seconds: from a read to the longest request, and from
// a commit in memory to a disk that hangs.
var (
	requestSeconds = []float64{.0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60}
	writerSeconds  = []float64{.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10}
)

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "granary_http_requests_total", Help: "Requests that were answered, by interaction and status.",
	}, []string{"interaction", "status"})
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "granary_http_request_duration_seconds", Help: "From the headers of a request until its answer was handed to the connection.", Buckets: requestSeconds,
	}, []string{"interaction"})
	m.inFlight = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "granary_http_requests_in_flight", Help: "Requests that are being received, worked on or answered.",
	})
	m.waited = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "granary_store_writer_wait_seconds", Help: "How long those who write stood in the writer's queue.", Buckets: writerSeconds,
	})
	m.commits = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "granary_store_commit_duration_seconds", Help: "How long a commit took to become durable.", Buckets: writerSeconds,
	})
	m.batches = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "granary_store_commit_batch_size", Help: "How many writes one commit made durable.", Buckets: prometheus.ExponentialBuckets(1, 2, 9),
	})
	m.registry.MustRegister(
		m.requests, m.durations, m.inFlight, m.commits, buildInfo(),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "granary_build_info", Help: "Always 1; the labels tell which program this is.",
		ConstLabels: prometheus.Labels{"version": version, "commit": strings.TrimSuffix(strings.TrimPrefix(commit(), "commit "), ", "), "go": runtime.Version()},
	}, func() float64 { return 1 })
}

// around counts the requests that a handler has not answered yet.
func (m *metrics) around(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerInFlight(m.inFlight, next)
}

// observe counts a request.
func (m *metrics) observe(o api.Observation) {
	m.requests.WithLabelValues(o.Interaction, strconv.Itoa(o.Status)).Inc()
	m.durations.WithLabelValues(o.Interaction).Observe(o.Took.Seconds())
}

// observer counts what the store's writer does.
func (m *metrics) sqliteObserver() sqlite.Observer {
	return sqlite.Observer{
		Waited: func(d time.Duration) { m.waited.Observe(d.Seconds()) },
		Committed: func(callers int, took time.Duration) {
			m.batches.Observe(float64(callers))
			m.commits.Observe(took.Seconds())
		},
	}
}

// mongoObserver counts what transactions do.
func (m *metrics) mongoObserver() mongo.Observer {
	return mongo.Observer{Committed: func(took time.Duration) { m.commits.Observe(took.Seconds()) }}
}

// watch adds the numbers that others keep, which are read when they are asked for.
func (m *metrics) watch(tokens *auth.Tokens, admission *api.Admission, records *audit.Log) {
	m.gauge("granary_audit_queue_length", "Reads whose audit record is not written yet.", nil, func() float64 { return float64(records.Waiting()) })
	m.line("read", func() api.LineStats { return admission.Stats().Reading })
	m.line("write", func() api.LineStats { return admission.Stats().Writing })
	m.cache("token", tokens.CacheStats)
}

// watchSQLite adds those of an SQLite store.
func (m *metrics) watchSQLite(backend *sqlite.Backend) {
	m.registry.MustRegister(m.waited, m.batches)
	stats := backend.Stats
	m.gauge("granary_store_writer_queue_length", "Writes that wait for their turn.", nil, func() float64 { return float64(stats().Queued) })
	m.counter("granary_store_refused_total", "Calls that the store refused because it was too busy.", nil, func() float64 { return float64(stats().Refused) })
	m.gauge("granary_store_readers_open", "Connections for reading that are open.", nil, func() float64 { return float64(stats().Readers.Open) })
	m.gauge("granary_store_readers_in_use", "Connections for reading that are lent to a request.", nil, func() float64 { return float64(stats().Readers.InUse) })
	m.counter("granary_store_reader_waits_total", "Calls for which no connection for reading was free.", nil, func() float64 { return float64(stats().Readers.Waits) })
	m.counter("granary_store_reader_wait_seconds_total", "How long these waited, together.", nil, func() float64 { return stats().Readers.Waited.Seconds() })
	m.cache("dictionary", func() (uint64, uint64) { return stats().Dictionary.Hits, stats().Dictionary.Misses })
	m.cache("counts", func() (uint64, uint64) { return stats().Counts.Hits, stats().Counts.Misses })
}

// watchMongo adds those of a MongoDB store.
func (m *metrics) watchMongo(backend *mongo.Backend) {
	stats := backend.Stats
	m.gauge("granary_mongo_connections_open", "Connections to MongoDB servers that are open.", nil, func() float64 { return float64(stats().Open) })
	m.gauge("granary_mongo_connections_in_use", "Connections to MongoDB servers on which a command runs.", nil, func() float64 { return float64(stats().InUse) })
	m.counter("granary_mongo_connection_wait_seconds_total", "How long all commands together waited for a connection.", nil, func() float64 { return stats().Waited.Seconds() })
	m.counter("granary_mongo_connection_failures_total", "Commands for which there was no connection.", nil, func() float64 { return float64(stats().Failed) })
	m.counter("granary_mongo_conflicts_total", "Transactions that were run again because of another one.", nil, func() float64 { return float64(stats().Conflicts) })
}

func (m *metrics) gauge(name, help string, labels prometheus.Labels, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

func (m *metrics) counter(name, help string, labels prometheus.Labels, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// line adds the places of a kind of request.
func (m *metrics) line(kind string, read func() api.LineStats) {
	labels := prometheus.Labels{"kind": kind}
	m.gauge("granary_requests_working", "Requests that have a place and are worked on.", labels, func() float64 { return float64(read().Working) })
	m.gauge("granary_requests_waiting", "Requests that wait for a place.", labels, func() float64 { return float64(read().Waiting) })
	m.counter("granary_requests_refused_total", "Requests that were refused because there was no place.", labels, func() float64 { return float64(read().Refused) })
}

// cache adds the look-ups in a cache.
func (m *metrics) cache(name string, read func() (hits, misses uint64)) {
	const metric, help = "granary_cache_lookups_total", "Look-ups in the caches, by what came of them."
	m.counter(metric, help, prometheus.Labels{"cache": name, "result": "hit"}, func() float64 { hits, _ := read(); return float64(hits) })
	m.counter(metric, help, prometheus.Labels{"cache": name, "result": "miss"}, func() float64 { _, misses := read(); return float64(misses) })
}
