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

// access logs that a request was answered: its pattern, not its path, and
// neither parameters nor bodies, since these tell about patients.
func (d *dispatcher) access(r *request, answer *response, took time.Duration) {
	pattern, interaction := "none", "none"
	if r.route != nil {
		pattern, interaction = BasePath+r.route.pattern, r.route.interaction
	}
	d.log.LogAttrs(r.context, slog.LevelInfo, "request",
		slog.String("request", r.id),
		slog.String("method", r.method),
		slog.String("route", pattern),
		slog.String("interaction", interaction),
		slog.Int("status", answer.status),
		slog.Duration("took", took))
}
