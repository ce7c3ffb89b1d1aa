package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// ErrNotRecorded says that the last records could not be written; until they are,
// nothing may be shown of which there would be none.
var ErrNotRecorded = errors.New("what is done cannot be recorded")

// Options are what a Log is made with. The zero Options are good.
type Options struct {
	Clock     func() time.Time // nil: time.Now
	QueueSize int              // how many reads may wait for their record to be written; 0: DefaultQueueSize
	Every     time.Duration    // how long one waits at most; 0: DefaultEvery
	Logger    *slog.Logger     // nil: slog.Default()
}

// The defaults of Options. Every leaves half a second to write what was queued, so
// that a crash loses the reads of a second at most.
const (
	DefaultQueueSize = 8192
	DefaultEvery     = 500 * time.Millisecond
)

// Log writes records to a store. It is safe for concurrent use.
type Log struct {
	store   *store.Store
	view    *store.View
	drafter store.Drafter
	options Options

	slots  chan struct{} // one for each read whose record is not written yet
	first  chan struct{} // there is something to write, and there was nothing
	large  chan struct{} // there is so much that it should not wait
	ending chan struct{} // closed by Close
	ended  chan struct{} // closed when nothing is written in the background any more

	mu      sync.Mutex
	queue   queue
	floods  floods
	failure error // of the last attempt to write
	closed  bool

	writing   chan struct{} // held by who writes
	unwritten []written     // what could not be written yet; of who writes
	writer    *fhirjson.Writer
}

// New makes a log that writes what is queued in the background, until Close.
func New(s *store.Store, options Options) *Log {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.QueueSize <= 0 {
		options.QueueSize = DefaultQueueSize
	}
	if options.Every <= 0 {
		options.Every = DefaultEvery
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	l := &Log{
		store:   s,
		view:    s.View(store.Unrestricted("audit")),
		drafter: s.Drafter().Trusting(), // TestEncode holds what is made to the definitions
		options: options,
		slots:   make(chan struct{}, options.QueueSize),
		first:   make(chan struct{}, 1),
		large:   make(chan struct{}, 1),
		ending:  make(chan struct{}),
		ended:   make(chan struct{}),
		writing: make(chan struct{}, 1),
		writer:  fhirjson.NewWriter(0, 0),
		queue:   newQueue(),
		floods:  make(floods),
	}
	go l.run()
	return l
}

// Record writes an event in a transaction, which must be unrestricted: that of what
// was done, so that both happen or neither.
func (l *Log) Record(ctx context.Context, tx *store.Tx, e Event) error {
	if e.Time.IsZero() {
		e.Time = l.options.Clock()
	}
	for _, part := range e.split() {
		w, err := l.prepare(part.requested())
		if err != nil {
			return err
		}
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Access queues the event of a reading, to be written soon, with others of the same
// caller in one record. It must be called before anything of what was read is shown.
// Where the queue is full it waits, as long as ctx lasts. The error wraps
// ErrNotRecorded if what was queued before could not be written, since a crash would
// lose more and more; then nothing must be shown.
//
// A Refusal of nobody in particular is counted, and never waits: see floods.
func (l *Log) Access(ctx context.Context, e Event) error {
	if e.Time.IsZero() {
		e.Time = l.options.Clock()
	}
	if e.Kind == Refusal && e.anonymous() {
		l.flooded(e)
		return nil
	}
	if err := l.standing(); err != nil {
		return err
	}
	select {
	case l.slots <- struct{}{}:
	default:
		poke(l.large)
		select {
		case l.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.ending:
			return store.ErrUnavailable
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		<-l.slots
		return store.ErrUnavailable
	}
	l.queue.add(e)
	switch l.queue.events {
	case 1:
		poke(l.first)
	case l.options.QueueSize/4 + 1:
		poke(l.large)
	}
	return nil
}

// Waiting is how many reads have no record yet that is durable.
func (l *Log) Waiting() int { return len(l.slots) }

func (l *Log) flooded(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.floods.add(e)
	poke(l.first)
}

func (l *Log) standing() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure != nil {
		return fmt.Errorf("%w: %v", ErrNotRecorded, l.failure) //nolint:errorlint // what keeps it from being written is not what is wrong with the request
	}
	return nil
}

// poke wakes who waits for a signal, unless they have one.
func poke(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

// Flush writes what is queued, and returns when it is durable.
func (l *Log) Flush(ctx context.Context) error {
	select {
	case l.writing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.writing }()
	err := l.flush(context.WithoutCancel(ctx)) // else it could be written and not known to be
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil && l.failure == nil:
		l.options.Logger.Error("audit records cannot be written; until they are, nothing is shown", "error", err)
	case err == nil && l.failure != nil:
		l.options.Logger.Info("audit records are written again")
	}
	l.failure = err
	return err
}

// Close writes what is queued, and takes nothing more.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	again := l.closed
	l.closed = true
	l.mu.Unlock()
	if !again {
		close(l.ending)
	}
	<-l.ended
	return l.Flush(ctx)
}

// run writes what is queued, soon after it was.
func (l *Log) run() {
	defer close(l.ended)
	timer := time.NewTimer(l.options.Every)
	timer.Stop()
	waits := false // the timer runs
	for {
		select {
		case <-l.first:
			if !waits {
				timer.Reset(l.options.Every)
				waits = true
			}
			continue
		case <-l.large:
		case <-timer.C:
		case <-l.ending:
			timer.Stop()
			return
		}
		timer.Stop()
		err := l.Flush(context.Background())
		if waits = err != nil || l.flooding(); waits {
			timer.Reset(l.options.Every)
		}
	}
}

func (l *Log) flooding() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.floods) > 0
}
