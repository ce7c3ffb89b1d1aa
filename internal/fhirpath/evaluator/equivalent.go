package evaluator

import (
	"slices"
	"strings"
)

// equivalent is `~` of two collections: the same items in any order.
func (e *env) equivalent(a, b []Item) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	rest := slices.Clone(b)
	for _, it := range a {
		found := -1
		for i := range rest {
			same, err := e.equivalentItems(it, rest[i])
			if err != nil {
				return false, err
			}
			if same {
				found = i
				break
			}
		}
		if found < 0 {
			return false, nil
		}
		rest = slices.Delete(rest, found, found+1)
	}
	return true, nil
}

func (e *env) equivalentItems(a, b Item) (bool, error) {
	if err := e.step(1); err != nil {
		return false, err
	}
	x, y, err := systems(a, b)
	switch {
	case err != nil:
		return false, err
	case x != nil && y != nil:
		if err := e.readSystem(x, y); err != nil {
			return false, err
		}
		return equivalentSystem(x, y)
	case x != nil || y != nil:
		return false, nil
	}
	return e.equivalentElements(a, b)
}

// equivalentElements compares the children of two elements, their ids left aside.
func (e *env) equivalentElements(a, b Item) (bool, error) {
	as, err := a.children()
	if err != nil {
		return false, err
	}
	bs, err := b.children()
	if err != nil {
		return false, err
	}
	isID := func(it Item) bool { return it.typ == "id" }
	return e.equivalent(slices.DeleteFunc(as, isID), slices.DeleteFunc(bs, isID))
}

func equivalentSystem(x, y system) (bool, error) {
	switch a := x.(type) {
	case text:
		b, ok := y.(text)
		return ok && normal(string(a)) == normal(string(b)), nil
	case number:
		b, ok := y.(number)
		return ok && a.equivalent(b), nil
	case moment:
		b, ok := y.(moment)
		order, known := a.compare(b)
		return ok && known && order == 0 && (a.kind == "Time") == (b.kind == "Time"), nil
	case quantity:
		b, ok := y.(quantity)
		if !ok {
			return false, nil
		}
		order, err := a.definite().compare(b.definite())
		return order == 0, err
	}
	return x == y, nil
}

// definite is the quantity in UCUM's unit, which for years and months too is
// equivalent to the calendar's.
func (q quantity) definite() quantity {
	if code, ok := calendarUnits[q.unit]; ok {
		q.unit = code
	}
	return q
}

// normal is a text without the differences that equivalence does not see.
func normal(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
