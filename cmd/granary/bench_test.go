package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// benchReport is what the test looks at in the report.
type benchReport struct {
	Resources, SmallResources                         int
	MeanBytes, MeanIndexEntries, DiskBytesPerResource float64
	BulkLoadPerSecond, ReadyMs, PeakRssAnonBytes      float64
	Rows                                              []benchRow
	Targets                                           []struct{ What, Verdict string }
}

type benchRow struct {
	Name, NotMeasured, FirstError         string
	OfResources, Clients, Errors          int
	Operations, BytesPerOperation         int
	P50Ms, P95Ms, P99Ms                   float64
	OperationsPerSecond                   float64
	ServerCPUMicroseconds, MatchesPerPage float64
}

// benchRows are all rows of the benchmark, in the order in which they are
// measured.
var benchRows = []string{
	"growth: read", "growth: patient+category", "growth: patient+code+date",
	"read", "read / floor", "read / other scope", "read / auth off",
	"patient+category", "patient+category / floor", "patient+category / other scope", "patient+category / same scope",
	"patient+code+date", "patient+code+date / floor", "patient+code+date / other scope", "patient+code+date / same scope",
	"population code+date", "population code+date / floor", "population code+date / other scope", "population code+date / same scope",
	"patient+category / one scope of 60 codes", "patient+category / 60 scopes", "patient+category / 60 mixed scopes",
	"population category+date / one scope of 60 codes", "population category+date / 60 scopes", "population category+date / 60 mixed scopes",
	"AND of three tokens", "AND of ORs", "chained", "_has", "_include", "_revinclude", "exact total",
	"chart", "chart / floor", "$everything", "$everything / floor",
	"growth: read", "growth: patient+category", "growth: patient+code+date",
	"create, one writer", "create, 32 writers", "update", "transaction of 300", "CRUD 10/60/25/5",
}

// fewBenchRows are one of each kind: in a small and in a large store, beside a floor,
// under another scope and under none, what counts, and what writes.
var fewBenchRows = []string{
	"growth: read", "growth: patient+category", "growth: patient+code+date",
	"read", "read / floor", "read / other scope", "read / auth off", "exact total",
	"growth: read", "growth: patient+category", "growth: patient+code+date", "transaction of 300",
}

// temporary gives the benchmark's processes a folder of their own.
func temporary(t *testing.T) string {
	t.Helper()
	t.Setenv("TEST_RUN_MAIN", "1") // for the child processes
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	return folder
}

func isEmptyFolder(t *testing.T, folder string) bool {
	t.Helper()
	left, err := filepath.Glob(folder + "/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(left) == 0
}

// A short run over the built-in patients: every row is there, finds something,
// and has no errors. How fast it is is not tested. Rows of each kind are in the short
// form, and all with GRANARY_LONG in the environment.
func TestBench(t *testing.T) {
	folder := temporary(t)
	args, want := []string{"bench", "--resources", "1000", "--duration", "20ms", "--json"}, benchRows
	if os.Getenv("GRANARY_LONG") == "" {
		args, want = append(args, "--only", "growth,read,total,transaction"), fewBenchRows
	}
	_, out, errs := granary(t, args...)
	var report benchReport
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s%s", err, out, errs)
	}
	if !isEmptyFolder(t, folder) {
		t.Error("the store is still there")
	}
	if report.Resources < 1000 || report.SmallResources < 100 || report.SmallResources > 200 {
		t.Errorf("%d resources, %d in the small set", report.Resources, report.SmallResources)
	}
	for name, figure := range map[string]float64{
		"bytes": report.MeanBytes, "entries": report.MeanIndexEntries, "disk": report.DiskBytesPerResource,
		"load": report.BulkLoadPerSecond, "ready": report.ReadyMs, "memory": report.PeakRssAnonBytes,
	} {
		if figure <= 1 {
			t.Errorf("%s: %v", name, figure)
		}
	}
	var names []string
	for _, row := range report.Rows {
		names = append(names, row.Name)
		checkRow(t, row)
	}
	if got, want := strings.Join(names, "\n"), strings.Join(want, "\n"); got != want {
		t.Errorf("rows\n%s\nwant\n%s", got, want)
	}
	for _, target := range report.Targets {
		if target.What == "" {
			t.Error("a target without a name")
		}
	}
}

func checkRow(t *testing.T, row benchRow) {
	t.Helper()
	if row.Errors != 0 || row.NotMeasured != "" || row.Operations == 0 {
		t.Errorf("%s: %d operations, %d errors, %s%s", row.Name, row.Operations, row.Errors, row.NotMeasured, row.FirstError)
		return
	}
	if row.P50Ms <= 0 || row.P95Ms < row.P50Ms || row.P99Ms < row.P95Ms || row.OperationsPerSecond <= 0 || row.Clients < 1 || row.OfResources == 0 {
		t.Errorf("%+v", row)
	}
	if (strings.HasPrefix(row.Name, "chart") || strings.HasPrefix(row.Name, "$everything")) && row.BytesPerOperation < 500_000 || row.Name == "chart" && row.MatchesPerPage != 1000 {
		t.Errorf("a chart of %v resources, %d bytes", row.MatchesPerPage, row.BytesPerOperation)
	}
}

func TestBenchInterrupted(t *testing.T) {
	folder := temporary(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, errs, ended := newOutput(), newOutput(), make(chan int)
	go func() {
		defer errs.Close()
		args := []string{"bench", "--resources", "1000", "--duration", "1h", "--only", "growth"}
		ended <- run(ctx, args, console{program: "granary", out: out, err: errs})
	}()
	errs.find(t, regexp.MustCompile(`(measuring growth)`))
	if isEmptyFolder(t, folder) {
		t.Error("there is no store while it is measured")
	}
	cancel()
	if code := <-ended; code != exitFailure || out.String() != "" || !isEmptyFolder(t, folder) {
		t.Errorf("exit code %d, output %q, empty: %t", code, out, isEmptyFolder(t, folder))
	}
}

// granary bench | head -1
func TestBenchWhoseReaderGoesAway(t *testing.T) {
	folder := temporary(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, "bench", "--resources", "100", "--duration", "20ms", "--only", "total")
	command.Stdout, command.Stderr = writer, writer
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writer.Close(), reader.Close()); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err == nil {
		t.Error("nobody read the output, and all was well")
	}
	if !isEmptyFolder(t, folder) {
		t.Error("the store is still there")
	}
}

func TestBenchRefuses(t *testing.T) {
	folder := temporary(t)
	noPatient := write(t, "a.json", `{"resourceType":"Organization","id":"o"}`)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--resources", "0"}, "--resources: wants a number above 0, not 0"},
		{[]string{"--clients", "0"}, "--clients: wants a number above 0, not 0"},
		{[]string{"--duration", "0s"}, "--duration: wants a duration above 0"},
		{[]string{"--only", "read,nonsense"}, `--only: there is no "nonsense"; there are read, patient+category, `},
		{[]string{"--from", "absent"}, "--from: stat absent: no such file or directory"},
		{[]string{"--from", noPatient}, "--from: there is no Patient in the data"},
	} {
		code, out, errs := granary(t, append([]string{"bench"}, c.args...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("granary bench %q: exit code %d, output %q, errors %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	if !isEmptyFolder(t, folder) {
		t.Error("a store was made")
	}
}

func TestBenchProfile(t *testing.T) {
	temporary(t)
	profile := filepath.Join(t.TempDir(), "cpu.pprof")
	out := must(t, "bench", "--resources", "100", "--duration", "20ms", "--only", "read", "--profile", profile)
	if !strings.Contains(out, "\nread / floor ") || strings.Contains(out, "chart  ") {
		t.Errorf("rows:\n%s", out)
	}
	if info, err := os.Stat(profile); err != nil || info.Size() == 0 {
		t.Errorf("the profile: %v", err)
	}
}
