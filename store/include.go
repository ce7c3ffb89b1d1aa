package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// includes brings along what the matches refer to and what refers to them
// (search.html#revinclude). Those marked :iterate are repeated on what came along,
// until nothing new comes. It calls add for each, with the letter by which it is
// shown, and remembers their keys.
func (r *Reader) includes(ctx context.Context, wanted []search.Include, matches []Key, add func(Resource, Letter)) error {
	seen := make(map[Key]bool, len(matches))
	for _, key := range matches {
		seen[key] = true
	}
	count := 0
	for frontier := matches; len(frontier) > 0 && len(wanted) > 0; wanted = iterating(wanted) {
		var next []Key
		for _, include := range wanted {
			found, letter, err := r.include(ctx, include, frontier)
			if err != nil {
				return err
			}
			for _, resource := range found {
				if !seen[resource.Key] {
					seen[resource.Key] = true
					next = append(next, resource.Key)
					add(resource, letter)
				}
			}
			if count+len(next) > MaxIncludes {
				return ErrTooManyIncludes
			}
		}
		count += len(next)
		frontier = next
	}
	return nil
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

// include follows an include from some resources; the letter is that by which it
// shows what it finds. It stands in the order of the keys: that in which a backend
// comes upon it depends on what else there is, hidden resources among it.
func (r *Reader) include(ctx context.Context, include search.Include, of []Key) ([]Resource, Letter, error) {
	found, letter, err := r.follow(ctx, include, of)
	slices.SortFunc(found, func(a, b Resource) int { return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID)) })
	return found, letter, err
}

// follow is include in any order.
func (r *Reader) follow(ctx context.Context, include search.Include, of []Key) ([]Resource, Letter, error) {
	const limit = MaxIncludes + 1 // one more, so that too many is noticed
	if include.Reverse {
		where, err := r.predicates(ctx, Search, sourceTypes(include.Params))
		if err != nil {
			return nil, Search, err
		}
		found, err := r.snapshot.Reverse(ctx, ofType(of, include.Target), include.Params, where, limit)
		return found, Search, err
	}
	where, err := r.predicates(ctx, Read, r.targetTypes(include))
	if err != nil {
		return nil, Read, err
	}
	if include.Only != nil {
		where = narrowed(where, include.Only)
	}
	found, err := r.snapshot.Forward(ctx, of, include.Params, include.Target, where, limit)
	return found, Read, err
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

// narrowed are predicates for some types, each with what else must hold.
func narrowed(where Predicates, only map[string]search.Expr) Predicates {
	return func(typ string) search.Expr {
		more, ok := only[typ]
		if !ok {
			return search.False
		}
		return search.Simplify(search.And{where(typ), more})
	}
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
// bound these are all types.
func (r *Reader) targetTypes(include search.Include) []string {
	switch {
	case include.Target != "":
		return []string{include.Target}
	case include.Only != nil:
		return slices.Sorted(maps.Keys(include.Only))
	}
	return r.view.store.registry.Types()
}

// ofType are the keys of a type, all of them if there is none: what an include that names
// its target starts from, where it is followed backwards.
func ofType(keys []Key, typ string) []Key {
	if typ == "" {
		return keys
	}
	var kept []Key
	for _, key := range keys {
		if key.Type == typ {
			kept = append(kept, key)
		}
	}
	return kept
}

func keysOf(resources []Resource) []Key {
	keys := make([]Key, len(resources))
	for i, resource := range resources {
		keys[i] = resource.Key
	}
	return keys
}
