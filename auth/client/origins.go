package client

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/granary-fhir/granary/store"
)

// origins remembers the web origins of clients by the revisions of their records, so
// that a preflight reads revisions and no clients.
type origins struct {
	mu    sync.Mutex
	known map[string]knownOrigins // by client id
}

type knownOrigins struct {
	revision int64
	origins  []string
}

func newOrigins() *origins { return &origins{known: map[string]knownOrigins{}} }

// HasOrigin tells whether any client is registered with a web origin
// ([Client.AllowedOrigins]). It asks about every client, of which there are
// hundreds at most; browsers remember the answer to a preflight.
func (r *Registry) HasOrigin(ctx context.Context, origin string) (bool, error) {
	r.origins.mu.Lock()
	defer r.origins.mu.Unlock()
	before, found := r.origins.known, false
	after := map[string]knownOrigins{} // of those that are still there
	err := r.each(ctx, func(ids []string) error {
		names := make([]store.RecordName, len(ids))
		for i, id := range ids {
			names[i] = store.RecordName{Kind: clientKind, Key: id}
		}
		revisions, err := r.records.Revisions(ctx, names...)
		if err != nil {
			return err
		}
		for i, id := range ids {
			known, ok := before[id]
			if !ok || known.revision != revisions[i] {
				if known, err = r.originsOf(ctx, id); err != nil {
					return err
				}
			}
			after[id] = known
			found = found || slices.Contains(known.origins, origin)
		}
		return nil
	})
	if err == nil {
		r.origins.known = after
	}
	return found && err == nil, err
}

func (r *Registry) originsOf(ctx context.Context, id string) (knownOrigins, error) {
	c, err := r.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return knownOrigins{}, nil // removed meanwhile
	}
	return knownOrigins{c.revision, c.AllowedOrigins()}, err
}
