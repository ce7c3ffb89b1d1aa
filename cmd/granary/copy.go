package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/installed"
	"github.com/granary-fhir/granary/store/mongo/mongouri"
)

type copyCmd struct {
	From storeURI `required:"" placeholder:"STORE" help:"The store that is copied: sqlite:DIR, or mongodb://… or mongodb+srv://…."`
	To   storeURI `required:"" placeholder:"STORE" help:"Where to: the same. It must be empty, or hold a copy of the same store that was interrupted."`
	mongoFlags
}

// storeURI names a store by one text. It may hold a password.
type storeURI string

// uriSQLite begins the name of a directory.
const uriSQLite = "sqlite:"

// Validate refuses what names no store. It repeats nothing of it.
func (s storeURI) Validate() error {
	switch folder, ok := strings.CutPrefix(string(s), uriSQLite); {
	case ok && folder != "":
		return nil
	case mongouri.Is(string(s)):
		return mongouri.Check(string(s))
	}
	return errors.New("wants sqlite:DIR, or the URI of a MongoDB database: mongodb://… or mongodb+srv://…")
}

// Help is shown by granary copy --help.
func (copyCmd) Help() string {
	return `Copies a whole installation: every version of every resource as it is, with its number, time
and verb, deletions too, and all else that a store keeps: clients, accounts, grants, tokens,
sessions, keys. Only page links lose their meaning. Then it reads both stores, and prints
how much there is of each type and kind; if anything differs the exit code is 1.

Stop the server first, and start it on the copy afterwards. What is written meanwhile may
be missed, and then the comparison fails. A directory of SQLite is held, so that no server
can have it open. Of a MongoDB database that cannot be seen.

A copy that was interrupted goes on where it was when the same command is given again. A
URI with a password belongs in the environment, as GRANARY_FROM or GRANARY_TO.

Examples:

  granary copy --from sqlite:/var/lib/granary --to 'mongodb://db1,db2,db3/granary?replicaSet=rs0'
  GRANARY_FROM=mongodb://user:password@db1/granary granary copy --to sqlite:/var/lib/granary`
}

// location is where a store named by a flag is. An SQLite store is nobody else's
// meanwhile.
func (cmd *copyCmd) location(s storeURI) location {
	if folder, ok := strings.CutPrefix(string(s), uriSQLite); ok {
		return sqliteLocation{folder: folder, alone: true}
	}
	return mongoLocation{string(s), cmd.options()}
}

// Run copies.
func (cmd *copyCmd) Run(ctx context.Context, c console) (err error) {
	if err := cmd.mongoFlags.check(); err != nil {
		return usageError{err}
	}
	source, target := cmd.location(cmd.From), cmd.location(cmd.To)
	if source.String() == target.String() {
		return usageError{fmt.Errorf("--from and --to are both %s", source)}
	}
	switch there, err := source.exists(ctx); {
	case err != nil:
		return fmt.Errorf("--from %s: %w", source, err)
	case !there:
		return usageError{fmt.Errorf("--from %s: there is no store", source)}
	}
	from, err := opening{validation: store.ValidateOff}.at(ctx, source)
	if err != nil {
		return fmt.Errorf("--from %s: %w", source, err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := opening{base: from.Base(), validation: store.ValidateOff, packages: packagesOf(from)}.at(ctx, target)
	if err != nil {
		return fmt.Errorf("--to %s: %w", target, err)
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return cmd.run(ctx, from, to, c)
}

// packagesOf are those of another store: its copy is indexed as it is.
func packagesOf(from *store.Store) func(context.Context, store.Records) ([]installed.Entry, error) {
	return func(ctx context.Context, _ store.Records) ([]installed.Entry, error) {
		return installed.List(ctx, from.Records())
	}
}

func (cmd *copyCmd) run(ctx context.Context, from, to *store.Store, c console) error {
	defer spareCollections()()
	bar, comparing := newProgress(c, "copying", 1), false
	inventory, err := store.Copy(ctx, from, to, func(at store.Copying) {
		if at.Comparing != comparing {
			comparing = true
			bar.clear()
			bar = newProgress(c, "comparing", 1)
		}
		bar.of(at.Done, at.Total)
	})
	bar.clear()
	switch {
	case errors.Is(err, store.ErrNoTransactions):
		return fmt.Errorf("--to: %w: a copy needs a replica set or a sharded cluster", store.ErrNoTransactions)
	case errors.Is(err, store.ErrNotEmpty):
		return fmt.Errorf("--to: %w: name another one, or remove what it holds", err)
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(c.err, "Stopped; the same command goes on where it was.")
		return err
	case err != nil:
		return err
	}
	return printInventory(c, inventory)
}

// printInventory prints what both stores hold.
func printInventory(c console, all *store.Inventory) error {
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "type\tresources\tdeleted\tversions\tdigest")
	for _, name := range slices.Sorted(maps.Keys(all.Types)) {
		t := all.Types[name]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%.12s\n", name, t.Live, t.Deleted, t.Versions, t.Digest())
	}
	fmt.Fprintln(table, "\nkind of record\trecords\t\t\tdigest")
	for _, name := range slices.Sorted(maps.Keys(all.Kinds)) {
		t := all.Kinds[name]
		fmt.Fprintf(table, "%s\t%d\t\t\t%.12s\n", name, t.Records, t.Digest())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.out, "\nBoth stores hold the same.")
	return err
}
