//go:build unix

package main

import (
	"bufio"
	"context"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/bench"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

// benchData is a data set as granary bench makes it.
func benchData(b *testing.B, size int) *bench.Data {
	b.Helper()
	cmd := benchCmd{}
	source, err := cmd.source(b.Context(), console{out: os.Stdout, err: os.Stderr})
	if err != nil {
		b.Fatal(err)
	}
	data, err := bench.NewData(source, size/10, size)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func both(data *bench.Data) iter.Seq[bench.Written] {
	return func(yield func(bench.Written) bool) {
		data.Small()(yield)
		data.Rest()(yield)
	}
}

func benchStore(b *testing.B) *store.Store {
	b.Helper()
	opened, err := dataFlags{Data: b.TempDir()}.open(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := opened.Close(); err != nil {
			b.Error(err)
		}
	})
	return opened
}

// spent is the CPU time of the process.
func spent() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func reportWrites(b *testing.B, before time.Duration, n int) {
	b.Helper()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "resources/s")
	b.ReportMetric(float64((spent()-before).Microseconds())/float64(n), "cpu-µs/resource")
}

// BenchmarkImport is granary import of NDJSON into a new store.
func BenchmarkImport(b *testing.B) {
	name := filepath.Join(b.TempDir(), "all.ndjson")
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	out, n := bufio.NewWriter(file), 0
	for w := range both(benchData(b, 10_000)) {
		_, _ = out.Write(append(w.JSON, '\n'))
		n++
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	_ = file.Close()
	files, err := seed.Find([]string{name})
	if err != nil {
		b.Fatal(err)
	}
	before := spent()
	total := 0
	for b.Loop() {
		opened := benchStore(b)
		target := seed.Store{View: opened.View(store.Unrestricted("bench")), Registry: opened.Registry()}
		summary, err := seed.Import(b.Context(), files, target, nil)
		if err != nil || len(summary.Refusals) > 0 {
			b.Fatal(err, summary.Refusals)
		}
		total += n
	}
	reportWrites(b, before, total)
}

// BenchmarkCreate is durable creates by one writer and by 32, without HTTP.
func BenchmarkCreate(b *testing.B) {
	opened := benchStore(b)
	view := opened.View(store.Unrestricted("bench"))
	var drafts []store.Draft
	for w := range both(benchData(b, 2000)) {
		node, err := fhirjson.Parse(w.JSON)
		if err != nil {
			b.Fatal(err)
		}
		draft, err := view.Draft(w.Type, node)
		if err != nil {
			b.Fatal(err)
		}
		drafts = append(drafts, draft)
	}
	var next atomic.Int64
	create := func(ctx context.Context) error {
		draft := drafts[int(next.Add(1))%len(drafts)]
		return view.Transact(ctx, func(tx *store.Tx) error {
			key, err := store.NewKey(draft.Type())
			if err != nil {
				return err
			}
			_, err = tx.Create(ctx, key, draft)
			return err
		})
	}
	for _, writers := range []int{1, 32} {
		b.Run(map[int]string{1: "one", 32: "32"}[writers], func(b *testing.B) {
			before := spent()
			const each = 64
			total := 0
			for b.Loop() {
				var wg sync.WaitGroup
				for range writers {
					wg.Go(func() {
						for range each {
							if err := create(b.Context()); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				total += writers * each
			}
			reportWrites(b, before, total)
		})
	}
}
