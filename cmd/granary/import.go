package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

type importCmd struct {
	writeFlags
	URL   string   `name:"url" placeholder:"FHIRBASE" help:"Write to this FHIR server instead of a local store."`
	Token string   `placeholder:"TOKEN" help:"Access token for --url."`
	Paths []string `arg:"" name:"path" help:"Files, and folders with everything below them."`
}

// errRefused: some resources were refused, and that was said.
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
	target, closeTarget, err := cmd.target(ctx, remote)
	if err != nil {
		return err
	}
	bar := newProgress(c, seed.Work(files))
	summary, err := seed.Import(ctx, files, target, bar.set)
	bar.clear()
	err = errors.Join(err, closeTarget())
	report(c, summary)
	if err == nil && len(summary.Refusals) > 0 {
		err = errRefused
	}
	return err
}

// remote tells whether to write to --url. What the command line says beats what
// the environment says.
func (cmd *importCmd) remote(given *kong.Context) (bool, error) {
	onLine := make(map[string]bool)
	for _, element := range given.Path {
		if element.Flag != nil {
			onLine[element.Flag.Name] = true
		}
	}
	switch {
	case onLine["url"] && onLine["data"]:
		return false, errors.New("--data and --url: one place to write to, please")
	case onLine["url"] && onLine["validate"]:
		return false, errors.New("--validate is for a local store; the server at --url checks as it was told to")
	case cmd.URL == "" || onLine["data"]:
		if onLine["token"] {
			return false, errors.New("--token is for --url")
		}
		return false, nil
	}
	if !strings.HasPrefix(cmd.URL, "http://") && !strings.HasPrefix(cmd.URL, "https://") {
		return false, fmt.Errorf("--url: %q is not an http or https URL", cmd.URL)
	}
	return true, nil
}

func (cmd *importCmd) target(ctx context.Context, remote bool) (target seed.Target, close func() error, err error) {
	if remote {
		server := seed.NewHTTP(cmd.URL, cmd.Token)
		return server, server.Close, nil
	}
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	view := opened.View(store.Unrestricted("granary import"))
	return seed.Store{View: view, Registry: opened.Registry()}, opened.Close, nil
}
