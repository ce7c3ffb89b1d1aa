package evaluator

import "fmt"

// operation computes a value of two; nil is nothing.
type operation func(x, y system) (system, error)

// arithmetic is empty where a side is.
func arithmetic(compute operation) func(e *env, a, b []Item) ([]Item, error) {
	return func(e *env, a, b []Item) ([]Item, error) {
		x, y, err := bothOf(a, b)
		if x == nil || y == nil || err != nil {
			return nil, err
		}
		v, err := compute(x, y)
		if v == nil || err != nil {
			return nil, err
		}
		if t, ok := v.(text); ok && len(t) > maxText {
			return nil, errText
		}
		if err := e.readSystem(v); err != nil {
			return nil, err
		}
		return one(v), e.step(1 + len(a))
	}
}

func unfit(x, y system) error {
	return fmt.Errorf("there is no arithmetic of %s and %s", x.name(), y.name())
}

// numbers is an operation that only numbers have.
func numbers(compute func(a, b number) (system, error)) operation {
	return func(x, y system) (system, error) {
		a, okA := x.(number)
		b, okB := y.(number)
		if !okA || !okB {
			return nil, unfit(x, y)
		}
		return compute(a, b)
	}
}

func add(x, y system) (system, error) {
	switch a := x.(type) {
	case text:
		if b, ok := y.(text); ok {
			return a + b, nil
		}
	case moment:
		if b, ok := y.(quantity); ok {
			return a.moved(b)
		}
	case quantity:
		if b, ok := y.(quantity); ok {
			return a.sum(b)
		}
	}
	return numbers(number.plus)(x, y)
}

func subtract(x, y system) (system, error) {
	if b, ok := y.(quantity); ok {
		b.value = b.value.negated()
		return add(x, b)
	}
	return numbers(number.minus)(x, y)
}

// sum wants both in one unit.
func (q quantity) sum(o quantity) (system, error) {
	if q.unit != o.unit {
		return nil, fmt.Errorf("quantities in %q and %q are not added: units are not converted", q.unit, o.unit)
	}
	v, err := q.value.plus(o.value)
	if err != nil {
		return nil, err
	}
	return quantity{v.(number), q.unit}, nil
}

func multiply(x, y system) (system, error) { return scaled(x, y, number.times) }

func divide(x, y system) (system, error) { return scaled(x, y, number.over) }

// scaled is the operation on numbers, or on a Quantity and a number.
func scaled(x, y system, compute func(a, b number) (system, error)) (system, error) {
	q, ok := x.(quantity)
	factor, isNumber := y.(number)
	if !ok || !isNumber {
		return numbers(compute)(x, y)
	}
	v, err := compute(q.value, factor)
	if n, ok := v.(number); ok {
		return quantity{n, q.unit}, nil
	}
	return nil, err
}
