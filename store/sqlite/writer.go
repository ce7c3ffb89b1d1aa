package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/granary-fhir/granary/store"
)

// The writer of a process.
const (
	writerCacheKiB = 48 << 10
	queueLength    = 1024
	// A transaction takes in waiting callers until it has so many or is so old.
	maxBatch    = 256
	maxBatchAge = 50 * time.Millisecond
	// maxWait is how long a caller waits for its turn.
	maxWait = 10 * time.Second
)

// writer owns the one connection that writes. Callers queue for it; within one
// SQLite transaction it is lent to one after the other, each with a savepoint of
// its own, and when nobody waits a single commit makes the work of all durable.
type writer struct {
	conn  *conn
	turn  turn
	cache *cache
	queue chan *job
	limit time.Duration // of a wait: maxWait
	ended chan struct{}

	observer Observer
	refused  atomic.Uint64
}

// job is a caller that waits for its turn. Its function runs in its own
// goroutine.
type job struct {
	gone chan struct{} // closed: the caller has given up
	turn chan struct{} // the connection is lent
	ran  chan error    // the caller's answer: what its function returned
	done chan error    // what became of the transaction
	err  error         // why its work was undone within the transaction; nil if it is kept
	ids  ids           // dictionary rows that it allocated
}

func newWriter(path string, shared *cache, opts Options) (*writer, error) {
	c, err := openConnOf(path, writerCacheKiB, opts.Volatile)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: c, turn: turnOf(path), cache: shared, queue: make(chan *job, queueLength), ended: make(chan struct{}), observer: opts.Observer, limit: maxWait}
	go w.run()
	return w, nil
}

// errPanicked undoes the work of a function that did not return.
var errPanicked = errors.New("the function of a write panicked")

// errGone undoes what was prepared for a caller who had given up; nobody reads it.
var errGone = errors.New("the caller has given up")

// do runs fn when it is its turn, and returns once its work is durable or undone.
func (w *writer) do(ctx context.Context, fn func(*conn, *ids) error) error {
	j := &job{gone: make(chan struct{}), turn: make(chan struct{}), ran: make(chan error, 1), done: make(chan error, 1), ids: newIDs()}
	start := time.Now()
	mine, err := w.wait(ctx, j)
	w.observer.waited(start)
	if !mine {
		return err
	}
	w.call(j, store.TraceOf(ctx), fn)
	return <-j.done
}

// wait queues a job, and tells whether it is its turn; if it never will be, why.
func (w *writer) wait(ctx context.Context, j *job) (mine bool, err error) {
	select {
	case w.queue <- j:
	default:
		w.refused.Add(1)
		return false, fmt.Errorf("%w: %d callers wait for the writer", store.ErrUnavailable, cap(w.queue))
	}
	timer := time.NewTimer(w.limit)
	defer timer.Stop()
	select {
	case <-j.turn:
		return true, nil
	case err := <-j.done: // there is no transaction
		return false, err
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		w.refused.Add(1)
		err = fmt.Errorf("%w: the writer was not free within %v", store.ErrUnavailable, w.limit)
	}
	close(j.gone)
	return false, err
}

func (w *writer) call(j *job, trace *store.Trace, fn func(*conn, *ids) error) {
	err := errPanicked
	w.conn.trace = trace
	defer func() {
		w.conn.trace = nil
		j.ran <- err
	}()
	err = fn(w.conn, &j.ids)
}

// run serves the queue until it is closed.
func (w *writer) run() {
	defer close(w.ended)
	for j := range w.queue {
		w.transaction(j)
	}
}

// transaction lends the connection to a job and to those that wait behind it.
func (w *writer) transaction(first *job) {
	select {
	case <-first.gone:
		return
	default:
	}
	if err := w.turn.begin(w.conn, busyTimeout); err != nil {
		first.done <- err
		return
	}
	var done []*job
	start := time.Now()
	for j := first; j != nil; j = w.next(len(done), start) {
		alone := len(done) == 0
		kept, err := w.lend(j, alone)
		if kept || !alone {
			// Also one that failed waits for the commit: it may have failed for
			// what others have written here, which nobody can read yet.
			j.err = err
			done = append(done, j)
		} else {
			j.done <- err
		}
		if !w.conn.inTransaction() { // an error such as a full disk ended it
			answer(done, undone(err))
			return
		}
	}
	w.commit(done)
}

// undone is the error of those whose work was undone because that of another one
// could not be written. They are told why only where the storage is to blame.
func undone(err error) error {
	if errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly) {
		return err
	}
	return store.ErrUnavailable
}

// next is a job that waits, if the transaction can take it in.
func (w *writer) next(taken int, start time.Time) *job {
	if taken == 0 || taken >= maxBatch || time.Since(start) > maxBatchAge {
		return nil
	}
	select {
	case j := <-w.queue:
		return j
	default:
		return nil
	}
}

// lend gives the connection to a job for the time of its function, and tells
// whether the transaction now holds its work. The first needs no savepoint: the
// transaction is its own.
func (w *writer) lend(j *job, alone bool) (kept bool, err error) {
	if j == nil {
		return false, nil
	}
	if !alone {
		if err := w.conn.exec("SAVEPOINT job"); err != nil {
			return false, err
		}
	}
	select {
	case j.turn <- struct{}{}:
		err = <-j.ran
	case <-j.gone:
		err = errGone
	}
	switch {
	case !w.conn.inTransaction():
		if err == nil {
			err = store.ErrUnavailable
		}
		return false, err
	case err == nil && alone:
		return true, nil
	case err == nil:
		err = w.conn.exec("RELEASE job")
		return err == nil, err
	case alone:
		return false, orElse(err, w.conn.exec("ROLLBACK"))
	}
	return false, orElse(err, w.conn.script("ROLLBACK TO job; RELEASE job"))
}

// orElse is err as it is, unless there is another one.
func orElse(err, other error) error {
	if other != nil {
		return errors.Join(err, other)
	}
	return err
}

func (w *writer) commit(done []*job) {
	start := time.Now()
	err := w.conn.exec("COMMIT")
	if err != nil && w.conn.inTransaction() {
		err = errors.Join(err, w.conn.exec("ROLLBACK"))
	}
	if err != nil {
		answer(done, err)
		return
	}
	kept := 0
	for _, j := range done {
		if j.err == nil {
			kept++
			w.cache.commit(&j.ids)
		}
	}
	w.observer.committed(kept, start)
	for _, j := range done {
		j.done <- j.err
	}
}

func answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.done <- err
	}
}

// close ends the writer; no caller is left.
func (w *writer) close() error {
	close(w.queue)
	<-w.ended
	return w.conn.close()
}
