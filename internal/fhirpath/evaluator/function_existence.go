package evaluator

import "errors"

// existence: http://hl7.org/fhirpath/N1/#existence
var existence = map[string]function{
	"empty":      simple(func(_ *env, focus []Item) ([]Item, error) { return truth(len(focus) == 0), nil }),
	"exists":     scoped(0, 1, exists),
	"all":        scoped(1, 1, all),
	"allTrue":    booleans(yes, true),
	"anyTrue":    booleans(yes, false),
	"allFalse":   booleans(no, true),
	"anyFalse":   booleans(no, false),
	"subsetOf":   valued(1, 1, func(e *env, focus []Item, args [][]Item) ([]Item, error) { return e.subset(focus, args[0]) }),
	"supersetOf": valued(1, 1, func(e *env, focus []Item, args [][]Item) ([]Item, error) { return e.subset(args[0], focus) }),
	"count":      simple(func(_ *env, focus []Item) ([]Item, error) { return one(integer(len(focus))), nil }),
	"distinct":   simple(func(e *env, focus []Item) ([]Item, error) { return e.distinct(nil, focus) }),
	"isDistinct": simple(func(e *env, focus []Item) ([]Item, error) {
		different, err := e.distinct(nil, focus)
		return truth(len(different) == len(focus)), err
	}),
	"not": simple(func(_ *env, focus []Item) ([]Item, error) {
		t, err := truthOf(focus)
		return t.not().items(), err
	}),
}

// exists is where a criterion is true of an item; that it cannot be told of the
// others is then no matter.
func exists(e *env, s *scope, args []argument) ([]Item, error) {
	if len(args) == 0 {
		return truth(len(s.focus) > 0), nil
	}
	return quantified(e, s, args[0].node, yes)
}

// all is where no item is there of which the criterion is not true.
func all(e *env, s *scope, args []argument) ([]Item, error) {
	some, err := quantified(e, s, func(e *env, s *scope) ([]Item, error) {
		t, err := evaluateTruth(args[0].node, e, s)
		return truth(t != yes), err
	}, yes)
	t, _ := truthOf(some)
	return t.not().items(), err
}

// quantified tells whether a criterion has a truth for some item.
func quantified(e *env, s *scope, criterion node, wanted tri) ([]Item, error) {
	var unknown error
	for i, it := range s.focus {
		t, err := evaluateTruth(criterion, e, s.each(it, i))
		if errors.Is(err, errTooLong) {
			return nil, err
		}
		if err != nil {
			unknown = err
		} else if t == wanted {
			return truth(true), nil
		}
	}
	if unknown != nil {
		return nil, unknown
	}
	return truth(false), nil
}

// booleans tells whether all items, or some, have a truth.
func booleans(wanted tri, every bool) function {
	return simple(func(e *env, focus []Item) ([]Item, error) {
		if err := e.step(len(focus)); err != nil {
			return nil, err
		}
		for i := range focus {
			v, err := focus[i].system()
			if err != nil {
				return nil, err
			}
			b, ok := v.(boolean)
			if !ok {
				return nil, errNoBoolean
			}
			if (triOf(bool(b)) == wanted) != every {
				return truth(!every), nil
			}
		}
		return truth(every), nil
	})
}

func (e *env) subset(part, whole []Item) ([]Item, error) {
	for _, it := range part {
		found, err := e.contains(whole, it)
		if !found || err != nil {
			return truth(false), err
		}
	}
	return truth(true), nil
}
