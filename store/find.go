package store

import (
	"context"

	"github.com/granary-fhir/granary/search"
)

// Page is a page of a search of which only the beginning was read. Reread reads some
// of the rest at a time, on whatever state there is then.
type Page struct {
	Found []Resource // the matches, then what is included
	Total *int       // as in SearchResult
	Next  string     // as in SearchResult

	query   *search.Query
	of      selection      // by which it was found
	on      Snapshot       // where it was found
	letters map[Key]Letter // by which what is included is shown
}

// Includes tells whether a resource of the page is none of its matches.
func (p *Page) Includes(key Key) bool { return p.letters[key] != 0 }

// Find is Search, but for bodies that do not fit into so many bytes.
func (r *Reader) Find(ctx context.Context, q *search.Query, bytes int) (*Page, error) {
	page := &Page{query: q, on: r.snapshot, letters: make(map[Key]Letter)}
	var err error
	if page.of, err = r.selects(ctx, q); err != nil {
		return nil, err
	}
	within := &Reader{view: r.view, snapshot: r.snapshot.Within(bytes)}
	found, err := within.search(ctx, q, page.of, func(key Key, letter Letter) { page.letters[key] = letter })
	page.Found, page.Total, page.Next = found.Matches, found.Total, found.Next
	page.Found = append(page.Found, found.Included...)
	return page, err
}

// Reread reads some of the resources of a page, as they are now. It leaves out those
// that are not there any more, matches that the query does not find any more, and
// whatever the policy does not show any more.
func (r *Reader) Reread(ctx context.Context, page *Page, some []Resource) ([]Resource, error) {
	if r.snapshot == page.on {
		return r.complete(ctx, some)
	}
	var matches, included, including []Resource
	for _, resource := range some {
		switch page.letters[resource.Key] {
		case Read:
			included = append(included, resource)
		case Search:
			including = append(including, resource)
		default:
			matches = append(matches, resource)
		}
	}
	of, err := r.selects(ctx, page.query)
	if err != nil {
		return nil, err
	}
	where, before := predicatesOf(of.selects), predicatesOf(page.of.selects)
	found, err := r.snapshot.Reread(ctx, matches, where, func(typ string) bool { // codes of a value set may have changed
		return search.OfItself(where(typ)) && search.Equal(where(typ), before(typ))
	})
	if err != nil {
		return nil, err
	}
	for letter, some := range map[Letter][]Resource{Read: included, Search: including} {
		if len(some) == 0 {
			continue
		}
		where, err := r.predicates(ctx, letter, typesIn(some))
		if err != nil {
			return nil, err
		}
		more, err := r.snapshot.Reread(ctx, some, where, never)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// complete reads the bodies that were not read, on the state where the resources were
// found.
func (r *Reader) complete(ctx context.Context, some []Resource) ([]Resource, error) {
	for i, resource := range some {
		if resource.Body == nil {
			rest, err := r.snapshot.Reread(ctx, some[i:], func(string) search.Expr { return search.True }, always)
			return append(some[:i:i], rest...), err
		}
	}
	return some, nil
}

func always(string) bool { return true }
func never(string) bool  { return false }

// predicatesOf are those of a search, and false for types that it does not search.
func predicatesOf(selects []search.Select) Predicates {
	return func(typ string) search.Expr {
		for _, sel := range selects {
			if sel.Type == typ {
				return sel.Where
			}
		}
		return search.False
	}
}

func typesIn(resources []Resource) []string {
	var types []string
	seen := make(map[string]bool)
	for _, resource := range resources {
		if !seen[resource.Type] {
			seen[resource.Type] = true
			types = append(types, resource.Type)
		}
	}
	return types
}
