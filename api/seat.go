package api

import (
	"context"
	"time"
)

// seat is what a request needs in order to be worked on: a place, and time. It has
// neither while it waits for its client, to send the body or to take the answer,
// so that a slow client costs the others nothing.
type seat struct {
	line    *line         // nil where there is room for all
	timeout time.Duration // 0 for none
	base    context.Context
	end     func() // gives back what was taken; nil while there is none
}

// begin takes a place for a request, and its time begins. An entry of a Bundle has
// the Bundle's.
func (r *request) begin() error {
	s := r.seat
	if s == nil || s.end != nil {
		return nil
	}
	ctx, cancel := s.base, context.CancelFunc(func() {})
	if s.timeout > 0 {
		ctx, cancel = context.WithTimeout(s.base, s.timeout)
	}
	if s.line == nil {
		s.end = cancel
	} else {
		if err := s.line.enter(ctx); err != nil {
			cancel()
			return err
		}
		s.end = func() { cancel(); s.line.leave() }
	}
	r.context = ctx
	return nil
}

// pause gives the place of a request back, if it has one. The function that it
// returns takes one again.
func (r *request) pause() (resume func() error) {
	s := r.seat
	if s == nil || s.end == nil {
		return func() error { return nil }
	}
	s.end()
	s.end, r.context = nil, s.base
	return r.begin
}
