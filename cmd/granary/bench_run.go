package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/internal/bench"
)

// benchRun is one run of the benchmark, in a folder of its own.
type benchRun struct {
	cmd     *benchCmd
	console console
	data    *bench.Data
	rows    []bench.Row
	probe   bench.Request // reads a resource that was loaded
	folder  string
	store   benchTarget

	tokens map[string]string // by scopes
	report bench.Report
}

func (b *benchRun) say(format string, args ...any) {
	fmt.Fprintf(b.console.err, format+"\n", args...)
}

// all loads and measures the small data set, then the whole one.
func (b *benchRun) all(ctx context.Context) (*bench.Report, error) {
	b.report.Clients, b.report.Duration = b.cmd.Clients, b.cmd.Duration
	b.report.Store = b.store.engine
	at, err := b.store.flags.location()
	if err != nil {
		return nil, err
	}
	b.say("store: %s (%s)", at, b.store.engine)
	if err := b.load(ctx, b.data.Small()); err != nil {
		return nil, err
	}
	if err := b.issue(ctx); err != nil {
		return nil, err
	}
	small := slices.DeleteFunc(slices.Clone(b.rows), func(row bench.Row) bool { return !row.Small })
	if err := b.measure(ctx, small, b.startServer); err != nil {
		return nil, err
	}
	b.report.Small = b.report.Resources
	if err := b.load(ctx, b.data.Rest()); err != nil {
		return nil, err
	}
	if b.report.DiskBytes, err = b.store.size(ctx); err != nil {
		return nil, err
	}
	if err := b.ready(ctx); err != nil {
		return nil, err
	}
	start := b.startServer
	if b.cmd.Profile != "" {
		start = b.startProfiled
	}
	return &b.report, b.measure(ctx, b.rows, start)
}

// issue makes the tokens of the rows.
func (b *benchRun) issue(ctx context.Context) (err error) {
	opened, err := b.store.flags.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	tokens := auth.NewTokens(opened, auth.PanelAll, time.Now)
	b.tokens = make(map[string]string)
	scopes := []string{bench.Everything}
	for _, row := range b.rows {
		scopes = append(scopes, row.Scope)
	}
	for _, scope := range scopes {
		grant := auth.Grant{Scopes: scope, Client: "granary bench"}
		if b.tokens[scope], err = tokens.Issue(ctx, grant, 7*24*time.Hour); err != nil {
			return fmt.Errorf("the scope %s: %w", scope, err)
		}
	}
	return nil
}

// measure starts a server and the floor, measures rows, and stops them.
func (b *benchRun) measure(ctx context.Context, rows []bench.Row, start func(context.Context) (*child, error)) (err error) {
	if len(rows) == 0 {
		return nil
	}
	server, err := start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	floor, err := b.startFloor(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, floor.stop()) }()
	open, err := b.startOpen(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, open.stop()) }()
	driver := bench.Driver{
		Server: server.Server, Floor: floor.Server, Open: open.Server, Tokens: b.tokens,
		Clients: b.cmd.Clients, Duration: b.cmd.Duration,
		Say: func(format string, args ...any) { b.say("measuring "+format, args...) },
	}
	results, err := driver.Measure(ctx, rows)
	for i := range results {
		results[i].Of = b.report.Resources
	}
	b.report.Results = append(b.report.Results, results...)
	return err
}

// ready measures how long a server takes to start on the store: the median of
// several starts.
func (b *benchRun) ready(ctx context.Context) error {
	var times []time.Duration
	for range 5 {
		start := time.Now()
		server, err := b.startServer(ctx)
		if err != nil {
			return err
		}
		err = bench.Ask(ctx, server.Server, b.tokens[bench.Everything], b.probe)
		times = append(times, time.Since(start))
		if err := cmp.Or(err, server.stop()); err != nil {
			return err
		}
	}
	slices.Sort(times)
	b.report.Ready = times[len(times)/2]
	return nil
}

// parts cuts a sequence into slices of n.
func parts(all iter.Seq[bench.Written], n int) iter.Seq[[]bench.Written] {
	return func(yield func([]bench.Written) bool) {
		var part []bench.Written
		for w := range all {
			if part = append(part, w); len(part) < n {
				continue
			}
			if !yield(part) {
				return
			}
			part = nil
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}
