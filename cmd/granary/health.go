package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// The paths for those who watch the process. They are outside the FHIR base, need
// no token, and tell nothing about data.
const (
	healthzPath = "/healthz"
	readyzPath  = "/readyz"
)

// health tells whether the server can do its work.
type health struct {
	stopping context.Context // done: the server finishes what it has, and takes nothing new
	logger   *slog.Logger
	patience time.Duration // of a probe
	age      time.Duration // for so long an answer is good: who asks often asks for nothing
	note     func() string // what is said behind "ok"
	read     func(context.Context) error
	write    func(context.Context) error

	mu     sync.Mutex // held while the store is probed, so that one probe is enough for all who ask
	asked  time.Time
	reason string // why the server is not ready, "" if it is
}

func newHealth(stopping context.Context, s *store.Store, logger *slog.Logger) *health {
	return &health{
		stopping: stopping,
		logger:   logger,
		patience: 5 * time.Second,
		age:      time.Second,
		note:     func() string { return indexingNote(s) },
		read: func(ctx context.Context) error {
			_, err := s.Records().Get(ctx, "server", "base-url")
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		},
		write: func(ctx context.Context) error { // takes its turn and writes nothing
			return s.View(store.Unrestricted("readiness")).Transact(ctx, func(*store.Tx) error { return nil })
		},
	}
}

// around answers the paths of health, and leaves all others to next. They are
// compared as they are: a ServeMux would redirect what the API has to refuse.
func (h *health) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case healthzPath:
			say(w, r, func() string { return "" }, func() string { return "" })
		case readyzPath:
			say(w, r, h.unready, h.note)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// say answers 200 with the note that there is, or 503 with the reason.
func say(w http.ResponseWriter, r *http.Request, unwell, note func() string) {
	header := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "GET and HEAD are possible here", http.StatusMethodNotAllowed)
		return
	}
	header.Set("Cache-Control", "no-store")
	if reason := unwell(); reason != "" {
		http.Error(w, reason, http.StatusServiceUnavailable)
		return
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok"+note()+"\n") // the client is gone if this fails
}

// unready is why the server cannot do its work, "" if it can.
func (h *health) unready() string {
	if h.stopping.Err() != nil {
		return "stopping: requests in flight are answered, new ones are not taken"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.asked) < h.age {
		return h.reason
	}
	reason, err := h.probe()
	if reason != "" {
		h.logger.Warn("not ready", "reason", reason, "error", err)
	} else if h.reason != "" {
		h.logger.Info("ready again")
	}
	h.asked, h.reason = time.Now(), reason
	return reason
}

// probe asks the store, and not for longer than one waits for an answer.
func (h *health) probe() (reason string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), h.patience)
	defer cancel()
	if err := h.read(ctx); err != nil {
		return "the store cannot be read", err
	}
	switch err := h.write(ctx); {
	case errors.Is(err, store.ErrShutOut):
		return "the IG packages, or the version, with which this process was started are no longer those of the store: start it again", err
	case err != nil:
		return "the store's writer takes no work", err
	}
	return "", nil
}
