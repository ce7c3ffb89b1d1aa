package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/seed/synthetic"
)

type seedCmd struct {
	targetFlags
	Patients int    `default:"20" placeholder:"N" help:"How many patients, 7 at least, the twelve personas first (default: ${default})."`
	Seed     uint64 `default:"1" placeholder:"S" help:"Other numbers, other people (default: ${default})."`
	AsOf     string `placeholder:"DATE" help:"The day on which it is now, such as 2026-11-30 (default: today)."`
	Out      string `placeholder:"FOLDER" help:"Write files to this folder, new or empty, instead of to a store."`
	Format   string `default:"ndjson" enum:"ndjson,bundles" help:"Form of the files. ndjson: one for each type. bundles: a transaction for each patient (default: ${default})."`
}

// Help is shown by granary seed --help.
func (seedCmd) Help() string {
	return `Makes synthetic patients in whose charts all of US Core occurs. The same --patients,
--seed and --as-of make the same bytes, and are written by PUT under the same ids: what
is there already is changed only if it differs. More patients leave the first ones as
they are. The first twelve are the personas of docs/personas.md.

Examples:

  granary seed --patients 1000
  granary seed --patients 200 --seed 7 --as-of 2026-01-01 --out patients/
  granary seed --url https://fhir.example.org/fhir --token "$TOKEN"`
}

// Run makes the patients and writes them.
func (cmd *seedCmd) Run(ctx context.Context, given *kong.Context, c console) error {
	population, err := cmd.population()
	if err != nil {
		return usageError{err}
	}
	target, closeTarget, err := cmd.destination(ctx, given)
	if err != nil {
		return err
	}
	return load(ctx, c, "patients", []seed.File{population.File()}, target, closeTarget)
}

func (cmd *seedCmd) population() (synthetic.Population, error) {
	p := synthetic.Population{Patients: cmd.Patients, Seed: cmd.Seed}
	var err error
	if p.AsOf, err = asOf(cmd.AsOf); err != nil {
		return p, fmt.Errorf("--as-of: %w", err)
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("--patients or --as-of: %w", err)
	}
	return p, nil
}

// asOf is a date as a flag has it; "" is today.
func asOf(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, fmt.Errorf("%q is not a date such as 2026-11-30", text)
	}
	return t, nil
}

// destination is the folder --out, or where import would write.
func (cmd *seedCmd) destination(ctx context.Context, given *kong.Context) (seed.Target, func() error, error) {
	line := onLine(given)
	if cmd.Out == "" {
		if line["format"] {
			return nil, nil, usageError{errors.New("--format is for --out")}
		}
		remote, err := cmd.remote(given)
		if err != nil {
			return nil, nil, usageError{err}
		}
		return cmd.target(ctx, "granary seed", remote)
	}
	for _, other := range []string{"url", "data", "store", "token", "validate"} {
		if line[other] {
			return nil, nil, usageError{fmt.Errorf("--%s and --out: one place to write to, please", other)}
		}
	}
	folder, err := seed.NewFolder(cmd.Out, cmd.Format)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--out: %w", err)}
	}
	return folder, folder.Close, nil
}
