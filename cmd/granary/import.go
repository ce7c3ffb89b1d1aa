package main

import (
	"context"
	"errors"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"

	"github.com/granary-fhir/granary/seed"
)

type importCmd struct {
	targetFlags
	Paths []string `arg:"" name:"path" help:"Files, and folders with everything below them."`
}

// errRefused: something was refused or found to be wrong, and that was said.
var errRefused = errors.New("some resources were refused")

// Help is shown by granary import --help.
func (importCmd) Help() string {
	return `Takes Bundles (any type but history), single resources and NDJSON, plain or compressed
by gzip. Resources keep their ids, the uuid of a urn:uuid being one, and are written by
PUT: importing the same files again changes nothing. Every resource that is refused is
named with the reason, and then the exit code is 1. Bundles with conditional references
(Practitioner?identifier=...) are imported after the others.

Examples:

  granary import patients/
  granary import --data /var/lib/granary bundle.json.gz Observation.ndjson
  granary import --url https://fhir.example.org/fhir --token "$TOKEN" bundle.json`
}

// Run imports.
func (cmd *importCmd) Run(ctx context.Context, given *kong.Context, c console) error {
	remote, err := cmd.remote(given)
	if err != nil {
		return usageError{err}
	}
	files, err := seed.Find(cmd.Paths)
	if err != nil {
		return usageError{err}
	}
	target, closeTarget, err := cmd.target(ctx, "granary import", remote)
	if err != nil {
		return err
	}
	return load(ctx, c, "importing", files, target, closeTarget, progressbar.OptionShowBytes(true))
}
