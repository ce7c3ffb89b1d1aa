package sqlite

import (
	"time"

	"github.com/granary-fhir/granary/store/sqlite/internal/volatile"
)

// The write-ahead log is brought into the database by a connection of its own, so
// that no commit waits for it, and so that readers, who look for each page in the
// log first, find it short.
const (
	checkpointEvery  = 200 * time.Millisecond // while there are commits
	checkpointFrames = 8_000                  // so many pages are worth it at once
	checkpointIdle   = 5                      // rounds without a commit until any are
	// restartFrames is how long the log may grow while readers keep it from
	// beginning anew: then writers wait until these have gone, but only for a
	// moment and now and then, since a backup may read for minutes.
	restartFrames   = 100_000
	restartPatience = 250 * time.Millisecond
	restartEvery    = 10 * time.Second
)

// checkpointer is the goroutine that does it.
type checkpointer struct {
	conn      *conn
	written   chan struct{} // there was a commit
	stop      chan struct{}
	ended     chan struct{}
	restarted time.Time // when that was tried last
}

func newCheckpointer(path string, of volatile.Store) (*checkpointer, error) {
	c, err := openConnOf(path, 1<<10, of)
	if err != nil {
		return nil, err
	}
	c.raw.SetBusyTimeout(restartPatience)
	p := &checkpointer{conn: c, written: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	go p.run()
	return p, nil
}

// wrote tells of a commit.
func (p *checkpointer) wrote() {
	select {
	case p.written <- struct{}{}:
	default:
	}
}

func (p *checkpointer) run() {
	defer close(p.ended)
	for {
		select {
		case <-p.written:
		case <-p.stop:
			return
		}
		if !p.follow() {
			return
		}
	}
}

// follow checkpoints while there are commits, and once when there are no more; it
// returns false when it was stopped.
func (p *checkpointer) follow() bool {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for idle := 0; idle <= checkpointIdle; idle++ {
		select {
		case <-tick.C:
		case <-p.stop:
			return false
		}
		select {
		case <-p.written:
			idle = 0
		default:
		}
		// What it cannot do now it can the next time, and the log keeps everything.
		_ = p.checkpoint(idle == checkpointIdle)
	}
	return true
}

// checkpoint brings what is in the log into the database, if there is enough of it
// or any will do.
func (p *checkpointer) checkpoint(any bool) error {
	log, done, err := p.frames("NOOP")
	switch {
	case err != nil:
		return err
	case log > restartFrames && time.Since(p.restarted) > restartEvery:
		p.restarted = time.Now()
		_, _, err = p.frames("RESTART")
	case log-done >= checkpointFrames || any && log > done:
		_, _, err = p.frames("PASSIVE")
	}
	return err
}

// frames runs a checkpoint of a mode, and tells how many pages are in the log and
// how many of them in the database too.
func (p *checkpointer) frames(mode string) (log, done int64, err error) {
	_, err = p.conn.first("PRAGMA wal_checkpoint("+mode+")", nil, func(r row) { log, done = r.int(1), r.int(2) })
	return log, done, err
}

func (p *checkpointer) close() error {
	close(p.stop)
	<-p.ended
	return p.conn.close()
}
