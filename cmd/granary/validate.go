package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/schollz/progressbar/v3"

	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store/installed"
)

type validateCmd struct {
	dataFlags
	IG      []string `name:"ig" placeholder:"FILE" help:"Package (.tgz) whose profiles are known beside those of US Core; may be repeated."`
	Profile []string `placeholder:"URL" help:"Check the resources of its type against this profile too, whatever they claim: URL or URL|VERSION; may be repeated."`
	JSON    bool     `name:"json" help:"Write an OperationOutcome for each resource that has issues, one a line, and the summary to standard error."`
	Paths   []string `arg:"" name:"path" help:"Files, and folders with everything below them."`
}

// Help is shown by granary validate --help.
func (validateCmd) Help() string {
	return `Takes what granary import takes: Bundles, single resources and NDJSON, plain or
compressed by gzip. Each resource is checked against R4 and the profiles that it claims in
meta.profile; each entry of a Bundle by itself. No store is needed, and nothing is written;
with --data or --store the packages that are installed there are known too. What could not be checked is said at the end. The exit code is 1 if there are errors.

Examples:

  granary validate patients/
  granary validate --profile 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0' p.json
  granary validate --ig hl7.fhir.us.mcode.tgz bundle.json.gz`
}

// Run validates.
func (cmd *validateCmd) Run(ctx context.Context, c console) error {
	known, err := cmd.profiles(ctx)
	if err != nil {
		return usageError{err}
	}
	for _, canonical := range cmd.Profile {
		if _, err := known.Lookup(canonical); err != nil {
			return usageError{fmt.Errorf("--profile: %w", err)}
		}
	}
	files, err := seed.Find(cmd.Paths)
	if err != nil {
		return usageError{err}
	}
	v := &validator{known: known, wanted: cmd.Profile, summary: newValidationSummary()}
	v.tell = tellText(c)
	summary := c.out
	if cmd.JSON {
		v.tell, summary = tellJSON(c), c.err
	}
	bar := newProgress(c, "validating", int64(len(files)), progressbar.OptionShowCount())
	for i, file := range files {
		if err := v.file(ctx, file); err != nil {
			return err
		}
		bar.set(int64(i + 1))
	}
	bar.clear()
	v.summary.print(summary)
	if v.summary.errors > 0 {
		return errRefused
	}
	return nil
}

// profiles are US Core's, those of the packages that are installed in the store, if one is
// named, and those of the packages that are named.
func (cmd *validateCmd) profiles(ctx context.Context) (*profile.Set, error) {
	packages, err := cmd.installed(ctx)
	if err != nil {
		return nil, err
	}
	for _, file := range cmd.IG {
		named, err := ig.Open(file)
		if err != nil {
			return nil, fmt.Errorf("--ig %s: %w", file, err)
		}
		packages = append(slices.DeleteFunc(packages, func(p *ig.Package) bool { return p.Name == named.Name && p.Version == named.Version }), named)
	}
	known, err := knownProfiles(packages...)
	if err != nil {
		return nil, fmt.Errorf("--ig: %w", err)
	}
	return known, nil
}

// installed are the packages in the store that is named, none without one.
func (cmd *validateCmd) installed(ctx context.Context) (packages []*ig.Package, err error) {
	if cmd.Data == "" && (cmd.Store == storeSQLite || cmd.Store == "") {
		return nil, nil
	}
	if err := cmd.existing(ctx); err != nil {
		return nil, err
	}
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	entries, err := installed.List(ctx, opened.Records())
	if err != nil {
		return nil, err
	}
	return loadAll(ctx, opened.Records(), entries)
}
