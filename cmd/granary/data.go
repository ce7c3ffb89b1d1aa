package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/installed"
)

// dataFlags name the store. They mean the same on every command.
type dataFlags struct {
	Data  string    `group:"data" placeholder:"DIR" help:"Directory of an SQLite store; made if it is absent (default: granary-data)."`
	Store storeName `group:"data" default:"sqlite" placeholder:"URI" help:"Where the data are. sqlite: in the directory --data. mongodb://… or mongodb+srv://…: in the MongoDB database that the path of the URI names, granary if it names none. A URI with a password belongs in the environment (default: ${default})."`
	mongoFlags
}

// writeFlags are those of commands that write resources to the store.
type writeFlags struct {
	dataFlags
	Validate string `default:"structure" enum:"structure,profile,off" help:"Check of resources before they are written. structure: against R4's definitions. profile: also against the known profiles that a resource claims in meta.profile. off: only what storing needs (default: ${default})."`
}

func (f writeFlags) open(ctx context.Context, base string) (*store.Store, error) {
	return f.openObserved(ctx, base, nil)
}

// openObserved is open for whoever wants the backend's numbers.
func (f writeFlags) openObserved(ctx context.Context, base string, numbers *metrics) (*store.Store, error) {
	return f.openWith(ctx, base, store.Validation(f.Validate), numbers)
}

// definitions are R4's and US Core's, the same for every store that a process opens.
var definitions = sync.OnceValues(search.NewRegistry)

// knowing is the registry with the search parameters of packages beside these.
func knowing(packages []installed.Entry) (*search.Registry, error) {
	parameters := installed.Parameters(packages)
	if len(parameters) == 0 {
		return definitions()
	}
	registry, _, err := search.NewRegistryWith(parameters)
	return registry, err
}

// open opens the store for the server whose FHIR base URL is base, which is
// remembered; "" takes the one that it was served at last, so that an import
// without a server knows which absolute references are local.
func (f dataFlags) open(ctx context.Context, base string) (*store.Store, error) {
	return f.openWith(ctx, base, store.ValidateStructure, nil)
}

func (f dataFlags) openWith(ctx context.Context, base string, v store.Validation, numbers *metrics) (*store.Store, error) {
	at, err := f.location()
	if err != nil {
		return nil, err
	}
	opened, err := opening{base: base, validation: v, numbers: numbers, profiles: numbers != nil || v == store.ValidateProfile}.at(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.flag(), err)
	}
	return opened, nil
}

// opening is how a store is opened.
type opening struct {
	base       string // see open
	validation store.Validation
	numbers    *metrics // nil: nobody wants the backend's numbers
	// packages are the IG packages whose search parameters are known; nil for those that
	// are installed.
	packages func(context.Context, store.Records) ([]installed.Entry, error)
	// profiles: resources may be checked against profiles. To read those of packages
	// takes a moment.
	profiles bool
}

// at opens the store at a location. Which IG packages there are is known once its
// records can be read, and so the backend is opened without them.
func (o opening) at(ctx context.Context, at location) (*store.Store, error) {
	builtIn, err := definitions()
	if err != nil {
		return nil, err
	}
	backend, err := at.open(ctx, builtIn, o.numbers)
	if err != nil {
		return nil, err
	}
	opened, err := o.on(ctx, backend)
	if err != nil {
		return nil, errors.Join(err, backend.Close())
	}
	return opened, nil
}

// on opens the store on a backend.
func (o opening) on(ctx context.Context, backend store.Backend) (*store.Store, error) {
	list := o.packages
	if list == nil {
		list = installed.List
	}
	packages, err := list(ctx, backend.Records())
	if err != nil {
		return nil, err
	}
	registry, err := knowing(packages)
	if err != nil {
		return nil, err
	}
	charts, err := compartments.New(registry)
	if err != nil {
		return nil, err
	}
	known := new(profile.Set)
	if o.profiles {
		if known, err = installedProfiles(ctx, backend.Records(), packages); err != nil {
			return nil, fmt.Errorf("%w; granary ig remove removes it, and granary ig install takes another version in its place", err)
		}
	}
	base, err := remember(ctx, backend.Records(), o.base)
	if err != nil {
		return nil, err
	}
	return store.New(backend, registry, charts, base, o.validation, store.WithProfiles(known))
}

// existing refuses a store that is not there: a look at it shall not make one.
func (f dataFlags) existing(ctx context.Context) error {
	at, err := f.location()
	if err != nil {
		return err
	}
	found, err := at.exists(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", at.flag(), err)
	}
	if !found {
		return usageError{fmt.Errorf("%s: there is no store", at.flag())}
	}
	return nil
}

// mayExist tells whether there may be a store, as far as can be told without asking a
// server.
func (f dataFlags) mayExist() bool {
	at, err := f.location()
	if local, ok := at.(sqliteLocation); ok {
		found, err := local.exists(context.Background())
		return found && err == nil
	}
	return err == nil
}

// noteIfNew says so where a command makes a store: its name may be a typing error.
func (f dataFlags) noteIfNew(ctx context.Context, c console) {
	at, err := f.location()
	if err != nil {
		return // who opens it says so
	}
	if found, err := at.exists(ctx); err == nil && !found {
		fmt.Fprintf(c.err, "note: there was no store in %s; it is new and empty\n", at)
	}
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
