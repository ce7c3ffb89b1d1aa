package api

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

// historyType returns the versions of all resources of a type, newest first
// (http.html#history). To SMART it is a search.
func (s *server) historyType(r *request) (action, error) {
	return s.history(r, func(ctx context.Context, reader *store.Reader, wanted store.HistoryRequest) (store.History, error) {
		return reader.HistoryOf(ctx, []string{r.typ}, wanted)
	})
}
