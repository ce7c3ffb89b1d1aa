package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongouri"
	"github.com/granary-fhir/granary/store/sqlite"
)

// location is where a store is kept. All that is of one kind of store and not of another
// is decided here.
type location interface {
	// String is how the location is shown: without a password.
	String() string
	// flag is the flag that chose it, with its value, as it is shown.
	flag() string
	// arguments are those that choose it on a command line, with a space behind them;
	// none where they would show a password.
	arguments() string
	// exists tells whether there is a store, and makes none.
	exists(context.Context) (bool, error)
	// open opens the backend, and makes the store if it is absent. What it does is
	// counted by the metrics, if there are any.
	open(context.Context, *search.Registry, *metrics) (store.Backend, error)
}

// sqliteLocation is the directory of an SQLite store.
type sqliteLocation struct {
	folder string
	alone  bool // no other process may have it open
}

func (p sqliteLocation) String() string { return p.folder }
func (p sqliteLocation) flag() string   { return "--data " + p.folder }

func (p sqliteLocation) arguments() string { return "--data " + shellQuote(p.folder) + " " }

func (p sqliteLocation) exists(context.Context) (bool, error) {
	return sqlite.Exists(p.folder)
}

func (p sqliteLocation) open(_ context.Context, registry *search.Registry, numbers *metrics) (store.Backend, error) {
	options := sqlite.Options{Clock: time.Now, Registry: registry, Alone: p.alone}
	if numbers == nil {
		return sqlite.Open(p.folder, options)
	}
	options.Observer = numbers.sqliteObserver()
	backend, err := sqlite.Open(p.folder, options)
	if err != nil {
		return nil, err
	}
	numbers.watchSQLite(backend)
	return backend, nil
}

// mongoLocation is a database of a MongoDB server.
type mongoLocation struct {
	uri     string // may hold a password
	options mongo.Options
}

func (p mongoLocation) String() string { return mongouri.Shown(p.uri) }
func (p mongoLocation) flag() string   { return "--store " + p.String() }

func (p mongoLocation) arguments() string {
	arguments := ""
	if p.options.Standalone { // without it the server would be refused
		arguments = "--mongo-standalone "
	}
	if !mongouri.HasSecrets(p.uri) {
		arguments += "--store " + shellQuote(p.uri) + " "
	}
	return arguments
}

func (p mongoLocation) exists(ctx context.Context) (bool, error) {
	return mongo.Exists(ctx, p.uri, p.options)
}

func (p mongoLocation) open(ctx context.Context, registry *search.Registry, numbers *metrics) (store.Backend, error) {
	options := p.options
	options.Clock, options.Registry = time.Now, registry
	if numbers == nil {
		return mongo.Open(ctx, p.uri, options)
	}
	options.Observer = numbers.mongoObserver()
	backend, err := mongo.Open(ctx, p.uri, options)
	if err != nil {
		return nil, err
	}
	numbers.watchMongo(backend)
	return backend, nil
}

// storeName is a value of --store: "sqlite", or the URI of a MongoDB database.
type storeName string

// storeSQLite is the value for a directory.
const storeSQLite = "sqlite"

// Validate refuses what is neither. The value may hold a password, and is not
// repeated.
func (s storeName) Validate() error {
	switch {
	case s == storeSQLite || s == "":
		return nil
	case mongouri.Is(string(s)):
		return mongouri.Check(string(s))
	}
	return errors.New("wants sqlite, or the URI of a MongoDB database: mongodb://… or mongodb+srv://…")
}

// mongoFlags tune the connection to a MongoDB server.
type mongoFlags struct {
	MongoStandalone       bool          `group:"mongo" help:"Let the MongoDB server be one without a replica set: it has no transactions, so transaction Bundles are refused, and one process only may use it."`
	MongoMaxPool          uint64        `group:"mongo" placeholder:"N" help:"Connections to one MongoDB server at most (default: 100)."`
	MongoMinPool          uint64        `group:"mongo" placeholder:"N" help:"Connections that are kept open without work (default: 0)."`
	MongoConnectTimeout   time.Duration `group:"mongo" placeholder:"DURATION" help:"How long a connection may take to be made (default: 5s)."`
	MongoSelectionTimeout time.Duration `group:"mongo" placeholder:"DURATION" help:"How long a call waits for a server that can take it, as during an election (default: 10s)."`
	MongoOperationTimeout time.Duration `group:"mongo" placeholder:"DURATION" help:"How long one command may take where the request has no deadline of its own (default: 30s)."`
}

func (f mongoFlags) options() mongo.Options {
	return mongo.Options{
		Standalone: f.MongoStandalone, MaxPool: f.MongoMaxPool, MinPool: f.MongoMinPool,
		ConnectTimeout: f.MongoConnectTimeout, SelectionTimeout: f.MongoSelectionTimeout, OperationTimeout: f.MongoOperationTimeout,
	}
}

// arguments are the flags as a command line has them.
func (f mongoFlags) arguments() (args []string) {
	if f.MongoStandalone {
		args = append(args, "--mongo-standalone")
	}
	for _, flag := range []struct {
		name  string
		value any
		given bool
	}{
		{"max-pool", f.MongoMaxPool, f.MongoMaxPool != 0},
		{"min-pool", f.MongoMinPool, f.MongoMinPool != 0},
		{"connect-timeout", f.MongoConnectTimeout, f.MongoConnectTimeout != 0},
		{"selection-timeout", f.MongoSelectionTimeout, f.MongoSelectionTimeout != 0},
		{"operation-timeout", f.MongoOperationTimeout, f.MongoOperationTimeout != 0},
	} {
		if flag.given {
			args = append(args, fmt.Sprintf("--mongo-%s=%v", flag.name, flag.value))
		}
	}
	return args
}

func (f mongoFlags) check() error {
	for _, d := range []time.Duration{f.MongoConnectTimeout, f.MongoSelectionTimeout, f.MongoOperationTimeout} {
		if d < 0 {
			return errors.New("--mongo-…-timeout: wants a duration above 0, such as 5s")
		}
	}
	if most := cmp.Or(f.MongoMaxPool, mongo.DefaultMaxPool); f.MongoMinPool > most {
		return fmt.Errorf("--mongo-min-pool: %d are more than --mongo-max-pool, which is %d", f.MongoMinPool, most)
	}
	return nil
}

// defaultData is the directory where no other one is named.
const defaultData = "granary-data"

// location is what the flags name.
func (f dataFlags) location() (location, error) {
	if err := f.Store.Validate(); err != nil {
		return nil, usageError{fmt.Errorf("--store: %w", err)}
	}
	if !mongouri.Is(string(f.Store)) {
		if f.mongoFlags != (mongoFlags{}) {
			return nil, usageError{errors.New("the flags --mongo-… are for a --store that is a MongoDB database")}
		}
		return sqliteLocation{folder: cmp.Or(f.Data, defaultData)}, nil
	}
	if f.Data != "" {
		return nil, usageError{errors.New("--data is the directory of an SQLite store, and --store names a MongoDB database: one of the two, please")}
	}
	if err := f.mongoFlags.check(); err != nil {
		return nil, usageError{err}
	}
	return mongoLocation{string(f.Store), f.options()}, nil
}

// folder is the directory of a store of SQLite. On another one the command is refused,
// and told what there is instead.
func (f dataFlags) folder(command, instead string) (string, error) {
	at, err := f.location()
	if err != nil {
		return "", err
	}
	if local, ok := at.(sqliteLocation); ok {
		return local.folder, nil
	}
	return "", usageError{fmt.Errorf("granary %s is about the files of an SQLite store, and %s has none: %s", command, at, instead)}
}
