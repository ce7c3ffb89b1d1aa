package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/installed"
)

type igCmd struct {
	Install igInstallCmd `cmd:"" help:"Install packages, or other versions of them."`
	List    igListCmd    `cmd:"" help:"List the installed packages, and what is served of them."`
	Remove  igRemoveCmd  `cmd:"" help:"Remove a package."`
}

type igListCmd struct{ dataFlags }

type igRemoveCmd struct {
	dataFlags
	Package string `arg:"" name:"package" help:"Name of the package, with or without its version: NAME or NAME#VERSION."`
}

// alone opens a store whose IG packages are changed: no server may have it open on
// SQLite. On MongoDB others may; they are told when they write.
func (f dataFlags) alone(ctx context.Context) (*store.Store, location, error) {
	at, err := f.location()
	if err != nil {
		return nil, nil, err
	}
	if local, ok := at.(sqliteLocation); ok {
		local.alone = true
		at = local
	}
	opened, err := opening{validation: store.ValidateOff}.at(ctx, at)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", at.flag(), err)
	}
	return opened, at, nil
}

// changing runs fn on the records, all of it or nothing.
func changing(ctx context.Context, opened *store.Store, fn func(store.Records) error) error {
	return opened.View(store.Unrestricted("granary ig")).Transact(ctx, func(tx *store.Tx) error { return fn(tx.Records()) })
}

// Run lists the packages.
func (cmd *igListCmd) Run(ctx context.Context, c console) (err error) {
	if err := cmd.existing(ctx); err != nil {
		return err
	}
	opened, err := cmd.open(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	packages, err := installed.List(ctx, opened.Records())
	if err != nil {
		return err
	}
	if len(packages) == 0 {
		fmt.Fprintf(c.err, "note: no IG package is installed; %s ig install --help shows how to install one\n", c.program)
		return nil
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "package\tversion\tinstalled\tdefinitions\tdigest")
	for _, e := range packages {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.12s\n", e.Name, e.Version, e.Installed.Format(time.DateOnly), countsOf(e), e.Digest)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := describeGuides(c, packages, func(installed.Entry) bool { return true }); err != nil {
		return err
	}
	return noteReindex(ctx, c, opened)
}

// countsOf says how many definitions a package has.
func countsOf(e installed.Entry) string {
	var all []string
	for _, typ := range slices.Sorted(maps.Keys(e.Counts)) {
		all = append(all, fmt.Sprintf("%d %s", e.Counts[typ], typ))
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// describeGuides says of some of the packages what is served of their search parameters and
// what is not, and on what they build that is not there.
func describeGuides(c console, packages []installed.Entry, wanted func(installed.Entry) bool) error {
	_, admissions, err := search.NewRegistryWith(installed.Parameters(packages))
	if err != nil {
		return err
	}
	for _, e := range packages {
		if !wanted(e) {
			continue
		}
		fmt.Fprintf(c.out, "\n%s\n", e.ID())
		describeParameters(c, e, admissions)
		if missing := e.Missing(packages); len(missing) > 0 {
			fmt.Fprintf(c.out, "  builds on packages that are not installed: %s\n", strings.Join(missing, ", "))
		}
	}
	return nil
}

func describeParameters(c console, e installed.Entry, admissions []search.Admission) {
	var served, known []string
	var refused []search.Admission
	for _, a := range admissions {
		switch {
		case a.Definition.Source != e.ID():
		case a.Err != nil:
			refused = append(refused, a)
		case a.Known:
			known = append(known, namesOf(a)...)
		default:
			served = append(served, namesOf(a)...)
		}
	}
	fmt.Fprintf(c.out, "  search parameters: %d new, %d known already, %d not served\n", len(served), len(known), len(refused))
	slices.Sort(served)
	for _, name := range served {
		fmt.Fprintf(c.out, "    %s\n", name)
	}
	for _, a := range refused {
		fmt.Fprintf(c.out, "    not served: %s: %v\n", strings.Join(namesOf(a), ", "), a.Err)
	}
}

// namesOf are the parameter as each type has it.
func namesOf(a search.Admission) []string {
	if len(a.Definition.Base) == 0 {
		return []string{a.Definition.URL}
	}
	var names []string
	for _, typ := range a.Definition.Base {
		names = append(names, typ+"?"+a.Definition.Code)
	}
	return names
}

// noteReindex says so where the index is not made with the packages yet.
func noteReindex(ctx context.Context, c console, opened *store.Store) error {
	needs, err := opened.NeedsReindex(ctx)
	if err == nil && needs {
		fmt.Fprintf(c.err, "note: the index is not made with these packages yet: a server does so beside its work when it is started, or %s reindex does it now\n", c.program)
	}
	return err
}

// Run removes a package.
func (cmd *igRemoveCmd) Run(ctx context.Context, c console) (err error) {
	if err := cmd.existing(ctx); err != nil {
		return err
	}
	opened, at, err := cmd.alone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	name, version, _ := strings.Cut(cmd.Package, "#")
	var removed installed.Entry
	err = changing(ctx, opened, func(records store.Records) (err error) {
		removed, err = installed.Remove(ctx, records, name, version)
		return err
	})
	if errors.Is(err, installed.ErrNotInstalled) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is removed\n", removed.ID())
	sayNext(c, at)
	return nil
}

// guidesOf are the canonicals of the packages' ImplementationGuides.
func guidesOf(packages []installed.Entry) []string {
	var guides []string
	for _, e := range packages {
		if e.Guide != "" {
			guides = append(guides, e.Guide+"|"+e.Version)
		}
	}
	return guides
}

// sayNext says what has to be done after a change.
func sayNext(c console, at location) {
	if _, ok := at.(sqliteLocation); ok {
		fmt.Fprintln(c.err, "note: it counts from the next start of the server on; if search parameters came or went, that makes the index anew beside its work")
		return
	}
	fmt.Fprintln(c.err, "note: it counts from the next start of a server on: start all of them again. If search parameters came or went, the first one makes the index anew beside its work, and those that were not started again then refuse to write")
}
