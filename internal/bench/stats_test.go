package bench

import (
	"slices"
	"testing"
	"time"
)

func TestPercentiles(t *testing.T) {
	to := func(n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(n-i)) // n … 1, not in order
		}
		return all
	}
	for _, c := range []struct {
		latency []time.Duration
		want    []time.Duration // p0, p50, p95, p99, p100
	}{
		{nil, []time.Duration{0, 0, 0, 0, 0}},
		{to(1), []time.Duration{1, 1, 1, 1, 1}},
		{to(2), []time.Duration{1, 1, 2, 2, 2}},
		{to(10), []time.Duration{1, 5, 10, 10, 10}},
		{to(100), []time.Duration{1, 50, 95, 99, 100}},
		{to(1000), []time.Duration{1, 500, 950, 990, 1000}},
	} {
		m := Measured{Latency: c.latency}
		if got := m.Percentiles(0, 50, 95, 99, 100); !slices.Equal(got, c.want) {
			t.Errorf("of %d: %v, want %v", len(c.latency), got, c.want)
		}
	}
}

func TestMeasuredAddsUp(t *testing.T) {
	var m Measured
	if m.Rate() != 0 || m.CPUEach() != 0 || m.BytesEach() != 0 {
		t.Error("nothing measured has figures")
	}
	m.add(Measured{Ops: 3, Bytes: 30, Elapsed: time.Second, CPU: 6 * time.Millisecond, Peak: 5, Latency: []time.Duration{1, 2, 3}})
	m.add(Measured{Ops: 1, Errors: 2, Bytes: 50, Elapsed: time.Second, Peak: 4, Latency: []time.Duration{4}, Fault: "first"})
	m.add(Measured{Errors: 1, Fault: "second"})
	if m.Ops != 4 || m.Errors != 3 || m.Rate() != 2 || m.BytesEach() != 20 || m.Peak != 5 || len(m.Latency) != 4 || m.Fault != "first" {
		t.Errorf("%+v", m)
	}
	if m.CPUEach() != 6*time.Millisecond/7 {
		t.Errorf("CPU %v", m.CPUEach())
	}
}
