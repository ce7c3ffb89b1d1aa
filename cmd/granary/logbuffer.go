package main

import (
	"io"
	"sync"
	"time"
)

const (
	// logPause is how long lines are collected once some were written. The first
	// line after a silence is written at once, and a busy server makes one system
	// call for many lines.
	logPause = 10 * time.Millisecond
	// maxPending bytes of lines may wait for a reader that is slow to take them:
	// from there on those who log wait too.
	maxPending = 1 << 20
)

// logBuffer passes lines on to a writer without making those who log wait for it.
// Lines are written in their order, or not at all if the process is killed within
// the pause.
type logBuffer struct {
	to     io.Writer
	mu     sync.Mutex
	room   *sync.Cond // pending has been taken
	lines  []byte     // pending
	spare  []byte     // what was written, to be filled again
	closed bool

	some  chan struct{} // something is pending
	stop  chan struct{}
	ended chan struct{}
}

func newLogBuffer(to io.Writer) *logBuffer {
	b := &logBuffer{to: to, some: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	b.room = sync.NewCond(&b.mu)
	go b.run()
	return b
}

// Write implements io.Writer. It reports no error: nobody reads what a log cannot
// tell.
func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.lines) > maxPending && !b.closed {
		b.room.Wait()
	}
	if b.closed { // by someone who ends late
		return b.to.Write(line)
	}
	b.lines = append(b.lines, line...)
	select {
	case b.some <- struct{}{}:
	default:
	}
	return len(line), nil
}

func (b *logBuffer) run() {
	defer close(b.ended)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-b.some:
		}
		b.flush()
		pause.Reset(logPause)
		select {
		case <-b.stop:
			return
		case <-pause.C:
		}
	}
}

// flush writes what is pending.
func (b *logBuffer) flush() {
	b.mu.Lock()
	lines := b.lines
	b.lines = b.spare[:0]
	b.mu.Unlock()
	b.room.Broadcast()
	_, _ = b.to.Write(lines) // see Write
	b.spare = lines
}

// close writes what is pending; lines that come later are written as they come.
func (b *logBuffer) close() {
	close(b.stop)
	<-b.ended
	b.flush()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	_, _ = b.to.Write(b.lines) // what came meanwhile
	b.room.Broadcast()
}
