package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/granary-fhir/granary/store"
)

// The readers of a process.
const (
	readerCacheKiB = 4 << 10
	maxReaders     = 128
	// patience is how long a caller waits for a connection before one more is
	// opened: perhaps the one it waits for is held by itself.
	patience = 500 * time.Millisecond
	// exhausted is how long it waits when there are maxReaders.
	exhausted = 10 * time.Second
)

// pool holds the reading connections. They are opened as they are needed.
type pool struct {
	path string
	idle chan *conn // at most usual

	mu    sync.Mutex
	open  int
	usual int // more are opened only for those who have waited

	waits, refused atomic.Uint64
	waited         atomic.Int64 // nanoseconds
}

func newPool(path string) *pool {
	usual := max(4, 2*runtime.GOMAXPROCS(0))
	return &pool{path: path, usual: usual, idle: make(chan *conn, maxReaders)}
}

// take returns a connection, for put.
func (p *pool) take(ctx context.Context) (*conn, error) {
	select {
	case c := <-p.idle:
		return c, nil
	default:
	}
	if p.reserve(p.usual) {
		return p.dial(ctx)
	}
	p.waits.Add(1)
	if c, err := p.wait(ctx, patience); c != nil || err != nil {
		return c, err
	}
	if p.reserve(maxReaders) {
		return p.dial(ctx)
	}
	c, err := p.wait(ctx, exhausted)
	if c == nil && err == nil {
		p.refused.Add(1)
		err = fmt.Errorf("%w: all %d connections are in use", store.ErrUnavailable, maxReaders)
	}
	return c, err
}

func (p *pool) wait(ctx context.Context, limit time.Duration) (*conn, error) {
	start, timer := time.Now(), time.NewTimer(limit)
	defer func() {
		timer.Stop()
		p.waited.Add(int64(time.Since(start)))
	}()
	select {
	case c := <-p.idle:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, nil
	}
}

func (p *pool) reserve(limit int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open >= limit {
		return false
	}
	p.open++
	return true
}

// dial opens a connection. Where that fails, as when the process has no file
// descriptor left, the caller waits for one of the others, if there are any.
func (p *pool) dial(ctx context.Context) (*conn, error) {
	c, err := openReader(p.path)
	if err == nil || p.forget() == 0 {
		return c, err
	}
	p.waits.Add(1)
	c, cut := p.wait(ctx, exhausted)
	if c != nil || cut != nil {
		return c, cut
	}
	return nil, err
}

// openReader opens a connection whose files are all open, so that what it is used for
// does not fail for the lack of one.
func openReader(path string) (*conn, error) {
	c, err := openConn(path, readerCacheKiB)
	if err != nil {
		return nil, err
	}
	if err := c.exec("PRAGMA schema_version"); err != nil { // which looks into the log
		return nil, orElse(err, c.close())
	}
	return c, nil
}

// forget counts a connection as closed, and returns how many are left.
func (p *pool) forget() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	return p.open
}

// put gives a connection back.
func (p *pool) put(c *conn) {
	p.mu.Lock()
	surplus := p.open > p.usual && len(p.idle) > 0
	p.mu.Unlock()
	if surplus || c.inTransaction() {
		p.forget()
		_ = c.close() // nothing was written on it
		return
	}
	p.idle <- c
}

// close closes all connections; none is in use.
func (p *pool) close() error {
	var all []error
	for len(p.idle) > 0 {
		all = append(all, (<-p.idle).close())
	}
	return errors.Join(all...)
}
