package seed

import (
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

// Result is what became of one item.
type Result struct {
	Outcome store.Outcome // Created, Updated or Unchanged
	Refused string        // the reason, "" unless the target refused the item
}

// Batch and BatchBytes are how many resources, of how much JSON, are put at a
// time: enough to make a transaction worth its cost, and few enough to be
// repeated when one is refused, and to be in memory.
const (
	Batch      = 400
	BatchBytes = 8 << 20
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
	in := importer{to: to, progress: progress, keys: make(map[store.Key]bool)}
	in.summary = &Summary{Files: len(files), Types: make(map[string]Counts)}
	var last []File
	for _, file := range files {
		file.postpone = len(files) > 1
		later, err := in.file(ctx, file)
		if err != nil {
			return in.summary, err
		}
		if later {
			last = append(last, file)
		}
	}
	for _, file := range last {
		file.postpone = false
		if _, err := in.file(ctx, file); err != nil {
			return in.summary, err
		}
	}
	return in.summary, in.flush(ctx)
}

// Work is how many bytes are read to import the files: twice the size of a
// Bundle.
func Work(files []File) int64 {
	var sum int64
	for _, file := range files {
		sum += file.Size
		if !isNDJSON(file.Name) {
			sum += file.Size
		}
	}
	return sum
}

type importer struct {
	to       Target
	progress func(int64)
	done     int64 // bytes
	batch    []Item
	size     int                // bytes of JSON in the batch
	keys     map[store.Key]bool // of the batch
	summary  *Summary
}

// file imports one file, unless it asks to be imported later.
func (in *importer) file(ctx context.Context, file File) (later bool, err error) {
	before := in.done
	file.read = in.advance
	for item, refusal := range file.Resources() {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		switch {
		case refusal == postponed:
			in.done = before // it will be read again
			return true, nil
		case refusal != nil:
			in.refuse(refusal)
		default:
			if err := in.add(ctx, item); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

func (in *importer) advance(n int64) {
	in.done += n
	if in.progress != nil {
		in.progress(in.done)
	}
}

func (in *importer) add(ctx context.Context, item Item) error {
	if len(in.batch) == Batch || in.size >= BatchBytes || in.keys[item.Key] {
		if err := in.flush(ctx); err != nil {
			return err
		}
	}
	in.batch = append(in.batch, item)
	in.size += len(item.Resource.Raw())
	in.keys[item.Key] = true
	return nil
}

func (in *importer) flush(ctx context.Context) error {
	if len(in.batch) == 0 {
		return nil
	}
	results, err := in.to.Put(ctx, in.batch)
	for i, result := range results {
		in.record(in.batch[i], result)
	}
	clear(in.batch) // so that their memory is free
	in.batch, in.size = in.batch[:0], 0
	clear(in.keys)
	return err
}

func (in *importer) record(item Item, result Result) {
	if result.Refused != "" {
		in.refuse(&Refusal{At: item.At, Key: item.Key, Reason: result.Refused})
		return
	}
	counts := in.summary.Types[item.Key.Type]
	switch result.Outcome {
	case store.Created:
		counts.Created++
	case store.Updated:
		counts.Updated++
	case store.Unchanged:
		counts.Unchanged++
	}
	in.summary.Types[item.Key.Type] = counts
}

func (in *importer) refuse(refusal *Refusal) {
	counts := in.summary.Types[refusal.Key.Type]
	counts.Refused++
	in.summary.Types[refusal.Key.Type] = counts
	in.summary.Refusals = append(in.summary.Refusals, refusal)
}
