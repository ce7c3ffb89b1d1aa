package sqlite

import "context"

// interruption stops a connection's queries when a context is done. The driver
// watches a channel by a goroutine, which is dear for a query of microseconds:
// the channel is kept, and only closed when a context is done.
type interruption struct {
	channel chan struct{}   // closed: queries stop; nil if the driver watches none
	ctx     context.Context // never done if queries run on
	stop    func() bool     // ends the watch over ctx; nil if there is none
}

// interruptible makes queries stop when ctx is done. A statement that writes must
// run on, under a context that is never done: SQLite would undo the whole
// transaction.
func (c *conn) interruptible(ctx context.Context) {
	if c.stop != nil && !c.stop() {
		<-c.channel // it is being closed, or was
		c.raw.SetInterrupt(nil)
		c.channel = nil
	}
	c.ctx, c.stop = ctx, nil
	if ctx.Done() == nil {
		return
	}
	if c.channel == nil {
		c.channel = make(chan struct{})
		c.raw.SetInterrupt(c.channel)
	}
	channel := c.channel
	c.stop = context.AfterFunc(ctx, func() { close(channel) })
}

// watches tells whether queries stop when ctx is done, and only then.
func (c *conn) watches(ctx context.Context) bool { return ctx.Done() == c.ctx.Done() }
