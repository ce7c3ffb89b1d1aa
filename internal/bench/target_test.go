package bench

import (
	"strings"
	"testing"
	"time"
)

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		target Target
		want   string
	}{
		{Target{Measured: 1.05, Must: 1.25, Stretch: 1.05}, "stretch"},
		{Target{Measured: 1.06, Must: 1.25, Stretch: 1.05}, "must"},
		{Target{Measured: 1.26, Must: 1.25, Stretch: 1.05}, "missed"},
		{Target{Measured: 5000, Must: 2000, Stretch: 5000, AtLeast: true}, "stretch"},
		{Target{Measured: 2000, Must: 2000, Stretch: 5000, AtLeast: true}, "must"},
		{Target{Measured: 1999, Must: 2000, Stretch: 5000, AtLeast: true}, "missed"},
		{Target{Must: 2000, Stretch: 5000}, ""},
		{Target{Measured: 3}, ""},
	} {
		if got := c.target.Verdict(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.target, got, c.want)
		}
	}
}

func testReport() *Report {
	result := func(name, scope string, of, ops int, cpu, p50 time.Duration) Result {
		return Result{Row: Row{Name: name, Scope: scope, Clients: 8, Resources: 300}, Of: of,
			Measured: Measured{Ops: ops, Elapsed: time.Second, CPU: cpu * time.Duration(ops), Latency: []time.Duration{p50}, Peak: 50e6}}
	}
	r := &Report{Resources: 1000, Small: 100, JSONBytes: 1_000_000, DiskBytes: 1_700_000, Ready: 90 * time.Millisecond,
		Loads: []Load{{100, 10 * time.Millisecond}, {900, 190 * time.Millisecond}}}
	r.Results = []Result{
		result("growth: read", Everything, 100, 10, 1, 2*time.Millisecond),
		result("growth: read", Everything, 1000, 10, 1, 3*time.Millisecond),
		result("read", Everything, 1000, 10, 50*time.Microsecond, time.Millisecond),
		result("read / auth off", "", 1000, 10, 40*time.Microsecond, time.Millisecond),
		result("read / floor", "", 1000, 10, 20*time.Microsecond, time.Millisecond),
		result("transaction of 300", Everything, 1000, 10, 1, time.Millisecond),
	}
	r.Results[4].Peak = 500e6 // of the floor, which is nobody's concern
	return r
}

func TestTargets(t *testing.T) {
	want := map[string]float64{
		"read against the floor":                       2.5,
		"read with a token, against --auth=off":        1.25,
		"growth: read, p50 against the small data set": 1.5,
		"transaction of 300, resources":                3000,
		"bulk load, resources":                         5000,
		"ready on the existing store":                  90,
		"anonymous memory under load, at most":         50,
		"disk against the JSON":                        1.7,
		"chart against the floor":                      0,
		"creates by 32 writers against one":            0,
		"AND of ORs, p50":                              0,
		"bulk load, the last part against the first":   900. / 1900,
	}
	targets := testReport().Targets()
	for _, target := range targets {
		if figure, ok := want[target.What]; ok {
			if diff := target.Measured - figure; diff > 1e-9 || diff < -1e-9 {
				t.Errorf("%s: %v, want %v", target.What, target.Measured, figure)
			}
			delete(want, target.What)
		}
	}
	if len(want) > 0 || len(targets) != 30 {
		t.Errorf("%d targets, without %v", len(targets), want)
	}
}

func TestPrint(t *testing.T) {
	r := testReport()
	r.Results = append(r.Results, Result{Row: Row{Name: "update", Scope: Everything}, Of: 1000, Refused: "no"},
		Result{Row: Row{Name: "create", Scope: Everything}, Of: 1000, Measured: Measured{Errors: 2, Fault: "why"}})
	var out strings.Builder
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"1000 resources (100 in the small set), 1000 bytes of JSON and 0.0 index entries each.\n",
		"\nread                8        10     1.00    1.00    1.00    50                0         0\n",
		"\nread against the floor                                            2.50 times  3.00 times  2.00 times  must\n",
		"\nupdate was not measured: no\n", "\ncreate had 2 errors, the first: why\n",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("without %q:\n%s", line, &out)
		}
	}
	if !r.Failed() || testReport().Failed() {
		t.Error("failed rows are not told")
	}
}
