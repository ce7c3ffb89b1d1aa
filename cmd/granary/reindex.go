package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/granary-fhir/granary/store"
)

type reindexCmd struct {
	dataFlags
	Restart bool `help:"Begin anew, also if an earlier run was interrupted."`
}

// Help is shown by granary reindex --help.
func (reindexCmd) Help() string {
	return `Extracts the index entries of every resource and version anew, and writes those that are
not right or not there: after an upgrade to a granary that extracts others, of which a
server and granary check tell, or when the base URL has changed. A server may run meanwhile, and others get their turn
to write. An interrupted run goes on where it was.`
}

// outdated is what an operator is told of a store that wants a reindex, "" of any other.
func (f dataFlags) outdated(ctx context.Context, opened *store.Store) (string, error) {
	needs, err := opened.NeedsReindex(ctx)
	if err != nil || !needs {
		return "", err
	}
	lags, err := opened.Lags(ctx)
	if err != nil {
		return "", err
	}
	at, err := f.location()
	if err != nil {
		return "", err
	}
	if lags {
		return fmt.Sprintf("the index was not made with the IG packages that are installed now. A server makes it anew beside its work when it is started, and granary reindex %s does so now", at.flag()), nil
	}
	return fmt.Sprintf("another granary wrote to this store, and made index entries otherwise than this one: searches and scopes may find too little or too much. Run granary reindex %s", at.flag()), nil
}

// warnIfOutdated says so to whoever reads the log of a server.
func (f dataFlags) warnIfOutdated(ctx context.Context, opened *store.Store, logger *slog.Logger) error {
	if lags, err := opened.Lags(ctx); err != nil || lags { // it is about to be made anew
		return err
	}
	text, err := f.outdated(ctx, opened)
	if text != "" {
		logger.Warn(text)
	}
	return err
}

// Run reindexes.
func (cmd *reindexCmd) Run(ctx context.Context, c console) (err error) {
	if err := cmd.existing(ctx); err != nil {
		return err
	}
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	defer spareCollections()()
	bar := newProgress(c, "reindexing", 1)
	done, err := opened.Reindex(ctx, cmd.Restart, func(at store.Reindexed) { bar.of(at.Done, at.Total) })
	bar.clear()
	if err != nil {
		if done.Next != nil {
			fmt.Fprintf(c.err, "Stopped after %d of %d versions; the next granary reindex goes on there.\n", done.Done, done.Total)
		}
		return err
	}
	fmt.Fprintf(c.out, "%s: the entries of %d were made anew, the others were right\n", counted(done.Looked, "version"), done.Written)
	return nil
}
