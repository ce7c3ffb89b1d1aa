package seed

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/granary-fhir/granary/store"
)

// Target is where resources are put.
type Target interface {
	// Put writes each item under its key and returns what became of each, in
	// their order. The keys are distinct. An error means that going on is
	// useless; what was written until then may stay.
	Put(ctx context.Context, items []Item) ([]Result, error)
}

// preparer is a Target that can do part of its work on an item before it is put,
// while others are.
type preparer interface{ prepare(item *Item) }

// Result is what became of one item.
type Result struct {
	Outcome store.Outcome // Created, Updated or Unchanged
	Refused string        // the reason, "" unless the target refused the item
}

// Batch and BatchBytes are how many resources, of how much JSON, are put at a
// time: enough to make a transaction worth its cost, and few enough to be
// repeated when one is refused, and to be in memory. The first batch has FirstBatch,
// and each one twice as many as the one before, up to Batch: what is small is read
// while it is written, too.
const (
	FirstBatch = 250
	Batch      = 4000
	BatchBytes = 16 << 20
)

// Summary is the result of an import.
type Summary struct {
	Files    int
	Types    map[string]Counts
	Refusals []*Refusal
}

// Counts are the resources of one type by what became of them.
type Counts struct{ Created, Updated, Unchanged, Refused int }

// Total is the number of all of them.
func (c Counts) Total() int { return c.Created + c.Updated + c.Unchanged + c.Refused }

// Names are the types in the summary, sorted; "" stands for what was refused
// before its type was known.
func (s *Summary) Names() []string { return slices.Sorted(maps.Keys(s.Types)) }

// Sum adds up all types.
func (s *Summary) Sum() Counts {
	var sum Counts
	for _, c := range s.Types {
		sum.Created += c.Created
		sum.Updated += c.Updated
		sum.Unchanged += c.Unchanged
		sum.Refused += c.Refused
	}
	return sum
}

// Import puts the resources of the files into the target, in their order, except
// that Bundles with conditional references come last: they mean what is there.
// Of two resources with the same key in different files the later wins. Progress,
// which may be nil, is told of the bytes read so far, of [Work] in all. The error
// is the target's or the context's; the Summary then tells what was done before.
func Import(ctx context.Context, files []File, to Target, progress func(done int64)) (*Summary, error) {
	in := importer{to: to, progress: progress, room: FirstBatch, keys: make(map[store.Key]bool)}
	in.summary = &Summary{Files: len(files), Types: make(map[string]Counts)}
	err := in.files(ctx, files)
	if err == nil {
		err = in.flush(ctx)
	}
	err = cmp.Or(err, in.wait())
	in.refuseAll(in.unread)
	return in.summary, err
}

// files imports the files, those that ask for it at last.
func (in *importer) files(ctx context.Context, files []File) error {
	var last []File
	for _, file := range files {
		file.postpone = len(files) > 1
		later, err := in.file(ctx, file)
		if err != nil {
			return err
		}
		if later {
			last = append(last, file)
		}
	}
	for _, file := range last {
		file.postpone = false
		if _, err := in.file(ctx, file); err != nil {
			return err
		}
	}
	return nil
}

// Work is how many bytes are read to import the files: twice the size of a
// Bundle. What is made counts in its own unit.
func Work(files []File) int64 {
	var sum int64
	for _, file := range files {
		sum += file.Size
		if file.made == nil && !isNDJSON(file.Name) {
			sum += file.Size
		}
	}
	return sum
}
