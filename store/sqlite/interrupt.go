package sqlite

import "context"

// interruption stops a connection's queries when a context is done. The driver
// watches a channel by a goroutine, which is dear for a query of microseconds:
// the channel is kept, and only closed when a context is done.
type interruption struct {
	channel chan struct{} // closed: queries stop; nil if the driver watches none
	ctx     context.Context
	stop    func() bool // ends the watch over ctx
}

// interruptible makes queries stop when ctx is done; with nil they run on. A
// statement that writes must run on: SQLite would undo the whole transaction.
func (c *conn) interruptible(ctx context.Context) {
	if c.ctx != nil && !c.stop() {
		<-c.channel // it is being closed, or was
		c.raw.SetInterrupt(nil)
		c.channel = nil
	}
	c.ctx = nil
	if ctx == nil || ctx.Done() == nil {
		return
	}
	if c.channel == nil {
		c.channel = make(chan struct{})
		c.raw.SetInterrupt(c.channel)
	}
	channel := c.channel
	c.ctx, c.stop = ctx, context.AfterFunc(ctx, func() { close(channel) })
}

// watches tells whether queries stop when ctx is done.
func (c *conn) watches(ctx context.Context) bool {
	if c.ctx == nil {
		return ctx.Done() == nil
	}
	return ctx.Done() == c.ctx.Done()
}
