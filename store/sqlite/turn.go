package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/granary-fhir/granary/store"
)

// turnName is the file by whose lock the writers of several processes take turns.
const turnName = "granary.turn"

const (
	// turnPoll is how often one who waits looks again.
	turnPoll = time.Millisecond
	// turnPatience is how long the turn is waited for.
	turnPatience = time.Second
)

// turn lets the writers of several processes, a server and an import beside it, write
// one after the other. SQLite's own lock is had by whoever asks while it is free: one
// that writes without a pause has it back before another, which looks now and then,
// has seen it free, and whoever waits there waits in vain. So who wants the lock first
// takes the turn, and keeps it until they have the lock: then who had it last finds
// the turn taken and comes second.
type turn struct {
	lock *flock.Flock
	// After patience a writer goes on without the turn: a process that was stopped
	// while it had it must not stop all others.
	patience time.Duration
}

// turnOf is the turn of those that write to the database at a path.
func turnOf(path string) turn {
	return turn{flock.New(filepath.Join(filepath.Dir(path), turnName)), turnPatience}
}

// begin begins a transaction that writes; within the limit, or the error is
// store.ErrUnavailable.
func (t turn) begin(c *conn, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	defer t.take(ctx)()
	c.raw.SetBusyTimeout(0)
	defer c.raw.SetBusyTimeout(busyTimeout)
	for {
		err := c.exec("BEGIN IMMEDIATE")
		if !errors.Is(err, store.ErrUnavailable) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(turnPoll):
		}
	}
}

// take waits for the turn, and returns what gives it back. It never fails: what is
// wrong with the folder is told by who wants to write to the database in it.
func (t turn) take(ctx context.Context) (giveBack func()) {
	ctx, cancel := context.WithTimeout(ctx, t.patience)
	defer cancel()
	mine, err := t.lock.TryLockContext(ctx, turnPoll)
	if err != nil || !mine {
		return func() {}
	}
	return func() { _ = t.lock.Unlock() } // closes the file, which is what gives it back
}
