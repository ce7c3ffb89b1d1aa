package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/granary-fhir/granary/store"
)

// The chunks of a long answer: what is read on one state of the data, and kept in
// memory; the next is read when it has been sent.
const (
	usualChunkBytes = 2 << 20 // of bodies, of a search
	usualChunk      = 200     // versions, of a history
)

// more reads the next part of a long answer, on a state of its own, and tells
// whether it is the last.
type more func(context.Context, *store.Reader) (part pieces, last bool, err error)

var errBrokenOff = errors.New("the server made a mistake")

// follow sends what comes behind the beginning of a long answer. No state of the
// data is held while bytes go to the client. The View asks for each part whether
// token and grant are still what they were; after an error the answer cannot be
// completed, and the transfer must be broken off.
func (d *dispatcher) follow(w http.ResponseWriter, r *request, answer *response) (err error) {
	if answer.more == nil || r.method == http.MethodHead {
		return nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			d.log.Error("panic", "request", r.id, "cause", cause, "stack", string(debug.Stack()))
			err = errBrokenOff
		}
		if err != nil {
			d.log.LogAttrs(r.context, slog.LevelWarn, "answer broken off", slog.String("request", r.id), slog.Any("error", err))
		}
	}()
	answer.parts = nil // they have been sent
	for last := false; !last; {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		var part pieces
		if part, last, err = d.nextPart(r, answer); err != nil {
			return err
		}
		if r.format.pretty {
			part = pieces{indentedPart(part.join(), false, last)}
		}
		if err := send(w, part); err != nil {
			return err
		}
	}
	return nil
}

// nextPart reads the next part of a long answer, for which the request takes a place
// again.
func (d *dispatcher) nextPart(r *request, answer *response) (part pieces, last bool, err error) {
	if err := r.begin(); err != nil {
		return nil, false, err
	}
	defer r.pause()
	err = answer.view.Snapshot(r.context, func(reader *store.Reader) (err error) {
		part, last, err = answer.more(r.context, reader)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return part, last, d.continued(r, part)
}
