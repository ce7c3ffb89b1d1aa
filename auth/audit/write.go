package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// IDPrefix begins the ids of the records that the server made. No client chooses the
// id of an AuditEvent, so that none can make one that looks like it.
const IDPrefix = "granary-"

// written is a record that is ready to be written.
type written struct {
	key    store.Key
	draft  store.Draft
	events int  // that have a slot in the queue until it is
	tried  bool // an attempt has failed, and may have been done all the same
}

// prepare makes the record of an event. It takes a while, and others can write
// meanwhile.
func (l *Log) prepare(e Event) (written, error) {
	return l.ready(e.encode(l.store.Base()))
}

// prepareNext is prepare for one after the other, of who writes. The nodes of a record
// are used again for the next, so that of a draft no more is kept than is stored.
func (l *Log) prepareNext(e Event) (written, error) {
	l.writer.Reset(e.size())
	w, err := l.ready(e.encodeTo(l.writer, l.store.Base()))
	w.draft = w.draft.Compact()
	return w, err
}

func (l *Log) ready(resource *fhirjson.Node) (written, error) {
	draft, err := l.drafter.Draft("AuditEvent", resource)
	if err != nil {
		return written{}, fmt.Errorf("an audit record: %w", err)
	}
	key, err := store.NewKey("AuditEvent")
	key.ID = IDPrefix + key.ID
	return written{key: key, draft: draft}, err
}

// write writes the record, if it is not there: the answer to a commit may be lost, and to
// whom it is lost it has failed.
func (w written) write(ctx context.Context, tx *store.Tx) error {
	if w.tried {
		if _, err := tx.Read(ctx, w.key); !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return tx.Note(ctx, w.key, w.draft)
}

// mostAtOnce is how many records are written in one transaction, so that others who
// write do not wait for long, nor those whom the queue has no room for. It is as many
// as a quarter of the queue usually makes: a second transaction for the rest would
// write most pages of the indexes again.
const mostAtOnce = 12

// flush writes what is queued, and what could not be written before.
func (l *Log) flush(ctx context.Context) error {
	groups, refusals := l.take()
	for _, g := range groups {
		l.keep(g.event(), g.events)
	}
	for _, e := range refusals {
		l.keep(e.requested(), 0)
	}
	for len(l.unwritten) > 0 {
		some := l.unwritten[:min(mostAtOnce, len(l.unwritten))]
		if err := l.commit(ctx, some); err != nil {
			return err
		}
		l.unwritten = l.unwritten[len(some):]
	}
	l.unwritten = nil
	return nil
}

// take empties the queue.
func (l *Log) take() ([]*group, []Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	groups := l.queue.order
	l.queue = newQueue()
	if l.closed {
		return groups, l.floods.all()
	}
	return groups, l.floods.take(l.options.Clock())
}

// keep prepares the records of an event. One that is none is a mistake in the
// server, which would repeat itself for ever: the log has to say it in its place.
func (l *Log) keep(e Event, events int) {
	for _, part := range e.split() {
		w, err := l.prepareNext(part)
		if err != nil {
			l.options.Logger.Error("an audit record is lost", "error", err, "record", string(part.encode(l.store.Base()).Raw()))
			l.free(events)
			events = 0
			continue
		}
		w.events, events = events, 0
		l.unwritten = append(l.unwritten, w)
	}
}

func (l *Log) commit(ctx context.Context, records []written) error {
	err := l.view.Transact(ctx, func(tx *store.Tx) error {
		for _, w := range records {
			if err := w.write(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for i := range records {
			records[i].tried = true
		}
		return err
	}
	for _, w := range records {
		l.free(w.events)
	}
	return nil
}

// free gives back the slots of what was written.
func (l *Log) free(events int) {
	for range events {
		<-l.slots
	}
}
