package main

import (
	"context"
	"fmt"

	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/invariant"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/installed"
)

// knownProfiles are the profiles that this program knows: US Core's, and those of
// packages. It is the one place where they are put together with who evaluates
// their invariants. The error names what of a package cannot be used.
func knownProfiles(packages ...*ig.Package) (*profile.Set, error) {
	known, err := profile.USCore().With(packages...)
	if err != nil {
		return nil, err
	}
	return known.WithInvariants(invariant.Evaluator{}), nil
}

// installedProfiles are these and those of the packages that are kept with the data.
func installedProfiles(ctx context.Context, records store.Records, entries []installed.Entry) (*profile.Set, error) {
	packages, err := loadAll(ctx, records, entries)
	if err != nil {
		return nil, err
	}
	known, err := knownProfiles(packages...)
	if err != nil {
		return nil, fmt.Errorf("the profiles of an IG package cannot be used: %w", err)
	}
	return known, nil
}

// loadAll reads packages that are kept with the data.
func loadAll(ctx context.Context, records store.Records, entries []installed.Entry) ([]*ig.Package, error) {
	packages := make([]*ig.Package, len(entries))
	for i, e := range entries {
		var err error
		if packages[i], err = installed.Load(ctx, records, e); err != nil {
			return nil, err
		}
	}
	return packages, nil
}
