package evaluator

// trees: http://hl7.org/fhirpath/N1/#tree-navigation
var trees = map[string]function{
	"children":    simple(func(e *env, focus []Item) ([]Item, error) { return e.children(focus) }),
	"descendants": simple(func(e *env, focus []Item) ([]Item, error) { return e.descendants(focus) }),
}

func (e *env) children(focus []Item) ([]Item, error) {
	var all []Item
	for _, it := range focus {
		children, err := it.children()
		if err != nil {
			return nil, err
		}
		all = append(all, children...)
	}
	return all, e.step(len(all))
}

// descendants are found once for %resource.
func (e *env) descendants(focus []Item) ([]Item, error) {
	if len(focus) != 1 || focus[0].node == nil || focus[0].node != e.Resource.node {
		return e.allBelow(focus)
	}
	var err error
	if e.below == nil {
		e.below, err = e.allBelow(focus)
	}
	return e.below, err
}

// allBelow ends, since the elements of a document are a tree.
func (e *env) allBelow(focus []Item) ([]Item, error) {
	var all []Item
	for len(focus) > 0 {
		var err error
		if focus, err = e.children(focus); err != nil {
			return nil, err
		}
		all = append(all, focus...)
	}
	return all, nil
}

// utility: http://hl7.org/fhirpath/N1/#utility-functions. What trace() would log is
// nobody's to read, and its projection is not evaluated.
var utility = map[string]function{
	"trace":     scoped(1, 2, func(_ *env, s *scope, _ []argument) ([]Item, error) { return s.focus, nil }),
	"now":       clock("DateTime", seconds),
	"today":     clock("Date", days),
	"timeOfDay": clock("Time", seconds),
}

func clock(kind string, precision int) function {
	return simple(func(e *env, _ []Item) ([]Item, error) { return one(momentAt(e.Now, kind, precision)), nil })
}
