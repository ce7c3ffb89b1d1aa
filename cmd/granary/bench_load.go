package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/granary-fhir/granary/internal/bench"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

// loadPart is how many resources are loaded, and timed, at once.
const loadPart = 60_000

// load imports resources as granary import does with a file of NDJSON. Writing
// the files is not part of the time.
func (b *benchRun) load(ctx context.Context, all iter.Seq[bench.Written]) (err error) {
	opened, err := b.store.flags.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	defer spareCollections()()
	target := seed.Store{View: opened.View(store.Unrestricted("granary bench")), Registry: opened.Registry()}
	for part := range parts(all, loadPart) {
		b.say("loading, %d of %d resources", b.report.Resources, b.data.Resources())
		if err := b.count(opened.Registry(), part); err != nil {
			return err
		}
		files, err := b.file(part)
		if err != nil {
			return err
		}
		start := time.Now()
		summary, err := seed.Import(ctx, files, target, nil)
		if err != nil {
			return err
		}
		b.report.Loads = append(b.report.Loads, bench.Load{Resources: len(part), Elapsed: time.Since(start)})
		if len(summary.Refusals) > 0 {
			return fmt.Errorf("%d of %d resources are refused, the first: %w", len(summary.Refusals), len(part), summary.Refusals[0])
		}
	}
	return nil
}

// file writes resources as NDJSON.
func (b *benchRun) file(part []bench.Written) (files []seed.File, err error) {
	name := filepath.Join(b.folder, "part.ndjson")
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriter(file)
	for _, w := range part {
		if _, err := buffered.Write(append(w.JSON, '\n')); err != nil {
			return nil, err
		}
	}
	if err := buffered.Flush(); err != nil {
		return nil, err
	}
	return seed.Find([]string{name})
}

// sampled is of how many resources one has its index entries counted.
const sampled = 50

// count adds resources to what the report tells about them.
func (b *benchRun) count(registry *search.Registry, part []bench.Written) error {
	entries, of := 0, 0
	for i, w := range part {
		b.report.JSONBytes += int64(len(w.JSON))
		if i%sampled != 0 {
			continue
		}
		n, err := indexEntries(registry, w)
		if err != nil {
			return err
		}
		entries, of = entries+n, of+1
	}
	mean := float64(entries) / float64(of)
	b.report.Entries += (mean - b.report.Entries) * float64(len(part)) / float64(b.report.Resources+len(part))
	b.report.Resources += len(part)
	return nil
}

// indexEntries is by how many values a resource is found.
func indexEntries(registry *search.Registry, w bench.Written) (int, error) {
	resource, err := fhirjson.Parse(w.JSON)
	if err != nil {
		return 0, err
	}
	entries, err := registry.Extract(w.Type, resource, "")
	return len(entries.Terms) + len(entries.Strings) + len(entries.Dates) + len(entries.Quantities), err
}
