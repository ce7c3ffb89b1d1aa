package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/store"
)

type checkCmd struct {
	dataFlags
	Repair bool `help:"Put right what can be: make index entries anew from the resources."`
}

// Help is shown by granary check --help.
func (checkCmd) Help() string {
	return `Verifies, on one state of the data and also while a server runs: SQLite's own integrity
check; each body against its row, and the sequence of its versions; the index entries of
each version against what is extracted from its body; every index, row for row, against
these entries. Each finding is a line, up to 100 of them, and then the exit code is 1.

It is 1, too, where nothing is damaged but entries are not what this granary extracts:
another granary wrote them, or the base URL was another. granary reindex makes them anew.

--repair changes no body and no version. What it cannot put right is named.`
}

// Run checks.
func (cmd *checkCmd) Run(ctx context.Context, c console) (err error) {
	if err := cmd.existing(ctx); err != nil {
		return err
	}
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	report, err := opened.Check(ctx)
	if err != nil {
		return err
	}
	cmd.print(c, report)
	outdated, err := cmd.outdated(ctx, opened)
	if err != nil {
		return err
	}
	if outdated != "" {
		fmt.Fprintf(c.err, "note: %s\n", outdated)
	}
	if report.Err() == nil || !cmd.Repair {
		return refusedIf(report.Err() != nil)
	}
	return cmd.repair(ctx, opened, c)
}

// repair says what is left when all is done.
func (cmd *checkCmd) repair(ctx context.Context, opened *store.Store, c console) error {
	bar := newProgress(c, "repairing", 1)
	err := opened.Repair(ctx, func(at store.Reindexed) { bar.of(at.Done, at.Total) })
	bar.clear()
	if err != nil {
		return fmt.Errorf("the repair came to no end: %w", err)
	}
	report, err := opened.Check(ctx)
	if err != nil {
		return err
	}
	if report.Err() == nil {
		fmt.Fprintln(c.out, "Repaired: everything agrees now.")
		return nil
	}
	fmt.Fprintln(c.out, "Repaired, but for:")
	cmd.print(c, report)
	return errRefused
}

func refusedIf(refused bool) error {
	if refused {
		return errRefused
	}
	return nil
}

// print prints what a check has found, and how much it has looked at.
func (cmd *checkCmd) print(c console, r *store.Report) {
	list(c, r)
	found := "everything agrees"
	switch n := r.Damaged + r.Lost; {
	case n > 0:
		found = fmt.Sprintf("%s, %d beyond --repair", counted(n, "finding"), r.Lost)
	case r.Outdated > 0:
		found = "nothing is damaged"
	}
	fmt.Fprintf(c.out, "%s and %s: %s\n", counted(r.Resources, "resource"), counted(r.Versions, "earlier version"), found)
	if r.Outdated > 0 {
		fmt.Fprintf(c.out, "The index entries of %s are not what this granary extracts at the base URL of the store: run granary reindex.\n", counted(r.Outdated, "version"))
	}
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// list prints a line for each finding.
func list(c console, r *store.Report) {
	for _, f := range r.Findings {
		beyond := ""
		if f.Kind == store.Lost {
			beyond = " (beyond --repair)"
		}
		fmt.Fprintf(c.out, "%s%s\n", f, beyond)
	}
	if more := r.Damaged + r.Lost - int64(len(r.Findings)); more > 0 {
		fmt.Fprintf(c.out, "and %d more\n", more)
	}
}
