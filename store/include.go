package store

import (
	"context"

	"github.com/granary-fhir/granary/search"
)

// includes brings along what the matches refer to and what refers to them
// (search.html#revinclude). Those marked :iterate are repeated on what came
// along, until nothing new comes.
func (r *Reader) includes(ctx context.Context, wanted []search.Include, matches []Resource) ([]Resource, error) {
	seen := make(map[Key]bool, len(matches))
	for _, m := range matches {
		seen[m.Key] = true
	}
	var included []Resource
	for frontier := matches; len(frontier) > 0 && len(wanted) > 0; wanted = iterating(wanted) {
		var next []Resource
		for _, include := range wanted {
			found, err := r.include(ctx, include, frontier)
			if err != nil {
				return nil, err
			}
			for _, resource := range found {
				if !seen[resource.Key] {
					seen[resource.Key] = true
					next = append(next, resource)
				}
			}
			if len(included)+len(next) > MaxIncludes {
				return nil, ErrTooManyIncludes
			}
		}
		included = append(included, next...)
		frontier = next
	}
	return included, nil
}

func iterating(includes []search.Include) []search.Include {
	var kept []search.Include
	for _, include := range includes {
		if include.Iterate {
			kept = append(kept, include)
		}
	}
	return kept
}

func (r *Reader) include(ctx context.Context, include search.Include, of []Resource) ([]Resource, error) {
	const limit = MaxIncludes + 1 // one more, so that too many is noticed
	if include.Reverse {
		where, err := r.predicates(ctx, Search, sourceTypes(include.Params))
		if err != nil {
			return nil, err
		}
		return r.snapshot.Reverse(ctx, keys(of), include.Params, where, limit)
	}
	where, err := r.predicates(ctx, Read, r.targetTypes(include))
	if err != nil {
		return nil, err
	}
	return r.snapshot.Forward(ctx, keys(of), include.Params, include.Target, where, limit)
}

// predicates are those of the policy for the types, and false for others.
func (r *Reader) predicates(ctx context.Context, letter Letter, types []string) (Predicates, error) {
	byType := make(map[string]search.Expr, len(types))
	for _, typ := range types {
		expr, err := r.predicate(ctx, letter, typ)
		if err != nil {
			return nil, err
		}
		byType[typ] = expr
	}
	return func(typ string) search.Expr {
		if expr, ok := byType[typ]; ok {
			return expr
		}
		return search.False
	}, nil
}

func sourceTypes(params []*search.Param) []string {
	var types []string
	for _, p := range params {
		types = append(types, p.Type)
	}
	return types
}

// targetTypes are the types to which the include may lead. A reference may in
// fact point to a type that its definition does not name, so that without a
// target these are all types.
func (r *Reader) targetTypes(include search.Include) []string {
	if include.Target != "" {
		return []string{include.Target}
	}
	return r.view.store.registry.Types()
}

func keys(resources []Resource) []Key {
	keys := make([]Key, len(resources))
	for i, resource := range resources {
		keys[i] = resource.Key
	}
	return keys
}
