package installed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/store"
)

// Done is what Install did.
type Done struct {
	Entry
	// Before is what was installed of the package until then, nil if nothing was.
	Before *Entry
	// Unchanged: the same was installed, and nothing was done.
	Unchanged bool
}

// Install keeps a package, in place of another version or content of it. All of it counts
// from the next start of a process on.
func Install(ctx context.Context, records store.Records, p *ig.Package, now time.Time) (Done, error) {
	e, parts, err := entryOf(p)
	if err != nil {
		return Done{}, err
	}
	e.Installed = now.UTC().Truncate(time.Second)
	done := Done{Entry: e}
	err = change(ctx, records, func(l list) (list, error) {
		before, was := l.find(e.Name)
		if done.Before = nil; was {
			done.Before = &before
		}
		if done.Unchanged = was && before.Version == e.Version && before.Digest == e.Digest; done.Unchanged {
			done.Entry = before
			return l, errUnchanged
		}
		if err := putParts(ctx, records, e, parts); err != nil {
			return l, err
		}
		return l.with(e), nil
	})
	return done, err
}

// ErrNotInstalled is wrapped with what is.
var ErrNotInstalled = errors.New("is not installed")

// Remove removes a package, of the given version unless that is "". What it defined is
// unknown from the next start of a process on.
func Remove(ctx context.Context, records store.Records, name, version string) (Entry, error) {
	var removed Entry
	err := change(ctx, records, func(l list) (list, error) {
		found, ok := l.find(name)
		switch {
		case !ok:
			return l, fmt.Errorf("the package %s %w", name, ErrNotInstalled)
		case version != "" && version != found.Version:
			return l, fmt.Errorf("the package %s#%s %w; %s is", name, version, ErrNotInstalled, found.ID())
		}
		removed = found
		return l.without(name), nil
	})
	return removed, err
}

var errUnchanged = errors.New("nothing to do")

// change changes the list, whoever else does so at the same time, and then clears away
// the parts that no package has any more.
func change(ctx context.Context, records store.Records, fn func(list) (list, error)) error {
	for {
		l, err := read(ctx, records)
		if err != nil {
			return err
		}
		changed, err := fn(l)
		if errors.Is(err, errUnchanged) {
			return nil
		}
		if err != nil {
			return err
		}
		switch err := changed.write(ctx, records); {
		case errors.Is(err, store.ErrRecordChanged): // another process was first
		case err != nil:
			return err
		default:
			return clearParts(ctx, records, changed)
		}
	}
}
