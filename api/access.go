package api

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"regexp"
	"time"
)

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._\-]{1,64}$`)

// requestID is the client's X-Request-Id if it has a decent one, so that both
// logs can be laid beside each other, and else a new one (http.html#custom).
func requestID(header http.Header) string {
	if id := header.Get("X-Request-Id"); requestIDPattern.MatchString(id) {
		return id
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand.Read
	return hex.EncodeToString(id[:])
}

// Observation is a request that was answered. Like the log, it tells what was
// done and not about whom.
type Observation struct {
	Interaction string // as the table of routes names it; "none" for what it does not have
	Status      int
	Took        time.Duration
}

// answered tells the log and the observer of a request.
func (d *dispatcher) answered(r *request, answer *response, took time.Duration) {
	d.access(r, answer, took)
	if d.observe == nil {
		return
	}
	interaction := "none"
	if r.route != nil {
		interaction = r.route.interaction
	}
	d.observe(Observation{interaction, answer.status, took})
}

// access logs that a request was answered: its pattern, not its path, and
// neither parameters nor bodies, since these tell about patients.
func (d *dispatcher) access(r *request, answer *response, took time.Duration) {
	pattern, interaction := "none", "none"
	if r.route != nil {
		pattern, interaction = BasePath+r.route.pattern, r.route.interaction
	}
	attrs := [...]slog.Attr{
		slog.String("request", r.id),
		slog.String("method", r.method),
		slog.String("route", pattern),
		slog.String("interaction", interaction),
		slog.Int("status", answer.status),
		slog.Duration("took", took),
		{}, // slog leaves out what is empty
	}
	if answer.cause != nil {
		attrs[6] = slog.Any("cause", answer.cause)
	}
	// As Logger.LogAttrs does it, but without a look at the stack for the line of code.
	if log := d.log.Handler(); log.Enabled(r.context, slog.LevelInfo) {
		record := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
		record.AddAttrs(attrs[:]...)
		_ = log.Handle(r.context, record) // nobody to tell, as in Logger
	}
}
