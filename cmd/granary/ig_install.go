package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/installed"
)

type igInstallCmd struct {
	dataFlags
	Files []string `arg:"" name:"file" help:"Packages: .tgz as packages.fhir.org has them."`
}

// Help is shown by granary ig install --help.
func (igInstallCmd) Help() string {
	return `Keeps the profiles, extensions, value sets, code systems and search parameters of packages
with the data. They count from the next start of a server on, which makes the index anew
beside its work; until that is done, whatever asks by a new search parameter is refused,
and all else is answered as before.

A package must be for R4 (4.0.1). Of each name one version is installed: another one takes
its place. A search parameter whose expression is not understood, or whose code means
something else already, is named and not served. Nothing is fetched: what a package builds
on has to be installed itself, and what is not there is named.

On SQLite no server may run meanwhile.

Examples:

  granary ig install hl7.fhir.us.mcode-3.0.0.tgz
  granary ig install --data /var/lib/granary guide.tgz terminology.tgz`
}

// Run installs the packages, each of them or none.
func (cmd *igInstallCmd) Run(ctx context.Context, c console) (err error) {
	packages := make([]*ig.Package, len(cmd.Files))
	for i, file := range cmd.Files {
		if packages[i], err = ig.Open(file); err != nil {
			return usageError{fmt.Errorf("%s: %w", file, err)}
		}
	}
	cmd.noteIfNew(ctx, c)
	opened, at, err := cmd.alone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	var done []installed.Done
	err = changing(ctx, opened, func(records store.Records) error {
		done = nil
		for _, p := range packages {
			one, err := installed.Install(ctx, records, p, time.Now())
			if err != nil {
				return err
			}
			done = append(done, one)
		}
		return usable(ctx, records)
	})
	if err != nil {
		return err
	}
	return cmd.report(ctx, c, opened, at, done)
}

// usable refuses packages with which the store could not be opened again: with profiles
// that cannot be used, alone or with the others, or search parameters that make no registry.
func usable(ctx context.Context, records store.Records) error {
	packages, err := installed.List(ctx, records)
	if err != nil {
		return err
	}
	if _, err := knowing(packages); err != nil {
		return err
	}
	_, err = installedProfiles(ctx, records, packages)
	return err
}

// report says what was done, and what of it is served.
func (cmd *igInstallCmd) report(ctx context.Context, c console, opened *store.Store, at location, done []installed.Done) error {
	changed := func(e installed.Entry) bool {
		return slices.ContainsFunc(done, func(d installed.Done) bool { return !d.Unchanged && d.ID() == e.ID() })
	}
	for _, d := range done {
		fmt.Fprintf(c.out, "%s: %s\n", d.ID(), outcome(d))
	}
	packages, err := installed.List(ctx, opened.Records())
	if err != nil {
		return err
	}
	if err := describeGuides(c, packages, changed); err != nil {
		return err
	}
	if slices.ContainsFunc(packages, changed) {
		sayNext(c, at)
	}
	return nil
}

func outcome(d installed.Done) string {
	switch {
	case d.Unchanged:
		return "is installed already, and nothing was changed"
	case d.Before == nil:
		return "installed: " + countsOf(d.Entry)
	case d.Before.Version == d.Version:
		return "installed in place of other content of the same version: " + countsOf(d.Entry)
	}
	return "installed in place of " + d.Before.Version + ": " + countsOf(d.Entry)
}
