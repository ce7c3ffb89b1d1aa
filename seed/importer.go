package seed

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

type importer struct {
	to       Target
	progress func(int64)
	done     int64 // bytes
	batch    []Item
	room     int                // how many the batch takes
	size     int                // bytes of JSON in the batch
	keys     map[store.Key]bool // of the batch
	unread   []unread           // what could not be read since the batch began
	putting  chan put           // the batch before, which is being put; nil if there is none
	summary  *Summary
}

// unread is a refusal before the item of a batch.
type unread struct {
	before  int
	refusal *Refusal
}

// put is a batch and what became of it.
type put struct {
	items   []Item
	unread  []unread
	results []Result
	err     error
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
			in.unread = append(in.unread, unread{len(in.batch), refusal})
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
	if len(in.batch) == in.room || in.size >= BatchBytes || in.keys[item.Key] {
		if err := in.flush(ctx); err != nil {
			return err
		}
	}
	if p, ok := in.to.(preparer); ok {
		p.prepare(&item)
	}
	in.batch = append(in.batch, item)
	in.size += len(item.Resource.Raw())
	in.keys[item.Key] = true
	return nil
}

// flush begins to put the batch, when the one before has been put: while the
// target writes one, the next is read and prepared.
func (in *importer) flush(ctx context.Context) error {
	if err := in.wait(); err != nil || len(in.batch) == 0 {
		return err
	}
	batch, done := put{items: in.batch, unread: in.unread}, make(chan put, 1)
	in.batch, in.size, in.unread, in.putting = nil, 0, nil, done
	in.room = min(2*in.room, Batch)
	clear(in.keys)
	go func() {
		batch.results, batch.err = in.to.Put(ctx, batch.items)
		done <- batch
	}()
	return nil
}

// wait records the batch that is being put, in the order in which it was read.
func (in *importer) wait() error {
	if in.putting == nil {
		return nil
	}
	batch := <-in.putting
	in.putting = nil
	for i, result := range batch.results {
		for len(batch.unread) > 0 && batch.unread[0].before <= i {
			in.refuse(batch.unread[0].refusal)
			batch.unread = batch.unread[1:]
		}
		in.record(batch.items[i], result)
	}
	in.refuseAll(batch.unread)
	return batch.err
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

func (in *importer) refuseAll(list []unread) {
	for _, u := range list {
		in.refuse(u.refusal)
	}
}
