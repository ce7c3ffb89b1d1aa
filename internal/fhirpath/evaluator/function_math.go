package evaluator

import (
	"errors"
	"math"
	"math/big"
	"strconv"
)

// mathematics: http://hl7.org/fhirpath/N1/#math
var mathematics = map[string]function{
	"abs":      exact(func(r *big.Rat) *big.Rat { return new(big.Rat).Abs(r) }, false),
	"ceiling":  exact(ceiling, true),
	"floor":    exact(floor, true),
	"truncate": exact(func(r *big.Rat) *big.Rat { return new(big.Rat).SetInt(truncated(r)) }, true),
	"round":    valued(0, 1, round),
	"sqrt":     approximate(0, func(x, _ float64) float64 { return math.Sqrt(x) }),
	"exp":      approximate(0, func(x, _ float64) float64 { return math.Exp(x) }),
	"ln":       approximate(0, func(x, _ float64) float64 { return math.Log(x) }),
	"log":      approximate(1, func(x, base float64) float64 { return math.Log(x) / math.Log(base) }),
	"power":    approximate(1, math.Pow),
}

var errNoNumber = errors.New("a number is expected")

// numericOf is the single number of a collection, or that of a Quantity.
func numericOf(items []Item) (n number, unit string, ok bool, err error) {
	switch v, err := systemOf(items); v := v.(type) {
	case nil:
		return number{}, "", false, err
	case number:
		return v, "", true, nil
	case quantity:
		return v.value, v.unit, true, nil
	}
	return number{}, "", false, errNoNumber
}

// exact is a function on numbers that loses nothing.
func exact(f func(*big.Rat) *big.Rat, whole bool) function {
	return simple(func(_ *env, focus []Item) ([]Item, error) {
		n, unit, ok, err := numericOf(focus)
		if !ok || err != nil {
			return nil, err
		}
		n.rat = f(n.rat)
		if whole {
			n.scale, n.integer = 0, true
		}
		if unit != "" {
			return one(quantity{n, unit}), nil
		}
		return one(n), nil
	})
}

func floor(r *big.Rat) *big.Rat {
	whole := truncated(r)
	if r.Sign() < 0 && !r.IsInt() {
		whole.Sub(whole, big.NewInt(1))
	}
	return new(big.Rat).SetInt(whole)
}

func ceiling(r *big.Rat) *big.Rat {
	lower := floor(new(big.Rat).Neg(r))
	return lower.Neg(lower)
}

// maxScale is to how many digits behind the point a number is rounded at most.
const maxScale = 100

func round(_ *env, focus []Item, args [][]Item) ([]Item, error) {
	n, _, ok, err := numericOf(focus)
	scale := 0
	if ok && err == nil && len(args) > 0 {
		scale, ok, err = integerOf(args[0])
	}
	if !ok || err != nil {
		return nil, err
	}
	if scale < 0 || scale > maxScale {
		return nil, errDigits
	}
	rounded, _ := new(big.Rat).SetString(n.rat.FloatString(scale)) // which is a number
	return one(number{rat: rounded, scale: scale}), nil
}

// approximate is a function that is computed in floating point; empty where it
// has no value.
func approximate(args int, f func(x, y float64) float64) function {
	return valued(args, args, func(_ *env, focus []Item, args [][]Item) ([]Item, error) {
		var values [2]float64
		whole := true
		for i, items := range append([][]Item{focus}, args...) {
			n, _, ok, err := numericOf(items)
			if !ok || err != nil {
				return nil, err
			}
			values[i], _ = n.rat.Float64()
			whole = whole && n.integer
		}
		result := f(values[0], values[1])
		if math.IsNaN(result) || math.IsInf(result, 0) {
			return nil, nil
		}
		n, ok := parseNumber(strconv.FormatFloat(result, 'f', -1, 64))
		if !ok {
			return nil, errDigits
		}
		n.integer = whole && len(args) > 0 && n.rat.IsInt()
		return one(n), nil
	})
}
