package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/granary-fhir/granary/internal/bench"
	"github.com/granary-fhir/granary/seed"
)

type benchCmd struct {
	Store storeName `default:"sqlite" placeholder:"URI" help:"What is measured. sqlite, or the URI of a MongoDB server, which gets a database for this run that is dropped at the end (default: ${default})."`
	mongoFlags
	Resources int           `default:"20000" placeholder:"N" help:"Size of the data set, in resources (default: ${default}). A tenth of it is loaded and measured first."`
	Clients   int           `default:"8" placeholder:"N" help:"Clients that ask at the same time (default: ${default}); some rows have a number of their own."`
	Duration  time.Duration `default:"5s" placeholder:"DURATION" help:"How long each row is measured (default: ${default})."`
	Only      []string      `placeholder:"ROW,..." help:"Measure these groups of rows only: read, patient+category, ..."`
	From      string        `placeholder:"PATH" help:"FHIR files whose patients are replicated (default: ../shared/data/synthea-r4 if that is there, else the built-in patients)."`
	JSON      bool          `name:"json" help:"Print the results as JSON."`
	Profile   string        `placeholder:"FILE" help:"Write a CPU profile of the server while the whole data set is measured, for go tool pprof."`

	// What the program's own child processes are started with.
	Child     string `hidden:"" default:"" enum:",server,floor"`
	ChildData string `hidden:""`
}

// syntheaFolder is where the patients are when the project's shared data are there.
const syntheaFolder = "../shared/data/synthea-r4"

// errBench: some rows failed, and that was said.
var errBench = errors.New("some rows failed")

// Help is shown by granary bench --help.
func (benchCmd) Help() string {
	return `Loads a data set into a store in the folder for temporary files (TMPDIR), which is
removed at the end, starts this program as a server on it, and measures it over
loopback HTTP: every row for --duration. Beside it, in turns, a plain gin handler sends
bodies of the same size: the floor. docs/performance.md says what each row is.

Examples:

  granary bench
  granary bench --resources 200000 --json > results.json
  GRANARY_STORE='mongodb://127.0.0.1/?replicaSet=rs0' granary bench --resources 2000
  granary bench --only read,population --duration 20s --profile cpu.pprof`
}

// Validate refuses bad values before anything is done.
func (cmd *benchCmd) Validate() error {
	switch {
	case cmd.Resources < 1:
		return fmt.Errorf("--resources: wants a number above 0, not %d", cmd.Resources)
	case cmd.Clients < 1:
		return fmt.Errorf("--clients: wants a number above 0, not %d", cmd.Clients)
	case cmd.Duration <= 0:
		return fmt.Errorf("--duration: wants a duration above 0, such as 5s, not %v", cmd.Duration)
	}
	return nil
}

// Run measures, or is one of the processes that are measured.
func (cmd *benchCmd) Run(ctx context.Context, c console) (err error) {
	switch cmd.Child {
	case "server":
		return cmd.serveProfiled(ctx, c)
	case "floor":
		return serveFloor(ctx, c)
	}
	source, err := cmd.source(ctx, c)
	if err != nil {
		return err
	}
	data, err := bench.NewData(source, cmd.Resources/10, cmd.Resources)
	if err != nil {
		return usageError{fmt.Errorf("--from: %w", err)}
	}
	rows, err := bench.NewRows(data)
	if err != nil {
		return usageError{fmt.Errorf("--from: %w", err)}
	}
	probe := rows[0].Requests[0]
	if rows, err = cmd.only(rows); err != nil {
		return usageError{err}
	}
	// A reader of the output that goes away would end the program, and leave
	// behind its folder and its child processes.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	folder, err := os.MkdirTemp("", "granary-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	measured, err := cmd.newBenchTarget(ctx, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, measured.remove(ctx)) }()
	run := benchRun{cmd: cmd, console: c, data: data, rows: rows, probe: probe, folder: folder, store: measured}
	report, err := run.all(ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		err = report.PrintJSON(c.out)
	} else {
		err = report.Print(c.out)
	}
	if err == nil && report.Failed() {
		err = errBench
	}
	return err
}

// only are the rows of the groups that were asked for.
func (cmd *benchCmd) only(rows []bench.Row) ([]bench.Row, error) {
	var groups []string
	for _, row := range rows {
		if !slices.Contains(groups, row.Group) {
			groups = append(groups, row.Group)
		}
	}
	for _, name := range cmd.Only {
		if !slices.Contains(groups, name) {
			return nil, fmt.Errorf("--only: there is no %q; there are %s", name, strings.Join(groups, ", "))
		}
	}
	if len(cmd.Only) == 0 {
		return rows, nil
	}
	return slices.DeleteFunc(rows, func(row bench.Row) bool { return !slices.Contains(cmd.Only, row.Group) }), nil
}

// source reads the resources that are replicated.
func (cmd *benchCmd) source(ctx context.Context, c console) ([]bench.Resource, error) {
	files, err := cmd.files()
	if err != nil {
		return nil, usageError{fmt.Errorf("--from: %w", err)}
	}
	var source collector
	summary, err := seed.Import(ctx, files, &source, nil)
	if err != nil {
		return nil, err
	}
	if n := len(summary.Refusals); n > 0 {
		fmt.Fprintf(c.err, "%d resources are left out, the first: %v\n", n, summary.Refusals[0])
	}
	return source.resources, nil
}

func (cmd *benchCmd) files() ([]seed.File, error) {
	if cmd.From == "" {
		if _, err := os.Stat(syntheaFolder); err != nil {
			return seed.BuiltIn(), nil
		}
	}
	return seed.Find([]string{cmp.Or(cmd.From, syntheaFolder)})
}

// collector is the target of an import that keeps what comes, of several versions
// the first.
type collector struct {
	resources []bench.Resource
	known     map[string]bool
}

func (t *collector) Put(_ context.Context, items []seed.Item) ([]seed.Result, error) {
	if t.known == nil {
		t.known = make(map[string]bool)
	}
	for _, item := range items {
		if key := item.Key.String(); !t.known[key] {
			t.known[key] = true
			t.resources = append(t.resources, bench.Resource{Type: item.Key.Type, ID: item.Key.ID, JSON: item.Resource})
		}
	}
	return make([]seed.Result, len(items)), nil
}
