package api

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

// historySystem returns the versions of the resources of all types that the caller
// may search, newest first (http.html#history).
func (s *server) historySystem(r *request) (action, error) {
	return s.history(r, func(ctx context.Context, reader *store.Reader, wanted store.HistoryRequest) (store.History, error) {
		return reader.HistoryOf(ctx, s.registry.Types(), wanted)
	})
}
