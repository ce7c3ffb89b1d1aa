package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/sqlite"
)

// dataFlags name the store. They mean the same on every command.
type dataFlags struct {
	Data  string `default:"granary-data" placeholder:"DIR" help:"Directory of the store; made if it is absent (default: ${default})."`
	Store string `default:"sqlite" enum:"sqlite" help:"Kind of store: ${enum}."`
}

// writeFlags are those of commands that write resources to the store.
type writeFlags struct {
	dataFlags
	Validate string `default:"structure" enum:"structure,off" help:"Check of resources before they are written. structure: against R4's definitions. off: only what storing needs (default: ${default})."`
}

func (f writeFlags) open(ctx context.Context, base string) (*store.Store, error) {
	return f.openWith(ctx, base, store.Validation(f.Validate))
}

// open opens the store for the server whose FHIR base URL is base, which is
// remembered; "" takes the one that it was served at last, so that an import
// without a server knows which absolute references are local.
func (f dataFlags) open(ctx context.Context, base string) (*store.Store, error) {
	return f.openWith(ctx, base, store.ValidateStructure)
}

func (f dataFlags) openWith(ctx context.Context, base string, v store.Validation) (*store.Store, error) {
	registry, err := search.NewRegistry()
	if err != nil {
		return nil, err
	}
	charts, err := compartments.New(registry)
	if err != nil {
		return nil, err
	}
	backend, err := sqlite.Open(f.Data, sqlite.Options{Clock: time.Now, Registry: registry})
	if err != nil {
		return nil, fmt.Errorf("--data %s: %w", f.Data, err)
	}
	var opened *store.Store
	if base, err = remember(ctx, backend.Records(), base); err == nil {
		opened, err = store.New(backend, registry, charts, base, v)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--data %s: %w", f.Data, err), backend.Close())
	}
	return opened, nil
}

// remember keeps a base URL, or returns the one that was kept last.
func remember(ctx context.Context, records store.Records, base string) (string, error) {
	const kind, key = "server", "base-url"
	kept, err := records.Get(ctx, kind, key)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return "", err
	case base == "":
		return string(kept.Value), nil
	case base == string(kept.Value):
		return base, nil
	}
	_, err = records.Put(ctx, kind, key, []byte(base), time.Time{})
	return base, err
}

// fhirBase is the FHIR base URL of a server that clients reach at root. The root
// may be given with or without /fhir.
func fhirBase(root string) (string, error) {
	parsed, err := url.Parse(root)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		return "", fmt.Errorf("%q is not an absolute http or https URL", root)
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return "", fmt.Errorf("%q has more than scheme, host and path", root)
	}
	root = strings.TrimSuffix(strings.TrimRight(root, "/"), "/fhir")
	return root + "/fhir", nil
}
