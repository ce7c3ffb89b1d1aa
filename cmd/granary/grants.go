package main

import (
	"context"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store"
)

// endGrants ends all that was granted by or to somebody: their tokens are not good any
// more from the next request on, whether or not a server runs on the store.
func endGrants(ctx context.Context, s *store.Store, of auth.Owner) error {
	_, err := auth.NewTokens(s, auth.PanelAll, time.Now).RevokeAll(ctx, of)
	return err
}
