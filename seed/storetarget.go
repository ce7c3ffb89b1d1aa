package seed

import (
	"context"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Store is the Target that writes to a store under a View, whose resources are
// searched by the Registry.
type Store struct {
	View     *store.View
	Registry *search.Registry
}

// drafted is what became of the check of an item.
type drafted struct {
	draft store.Draft
	err   error
}

// prepare implements preparer: what can be done without the store's state is done
// before a transaction begins. What a conditional reference means cannot.
func (t Store) prepare(item *Item) {
	if !hasConditional(item.Resource.Raw()) {
		draft, err := t.View.Draft(item.Key.Type, item.Resource)
		if err == nil { // many wait in memory for their transaction
			draft = draft.Compact()
			item.Resource = draft.Resource()
		}
		item.drafted = &drafted{draft, err}
	}
}

// Put writes the items in one transaction. If that fails each half gets one of
// its own, down to the item that is refused: one bad resource costs no other.
func (t Store) Put(ctx context.Context, items []Item) ([]Result, error) {
	results := make([]Result, len(items))
	err := t.transact(ctx, items, results)
	switch {
	case err == nil:
		return results, nil
	case ctx.Err() != nil || errors.Is(err, store.ErrUnavailable):
		return nil, err
	case len(items) > 1:
		return t.halves(ctx, items)
	case isRefusal(err):
		return []Result{{Refused: err.Error()}}, nil
	}
	return nil, fmt.Errorf("%s (%s): %w", items[0].At, items[0].Key, err)
}

func (t Store) halves(ctx context.Context, items []Item) ([]Result, error) {
	middle := len(items) / 2
	first, err := t.Put(ctx, items[:middle])
	if err != nil {
		return first, err
	}
	second, err := t.Put(ctx, items[middle:])
	return append(first, second...), err
}

func (t Store) transact(ctx context.Context, items []Item, results []Result) error {
	return t.View.Transact(ctx, func(tx *store.Tx) error {
		for i, item := range items {
			var err error
			if results[i], err = t.update(ctx, tx, item); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t Store) update(ctx context.Context, tx *store.Tx, item Item) (Result, error) {
	if item.drafted == nil {
		found, reason, err := item.resolve(func(c conditional) (resolution, error) { return t.resolve(ctx, tx, c) })
		if err != nil || reason != "" {
			return Result{Refused: reason}, err
		}
		draft, err := tx.Draft(item.Key.Type, found)
		item.drafted = &drafted{draft, err}
	}
	if err := item.drafted.err; err != nil {
		return Result{Refused: err.Error()}, nil // nothing was written: the others may go on
	}
	written, err := tx.Update(ctx, item.Key, item.drafted.draft, store.Precondition{})
	return Result{Outcome: written.Outcome}, err
}

// resolve finds what a conditional reference means in the state of the
// transaction.
func (t Store) resolve(ctx context.Context, tx *store.Tx, c conditional) (resolution, error) {
	query, err := t.Registry.ParseSearch([]string{c.typ}, c.criteria, search.Options{})
	if err != nil {
		return resolution{reason: err.Error()}, nil
	}
	query.Count, query.Total, query.Includes = 2, search.TotalNone, nil
	result, err := tx.Search(ctx, query)
	var keys []store.Key
	for _, match := range result.Matches {
		keys = append(keys, match.Key)
	}
	return resolution{keys: keys}, err
}

// isRefusal tells whether an error is about the resource and not about the
// store.
func isRefusal(err error) bool {
	var invalid *store.Invalid
	var forbidden *store.Forbidden
	var notAdmitted *store.NotAdmitted
	var syntax *fhirjson.SyntaxError
	return errors.As(err, &invalid) || errors.As(err, &forbidden) || errors.As(err, &notAdmitted) ||
		errors.As(err, &syntax) || errors.Is(err, store.ErrNotCreatable)
}
