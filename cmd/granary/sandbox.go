package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

// wantsSandbox tells whether an empty store is to be filled.
func (cmd *serveCmd) wantsSandbox() bool {
	if cmd.Sandbox != nil {
		return *cmd.Sandbox
	}
	return cmd.loopback() && !cmd.BehindProxy
}

// sandbox is what a store holds of the built-in patients.
type sandbox struct {
	filled bool // they were put in, now or earlier
	now    int  // resources that were put in now
}

// seed fills the store with the built-in patients, if this is a sandbox, the
// store has nothing in it, and it was never filled before: who deletes the
// patients does not want them back at the next start.
func (cmd *serveCmd) seed(ctx context.Context, s *store.Store) (sandbox, error) {
	const kind, key = "sandbox", "filled"
	_, err := s.Records().Get(ctx, kind, key)
	switch {
	case err == nil:
		return sandbox{filled: true}, nil
	case !errors.Is(err, store.ErrNotFound):
		return sandbox{}, err
	case !cmd.wantsSandbox():
		return sandbox{}, nil
	}
	view := s.View(store.Unrestricted("seeding the sandbox"))
	empty, err := isEmpty(ctx, view, s.Registry())
	if err != nil || !empty {
		return sandbox{}, err
	}
	// There are fewer than one batch, so that all or none are put in.
	summary, err := seed.Import(ctx, seed.BuiltIn(), seed.Store{View: view, Registry: s.Registry()}, nil)
	if err != nil {
		return sandbox{}, fmt.Errorf("the built-in patients: %w", err)
	}
	if len(summary.Refusals) > 0 {
		return sandbox{}, fmt.Errorf("the built-in patients: %w", summary.Refusals[0])
	}
	_, err = s.Records().Put(ctx, kind, key, []byte(version), time.Time{})
	return sandbox{filled: true, now: summary.Sum().Total()}, err
}

// isEmpty tells whether the store has no live resource.
func isEmpty(ctx context.Context, view *store.View, registry *search.Registry) (bool, error) {
	query := &search.Query{Count: 1, Total: search.TotalNone}
	for _, typ := range registry.Types() {
		query.Selects = append(query.Selects, search.Select{Type: typ, Where: search.True})
	}
	found, err := view.Search(ctx, query)
	return len(found.Matches) == 0, err
}
