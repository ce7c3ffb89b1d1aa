package bench

import (
	"encoding/json"
	"io"
)

// The forms of the report for machines.
type (
	jsonReport struct {
		Store       string       `json:"store"`
		Resources   int          `json:"resources"`
		Small       int          `json:"smallResources"`
		Clients     int          `json:"clients"`
		Seconds     float64      `json:"secondsPerRow"`
		BytesEach   int64        `json:"meanBytes"`
		EntriesEach float64      `json:"meanIndexEntries"`
		DiskEach    int64        `json:"diskBytesPerResource"`
		DiskRatio   float64      `json:"diskAgainstJSON"`
		LoadRate    float64      `json:"bulkLoadPerSecond"`
		LoadRates   []float64    `json:"bulkLoadPerSecondByPart"`
		ReadyMs     float64      `json:"readyMs"`
		PeakRssAnon int64        `json:"peakRssAnonBytes"`
		Rows        []jsonRow    `json:"rows"`
		Targets     []jsonTarget `json:"targets"`
	}
	jsonRow struct {
		Name        string  `json:"name"`
		Group       string  `json:"group"`
		About       string  `json:"about"`
		Scope       string  `json:"scope,omitempty"`
		Resources   int     `json:"ofResources"`
		Clients     int     `json:"clients"`
		Ops         int     `json:"operations"`
		Errors      int     `json:"errors"`
		Fault       string  `json:"firstError,omitempty"`
		Refused     string  `json:"notMeasured,omitempty"`
		Rate        float64 `json:"operationsPerSecond"`
		P50         float64 `json:"p50Ms"`
		P95         float64 `json:"p95Ms"`
		P99         float64 `json:"p99Ms"`
		CPU         float64 `json:"serverCPUMicroseconds"`
		Bytes       int64   `json:"bytesPerOperation"`
		Matches     float64 `json:"matchesPerPage,omitempty"`
		PeakRssAnon int64   `json:"peakRssAnonBytes"`
	}
	jsonTarget struct {
		What     string  `json:"what"`
		Unit     string  `json:"unit"`
		Measured float64 `json:"measured"`
		Must     float64 `json:"must,omitempty"`
		Stretch  float64 `json:"stretch,omitempty"`
		AtLeast  bool    `json:"atLeast,omitempty"`
		Verdict  string  `json:"verdict,omitempty"`
	}
)

// PrintJSON writes the report for machines.
func (r *Report) PrintJSON(w io.Writer) error {
	out := jsonReport{
		Store: r.Store, Resources: r.Resources, Small: r.Small, Clients: r.Clients, Seconds: r.Duration.Seconds(),
		BytesEach: r.JSONBytes / int64(max(r.Resources, 1)), EntriesEach: r.Entries,
		DiskEach: r.DiskBytes / int64(max(r.Resources, 1)), DiskRatio: ratio(r.DiskBytes, r.JSONBytes),
		LoadRate: r.Loaded().Rate(), ReadyMs: milliseconds(r.Ready), PeakRssAnon: r.Peak(),
	}
	for _, l := range r.Loads {
		out.LoadRates = append(out.LoadRates, l.Rate())
	}
	for _, row := range r.Results {
		p := row.Percentiles(50, 95, 99)
		out.Rows = append(out.Rows, jsonRow{
			Name: row.Name, Group: row.Group, About: row.About, Scope: row.Scope, Resources: row.Of, Clients: row.Clients,
			Ops: row.Ops, Errors: row.Errors, Fault: row.Fault, Refused: row.Refused, Rate: row.Rate(),
			P50: milliseconds(p[0]), P95: milliseconds(p[1]), P99: milliseconds(p[2]),
			CPU: float64(row.CPUEach().Nanoseconds()) / 1e3, Bytes: row.BytesEach(), Matches: row.Matches, PeakRssAnon: row.Peak,
		})
	}
	for _, t := range r.Targets() {
		out.Targets = append(out.Targets, jsonTarget{t.What, t.Unit, t.Measured, t.Must, t.Stretch, t.AtLeast, t.Verdict()})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}
