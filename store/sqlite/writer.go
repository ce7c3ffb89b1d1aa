package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/granary-fhir/granary/store"
)

// The writer of a process.
const (
	writerCacheKiB = 64 << 10
	queueLength    = 1024
	// A transaction takes in waiting callers until it has so many or is so old.
	maxBatch    = 256
	maxBatchAge = 50 * time.Millisecond
)

// writer owns the one connection that writes. Callers queue for it; within one
// SQLite transaction it is lent to one after the other, each with a savepoint of
// its own, and when nobody waits a single commit makes the work of all durable.
type writer struct {
	conn  *conn
	cache *cache
	queue chan *job
	ended chan struct{}
}

// job is a caller that waits for its turn. Its function runs in its own
// goroutine.
type job struct {
	ctx  context.Context
	turn chan bool  // true: the connection is lent; false: the caller had given up
	ran  chan error // the caller's answer: what its function returned
	done chan error // what became of the transaction
	ids  ids        // dictionary rows that it allocated
}

func newWriter(path string, shared *cache) (*writer, error) {
	c, err := openConn(path, writerCacheKiB)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: c, cache: shared, queue: make(chan *job, queueLength), ended: make(chan struct{})}
	go w.run()
	return w, nil
}

// errPanicked undoes the work of a function that did not return.
var errPanicked = errors.New("the function of a write panicked")

// do runs fn when it is its turn, and returns once its work is durable or undone.
func (w *writer) do(ctx context.Context, fn func(*conn, *ids) error) error {
	j := &job{ctx: ctx, turn: make(chan bool), ran: make(chan error, 1), done: make(chan error, 1), ids: newIDs()}
	select {
	case w.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-j.turn:
	case err := <-j.done: // there is no transaction
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
	w.call(j, fn)
	return <-j.done
}

func (w *writer) call(j *job, fn func(*conn, *ids) error) {
	err := errPanicked
	defer func() { j.ran <- err }()
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
	if first.ctx.Err() != nil {
		first.done <- first.ctx.Err()
		return
	}
	if err := w.conn.exec("BEGIN IMMEDIATE"); err != nil {
		first.done <- err
		return
	}
	var done []*job
	start := time.Now()
	for j := first; j != nil; j = w.next(len(done), start) {
		kept, err := w.lend(j, len(done) == 0)
		if kept {
			done = append(done, j)
		} else {
			j.done <- err
		}
		if !w.conn.inTransaction() { // an error such as a full disk ended it
			answer(done, orElse(store.ErrUnavailable, err))
			return
		}
	}
	w.commit(done)
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
	case j.turn <- true:
		err = <-j.ran
	case <-j.ctx.Done(): // it has left, or is about to
		err = j.ctx.Err()
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
	err := w.conn.exec("COMMIT")
	if err != nil && w.conn.inTransaction() {
		err = errors.Join(err, w.conn.exec("ROLLBACK"))
	}
	if err == nil {
		for _, j := range done {
			w.cache.commit(&j.ids)
		}
	}
	answer(done, err)
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
