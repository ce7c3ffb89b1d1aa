package evaluator

import "github.com/granary-fhir/granary/internal/fhirjson"

// filtering: http://hl7.org/fhirpath/N1/#filtering-and-projection, and aggregate
var filtering = map[string]function{
	"where":     scoped(1, 1, where),
	"select":    scoped(1, 1, project),
	"repeat":    scoped(1, 1, repeat),
	"aggregate": scoped(1, 2, aggregate),
}

func where(e *env, s *scope, args []argument) ([]Item, error) {
	var kept []Item
	for i, it := range s.focus {
		t, err := evaluateTruth(args[0].node, e, s.each(it, i))
		if err != nil {
			return nil, err
		}
		if t == yes {
			kept = append(kept, it)
		}
	}
	return kept, nil
}

func project(e *env, s *scope, args []argument) ([]Item, error) {
	var all []Item
	for i, it := range s.focus {
		items, err := args[0].node(e, s.each(it, i))
		if err != nil {
			return nil, err
		}
		if err := e.step(len(items)); err != nil { // a known collection may stand for each item
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}

// place is where an element stands, by its JSON.
type place struct{ node, companion *fhirjson.Node }

// repeat projects what was projected until nothing new comes. An element is new if
// it stands elsewhere than the others, a computed value if it equals none.
func repeat(e *env, s *scope, args []argument) ([]Item, error) {
	seen := make(map[place]bool)
	var all, values []Item
	for next := s.focus; len(next) > 0; {
		found, err := project(e, s.on(next), args)
		if err != nil {
			return nil, err
		}
		next = nil
		for _, it := range found {
			isNew := false
			if at := (place{it.node, it.companion}); at != (place{}) {
				isNew = !seen[at]
				seen[at] = true
			} else if known, err := e.contains(values, it); err != nil {
				return nil, err
			} else if !known {
				isNew = true
				values = append(values, it)
			}
			if isNew {
				next = append(next, it)
			}
		}
		all = append(all, next...)
		if err := e.step(1 + len(found)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// aggregate folds the items into $total.
func aggregate(e *env, s *scope, args []argument) (total []Item, err error) {
	if len(args) > 1 {
		if total, err = args[1].node(e, s.argument()); err != nil {
			return nil, err
		}
	}
	for i, it := range s.focus {
		inner := s.each(it, i)
		inner.total = total
		if total, err = args[0].node(e, inner); err != nil {
			return nil, err
		}
	}
	return total, nil
}
