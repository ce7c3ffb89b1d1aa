package evaluator

import "slices"

// subsetting: http://hl7.org/fhirpath/N1/#subsetting
var subsetting = map[string]function{
	"single":    simple(func(_ *env, focus []Item) ([]Item, error) { return focus, several(focus) }),
	"first":     simple(func(_ *env, focus []Item) ([]Item, error) { return focus[:min(1, len(focus))], nil }),
	"last":      simple(func(_ *env, focus []Item) ([]Item, error) { return focus[max(0, len(focus)-1):], nil }),
	"tail":      simple(func(_ *env, focus []Item) ([]Item, error) { return focus[min(1, len(focus)):], nil }),
	"skip":      valued(1, 1, func(_ *env, focus []Item, args [][]Item) ([]Item, error) { return cut(focus, args[0], false) }),
	"take":      valued(1, 1, func(_ *env, focus []Item, args [][]Item) ([]Item, error) { return cut(focus, args[0], true) }),
	"intersect": valued(1, 1, func(e *env, focus []Item, args [][]Item) ([]Item, error) { return e.intersect(focus, args[0]) }),
	"exclude":   valued(1, 1, func(e *env, focus []Item, args [][]Item) ([]Item, error) { return e.sift(focus, args[0], false) }),
}

// combining: http://hl7.org/fhirpath/N1/#combining
var combining = map[string]function{
	"union": valued(1, 1, func(e *env, focus []Item, args [][]Item) ([]Item, error) {
		return e.distinct(nil, slices.Concat(focus, args[0]))
	}),
	"combine": valued(1, 1, func(_ *env, focus []Item, args [][]Item) ([]Item, error) {
		return slices.Concat(focus, args[0]), nil
	}),
}

func cut(focus, at []Item, front bool) ([]Item, error) {
	n, ok, err := integerOf(at)
	if !ok || err != nil {
		return nil, err
	}
	n = min(max(n, 0), len(focus))
	if front {
		return focus[:n], nil
	}
	return focus[n:], nil
}

func (e *env) intersect(a, b []Item) ([]Item, error) {
	both, err := e.sift(a, b, true)
	if err != nil {
		return nil, err
	}
	return e.distinct(nil, both)
}

// sift keeps the items that are, or are not, among others.
func (e *env) sift(items, others []Item, among bool) ([]Item, error) {
	var kept []Item
	for _, it := range items {
		found, err := e.contains(others, it)
		if err != nil {
			return nil, err
		}
		if found == among {
			kept = append(kept, it)
		}
	}
	return kept, nil
}
