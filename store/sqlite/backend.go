package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite/internal/volatile"
)

// Options are how a backend is opened.
type Options struct {
	// Clock is the time by which versions are stamped, relationships are
	// current and records expire; nil for time.Now.
	Clock func() time.Time
	// Registry tells the main clinical date of each type, so that sorting by
	// it can use the order of the postings. Without it such a sort is slower.
	Registry *search.Registry
	// Observer is told what the writer does.
	Observer Observer
	// Volatile is for sqlitetest, and can be set there alone.
	Volatile volatile.Store
	// Alone refuses a folder that another process has open, and keeps others out.
	Alone bool
}

// Backend is a store.Backend in one SQLite file. Its Write must not be called
// within the function of another Write, nor a method of its Records that writes:
// there is one writer, and they would wait for each other. Read may be called
// anywhere; it sees what is committed.
type Backend struct {
	path     string // of the database
	clock    func() time.Time
	registry *search.Registry
	held     hold
	effort   effort
	cache    *cache
	revised  revisedMemory
	readers  *pool
	writer   *writer
	log      *checkpointer

	mu      sync.RWMutex // guards closed; and running against it
	closed  bool
	running sync.WaitGroup
}

var _ store.Backend = (*Backend)(nil)

// Open opens the database granary.db in dir, and makes both if need be, for
// their owner only. Several processes may have it open, but none while a backup is
// restored into dir: then the error is ErrInUse.
func Open(dir string, opts Options) (*Backend, error) {
	held, err := holdFor(dir, opts)
	if err != nil {
		return nil, err
	}
	b, err := open(dir, opts)
	if err != nil {
		return nil, orElse(err, held.release())
	}
	b.held = held
	return b, nil
}

func open(dir string, opts Options) (*Backend, error) {
	path, err := openFile(dir, opts.Registry)
	if err != nil {
		return nil, err
	}
	b := &Backend{path: path, clock: opts.Clock, registry: opts.Registry, effort: usualEffort, cache: new(cache)}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.writer, err = newWriter(path, b.cache, opts); err != nil {
		return nil, err
	}
	if b.log, err = newCheckpointer(path, opts.Volatile); err != nil {
		return nil, errors.Join(err, b.writer.close())
	}
	b.readers = newPool(path)
	return b, nil
}

// Now implements store.Backend.
func (b *Backend) Now() time.Time { return b.clock().UTC().Truncate(time.Millisecond) }

// UseRegistry implements store.RegistryUser.
func (b *Backend) UseRegistry(registry *search.Registry) { b.registry = registry }

// Read implements store.Backend.
func (b *Backend) Read(ctx context.Context, fn func(store.Snapshot) error) error {
	return b.read(ctx, func(c *conn) error {
		return fn(b.snapshot(c, ids{}))
	})
}

// Write implements store.Backend.
func (b *Backend) Write(ctx context.Context, fn func(store.Writer) error) error {
	return b.write(ctx, func(c *conn, allocated *ids) error {
		tx := &tx{snapshot: b.snapshot(c, *allocated)}
		tx.settle = tx.settleIndex
		if err := fn(tx); err != nil {
			return err
		}
		return tx.finish()
	})
}

// Records implements store.Backend.
func (b *Backend) Records() store.Records { return &records{backend: b} }

func (b *Backend) snapshot(c *conn, allocated ids) *snapshot {
	return &snapshot{
		backend:    b,
		now:        b.Now().UnixMicro(),
		dictionary: &dictionary{conn: c, shared: b.cache, allocated: allocated},
	}
}

// lend runs fn on a connection. Each of its queries sees a state of its own.
func (b *Backend) lend(ctx context.Context, fn func(*conn) error) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.running.Done()
	c, err := b.readers.take(ctx)
	if err != nil {
		return err
	}
	defer b.readers.put(c)
	return fn(c)
}

// read runs fn on a connection whose queries see one state of the data.
func (b *Backend) read(ctx context.Context, fn func(*conn) error) error {
	return b.lend(ctx, func(c *conn) error {
		if err := c.exec("BEGIN DEFERRED"); err != nil {
			return err
		}
		c.trace = store.TraceOf(ctx)
		defer func() {
			c.trace = nil
			_ = c.exec("ROLLBACK") // ends the snapshot; there is nothing to undo
		}()
		c.interruptible(ctx)
		defer c.interruptible(context.Background())
		return orInterrupted(ctx, fn(c))
	})
}

// write runs fn in a transaction of the writing connection.
func (b *Backend) write(ctx context.Context, fn func(*conn, *ids) error) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	defer b.running.Done()
	defer b.log.wrote()
	return orInterrupted(ctx, b.writer.do(ctx, fn))
}

// enter counts a call as running; store.ErrUnavailable once Close was called.
func (b *Backend) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return store.ErrUnavailable
	}
	b.running.Add(1)
	return nil
}

// orInterrupted puts the context's error in place of that of the query which it
// ended.
func orInterrupted(ctx context.Context, err error) error {
	if errors.Is(err, errInterrupted) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Close implements store.Backend.
func (b *Backend) Close() error {
	b.mu.Lock()
	was := b.closed
	b.closed = true
	b.mu.Unlock()
	b.running.Wait()
	if was {
		return nil
	}
	return errors.Join(b.log.close(), b.readers.close(), b.writer.close(), b.held.release())
}
