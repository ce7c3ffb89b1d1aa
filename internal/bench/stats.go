package bench

import (
	"math"
	"slices"
	"time"
)

// Measured is what was seen of one row.
type Measured struct {
	Ops     int
	Errors  int
	Elapsed time.Duration
	Bytes   int64         // of bodies that were received
	CPU     time.Duration // of the server; 0 where it cannot be told
	Peak    int64         // bytes of anonymous memory of the server, at most; 0 as well
	Latency []time.Duration
	Fault   string // what the first error was
}

// add puts a slice of the same row to what was measured before.
func (m *Measured) add(slice Measured) {
	m.Ops += slice.Ops
	m.Errors += slice.Errors
	m.Elapsed += slice.Elapsed
	m.Bytes += slice.Bytes
	m.CPU += slice.CPU
	m.Peak = max(m.Peak, slice.Peak)
	m.Latency = append(m.Latency, slice.Latency...)
	if m.Fault == "" {
		m.Fault = slice.Fault
	}
}

// Rate is how many operations there were in a second.
func (m *Measured) Rate() float64 {
	if m.Elapsed <= 0 {
		return 0
	}
	return float64(m.Ops) / m.Elapsed.Seconds()
}

// CPUEach is the server's CPU time of one operation, errors included: they cost
// time too.
func (m *Measured) CPUEach() time.Duration {
	if n := m.Ops + m.Errors; n > 0 {
		return m.CPU / time.Duration(n)
	}
	return 0
}

// BytesEach is the mean length of the bodies that were received.
func (m *Measured) BytesEach() int64 {
	if m.Ops == 0 {
		return 0
	}
	return m.Bytes / int64(m.Ops)
}

// Percentiles are exact: every latency is kept. Of no latencies they are 0.
func (m *Measured) Percentiles(percents ...float64) []time.Duration {
	sorted := slices.Sorted(slices.Values(m.Latency))
	values := make([]time.Duration, len(percents))
	for i, percent := range percents {
		values[i] = percentile(sorted, percent)
	}
	return values
}

// percentile is the smallest value that at least so many percent of the values do
// not exceed.
func percentile(sorted []time.Duration, percent float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(percent / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}
