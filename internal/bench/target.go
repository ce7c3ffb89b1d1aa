package bench

import (
	"cmp"
	"strings"
	"time"
)

// Target is a figure that the server should reach: Must is the floor of
// acceptance, Stretch what is hoped for.
type Target struct {
	What          string
	Unit          string  // "times", "ms", "/s", "MB"
	Measured      float64 // 0 if it was not
	Must, Stretch float64 // 0 where there is no figure to reach
	AtLeast       bool    // more is better
}

// Verdict is "stretch", "must", "missed", or "" of what was not measured or is
// not held to anything.
func (t Target) Verdict() string {
	reached := func(figure float64) bool {
		if t.AtLeast {
			return t.Measured >= figure
		}
		return t.Measured <= figure
	}
	switch {
	case t.Measured == 0 || t.Must == 0:
		return ""
	case reached(t.Stretch):
		return "stretch"
	case reached(t.Must):
		return "must"
	}
	return "missed"
}

// Targets holds the report to the targets. Ratios of rows are those of the
// server's CPU time of an operation, which other processes on the machine disturb
// less than they do latencies.
func (r *Report) Targets() []Target {
	var all []Target
	for _, name := range []string{"patient+category", "patient+code+date", "population code+date"} {
		all = append(all, Target{What: name + ", scope of another parameter against none", Unit: "times",
			Measured: r.cpu(name+" "+byOther, name), Must: 1.25, Stretch: 1.05})
	}
	for _, name := range []string{"patient+category", "patient+code+date", "population code+date"} {
		all = append(all, Target{What: name + ", scope of the query's own term against none", Unit: "times",
			Measured: r.cpu(name+" "+bySame, name), Must: 1.02, Stretch: 1.00})
	}
	for _, name := range []string{"patient+category", "population category+date"} {
		for _, many := range []string{byCode, byCombination} {
			all = append(all, Target{What: name + " " + strings.TrimPrefix(many, "/ ") + " against one", Unit: "times",
				Measured: r.cpu(name+" "+many, name+" "+byOneScope), Must: 1.15, Stretch: 1.00})
		}
	}
	all = append(all, r.againstFloor("read", 3, 2))
	all = append(all, Target{What: "read with a token, against --auth=off", Unit: "times", Measured: r.cpu("read", "read "+withoutToken), Must: 1.05, Stretch: 1.02})
	all = append(all, r.againstFloor("patient+category", 5, 3), r.againstFloor("population code+date", 5, 3))
	for _, name := range []string{"AND of three tokens", "AND of ORs"} {
		all = append(all, Target{What: name + ", p50", Unit: "ms", Measured: milliseconds(r.p50(r.row(name))), Must: 2, Stretch: 1})
	}
	all = append(all, r.againstFloor("chart", 2.5, 1.5), r.againstFloor("$everything", 2.5, 1.5))
	all = append(all, Target{What: "memory while charts are sent, against while resources are read", Unit: "times", Measured: r.memory("chart", "read")})
	for _, name := range []string{"growth: read", "growth: patient+category", "growth: patient+code+date"} {
		all = append(all, Target{What: name + ", p50 against the small data set", Unit: "times",
			Measured: ratio(r.p50(r.row(name)), r.p50(r.small(name))), Must: 1.3, Stretch: 1.1})
	}
	all = append(all, r.writing()...)
	return append(all, r.store()...)
}

func (r *Report) writing() []Target {
	one, many := r.rate("create, one writer"), r.rate("create, 32 writers")
	return []Target{
		{What: "transaction of 300, resources", Unit: "/s", Measured: r.rate("transaction of 300"), Must: 2000, Stretch: 5000, AtLeast: true},
		{What: "creates by 32 writers", Unit: "/s", Measured: many, Must: 1000, Stretch: 3000, AtLeast: true},
		{What: "creates by 32 writers against one", Unit: "times", Measured: ratio(many, one), Must: 2, Stretch: 5, AtLeast: true},
	}
}

func (r *Report) store() []Target {
	targets := []Target{
		{What: "bulk load, resources", Unit: "/s", Measured: r.Loaded().Rate(), Must: 5000, Stretch: 15000, AtLeast: true},
	}
	if n := len(r.Loads); n > 1 {
		targets = append(targets, Target{What: "bulk load, the last part against the first", Unit: "times", AtLeast: true,
			Measured: ratio(r.Loads[n-1].Rate(), r.Loads[0].Rate())})
	}
	return append(targets,
		Target{What: "ready on the existing store", Unit: "ms", Measured: milliseconds(r.Ready), Must: 500, Stretch: 100},
		Target{What: "anonymous memory under load, at most", Unit: "MB", Measured: float64(r.Peak()) / 1e6, Must: 200, Stretch: 100},
		Target{What: "disk against the JSON", Unit: "times", Measured: ratio(r.DiskBytes, r.JSONBytes), Must: 2.2, Stretch: 1.6},
	)
}

func (r *Report) againstFloor(name string, must, stretch float64) Target {
	return Target{What: name + " against the floor", Unit: "times", Measured: r.cpu(name, FloorOf(name)), Must: must, Stretch: stretch}
}

// cpu is how many times the server's CPU time of another row a row takes.
func (r *Report) cpu(name, of string) float64 {
	a, b := r.row(name), r.row(of)
	if a == nil || b == nil {
		return 0
	}
	return ratio(a.CPUEach(), b.CPUEach())
}

func (r *Report) memory(name, of string) float64 {
	a, b := r.row(name), r.row(of)
	if a == nil || b == nil {
		return 0
	}
	return ratio(a.Peak, b.Peak)
}

// rate is how many resources a row wrote in a second.
func (r *Report) rate(name string) float64 {
	if row := r.row(name); row != nil {
		return row.Rate() * float64(cmp.Or(row.Resources, 1))
	}
	return 0
}

func (r *Report) p50(row *Result) time.Duration {
	if row == nil {
		return 0
	}
	return row.Percentiles(50)[0]
}

// ratio is 0 where one of the two is unknown.
func ratio[N ~int64 | ~float64](a, b N) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (r *Result) isFloor() bool { return r.Row.Scope == "" }
