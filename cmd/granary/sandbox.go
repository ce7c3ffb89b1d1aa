package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/seed/synthetic"
	"github.com/granary-fhir/granary/store"
)

// sandboxFlags say what an empty store is filled with.
type sandboxFlags struct {
	Sandbox         *bool  `negatable:"" help:"Fill an empty store with synthetic patients (default: only if the server is for this machine alone)."`
	SandboxPatients int    `default:"20" placeholder:"N" help:"How many patients a sandbox has, 7 at least, the personas first (default: ${default})."`
	SandboxAsOf     string `placeholder:"DATE" help:"The day on which it is now in a sandbox, such as 2026-11-30 (default: today)."`
}

// population is what a sandbox is filled with.
func (f sandboxFlags) population() (synthetic.Population, error) {
	p := synthetic.Population{Patients: f.SandboxPatients, Seed: sandboxSeed}
	var err error
	if p.AsOf, err = asOf(f.SandboxAsOf); err != nil {
		return p, fmt.Errorf("--sandbox-as-of: %w", err)
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("--sandbox-patients or --sandbox-as-of: %w", err)
	}
	return p, nil
}

func (f sandboxFlags) check() error {
	_, err := f.population()
	return err
}

// sandboxSeed is that of granary seed too, which adds to a sandbox.
const sandboxSeed = 1

// wantsSandbox tells whether an empty store is to be filled.
func (cmd *serveCmd) wantsSandbox() bool {
	if cmd.Sandbox != nil {
		return *cmd.Sandbox
	}
	return cmd.loopback() && !cmd.BehindProxy && !cmd.trusts()
}

// sandbox is what a store holds of the synthetic patients.
type sandbox struct {
	filled bool // they were put in, now or earlier
	now    int  // resources that were put in now
}

// The records of a sandbox. One process fills the store, and has claimed that; one that
// was killed while it did so has begun, and the next one goes on.
const (
	sandboxKind    = "sandbox"
	sandboxFilled  = "filled"
	sandboxClaimed = "claimed"
	sandboxBegun   = "begun"
	// A claim is good for so long: who waits for a process that was killed waits no
	// longer. If filling takes longer nothing is lost, since who does it too finds
	// everything as it would make it.
	sandboxClaim = 20 * time.Second
	sandboxPause = 50 * time.Millisecond
)

// seed fills the store with synthetic patients, if this is a sandbox, the
// store has nothing in it, and it was never filled before: who deletes the
// patients does not want them back at the next start. Of several processes on an empty
// store one fills it, and the others wait until it has.
func (cmd *serveCmd) seed(ctx context.Context, s *store.Store) (sandbox, error) {
	for {
		filled, err := hasRecord(ctx, s.Records(), sandboxFilled)
		if err != nil || filled || !cmd.wantsSandbox() {
			return sandbox{filled: filled}, err
		}
		_, err = s.Records().Swap(ctx, sandboxKind, sandboxClaimed, 0, []byte(version), time.Now().Add(sandboxClaim))
		if !errors.Is(err, store.ErrRecordChanged) {
			if err != nil {
				return sandbox{}, err
			}
			population, err := cmd.population()
			if err != nil {
				return sandbox{}, err
			}
			return fill(ctx, s, population)
		}
		select {
		case <-ctx.Done():
			return sandbox{}, ctx.Err()
		case <-time.After(sandboxPause):
		}
	}
}

// fill fills the store, if it is empty, and gives the claim back.
func fill(ctx context.Context, s *store.Store, population synthetic.Population) (in sandbox, err error) {
	records := s.Records()
	defer func() {
		err = errors.Join(err, records.Delete(context.WithoutCancel(ctx), sandboxKind, sandboxClaimed))
	}()
	// Another process may have done so just before the claim.
	filled, err := hasRecord(ctx, records, sandboxFilled)
	if err != nil || filled {
		return sandbox{filled: filled}, err
	}
	view := s.View(store.Unrestricted("seeding the sandbox"))
	begun, err := hasRecord(ctx, records, sandboxBegun)
	if err != nil {
		return sandbox{}, err
	}
	if !begun {
		if empty, err := isEmpty(ctx, view, s); err != nil || !empty {
			return sandbox{}, err
		}
		if _, err := records.Put(ctx, sandboxKind, sandboxBegun, []byte(version), time.Time{}); err != nil {
			return sandbox{}, err
		}
	}
	defer spareCollections()()
	summary, err := seed.Import(ctx, []seed.File{population.File()}, seed.Store{View: view, Registry: s.Registry()}, nil)
	if err != nil {
		return sandbox{}, fmt.Errorf("the synthetic patients: %w", err)
	}
	if len(summary.Refusals) > 0 {
		return sandbox{}, fmt.Errorf("the synthetic patients: %w", summary.Refusals[0])
	}
	err = demonstrate(ctx, s, func(records store.Records) error {
		if _, err := records.Put(ctx, sandboxKind, sandboxFilled, []byte(version), time.Time{}); err != nil {
			return err
		}
		return records.Delete(ctx, sandboxKind, sandboxBegun)
	})
	return sandbox{filled: true, now: summary.Sum().Total()}, err
}

// hasRecord tells whether the sandbox has a record.
func hasRecord(ctx context.Context, records store.Records, key string) (bool, error) {
	_, err := records.Get(ctx, sandboxKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// isEmpty tells whether the store has no live resource, but for records of what was
// done: to have looked at an empty store leaves it empty.
func isEmpty(ctx context.Context, view *store.View, s *store.Store) (bool, error) {
	query := &search.Query{Count: 1, Total: search.TotalNone}
	for _, typ := range s.Registry().Types() {
		if s.Compartments().Verdict(typ) == compartments.Records {
			continue
		}
		query.Selects = append(query.Selects, search.Select{Type: typ, Where: search.True})
	}
	found, err := view.Search(ctx, query)
	return len(found.Matches) == 0, err
}
