package evaluator

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// number is an Integer or a Decimal, exactly. Scale is how many digits behind the
// point it is written with.
type number struct {
	rat     *big.Rat
	scale   int
	integer bool
}

const (
	maxDigits   = 400  // of a number that is read
	maxBits     = 8192 // of one that is computed
	quotientEnd = 8    // digits behind the point of a quotient
)

func (n number) name() string {
	if n.integer {
		return "Integer"
	}
	return "Decimal"
}

func (n number) text() string { return n.rat.FloatString(n.scale) }

// int is the value if it is an integer of the machine.
func (n number) int() (int, bool) {
	if n.rat == nil || !n.rat.IsInt() || !n.rat.Num().IsInt64() {
		return 0, false
	}
	return int(n.rat.Num().Int64()), true
}

func integer(n int) number { return number{rat: new(big.Rat).SetInt64(int64(n)), integer: true} }

// parseNumber reads a number as JSON and FHIRPath write it.
func parseNumber(s string) (number, bool) {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	e := 0
	if scientific {
		var err error
		if e, err = strconv.Atoi(exponent); err != nil {
			return number{}, false
		}
	}
	digits := strings.TrimLeft(mantissa, "+-")
	if digits == "" || len(digits) > maxDigits || e > maxDigits || e < -maxDigits || strings.Trim(digits, "0123456789.") != "" {
		return number{}, false
	}
	rat, ok := new(big.Rat).SetString(s)
	if !ok {
		return number{}, false
	}
	_, fraction, point := strings.Cut(mantissa, ".")
	scale := max(0, len(fraction)-e)
	return number{rat: rat, scale: scale, integer: !point && !scientific}, true
}

var errDigits = errors.New("a number has too many digits")

// computed is the number of a result, not ok if it has grown too large.
func computed(rat *big.Rat, scale int, isInteger bool) (system, error) {
	if rat.Num().BitLen()+rat.Denom().BitLen() > maxBits {
		return nil, errDigits
	}
	return number{rat, min(scale, maxDigits), isInteger}, nil
}

func (n number) plus(m number) (system, error) {
	return computed(new(big.Rat).Add(n.rat, m.rat), max(n.scale, m.scale), n.integer && m.integer)
}

func (n number) minus(m number) (system, error) { return n.plus(m.negated()) }

func (n number) negated() number {
	n.rat = new(big.Rat).Neg(n.rat)
	return n
}

func (n number) times(m number) (system, error) {
	return computed(new(big.Rat).Mul(n.rat, m.rat), n.scale+m.scale, n.integer && m.integer)
}

// over is a Decimal always; nothing is divided by zero.
func (n number) over(m number) (system, error) {
	if m.rat.Sign() == 0 {
		return nil, nil
	}
	rat := new(big.Rat).Quo(n.rat, m.rat)
	_, fraction, _ := strings.Cut(strings.TrimRight(rat.FloatString(quotientEnd), "0"), ".")
	return computed(rat, max(len(fraction), 1), false)
}

// div is the quotient without its fraction, mod what remains.
func (n number) div(m number) (system, error) {
	if m.rat.Sign() == 0 {
		return nil, nil
	}
	return computed(new(big.Rat).SetInt(truncated(new(big.Rat).Quo(n.rat, m.rat))), 0, true)
}

func (n number) mod(m number) (system, error) {
	if m.rat.Sign() == 0 {
		return nil, nil
	}
	whole := new(big.Rat).SetInt(truncated(new(big.Rat).Quo(n.rat, m.rat)))
	return computed(new(big.Rat).Sub(n.rat, whole.Mul(whole, m.rat)), max(n.scale, m.scale), n.integer && m.integer)
}

func truncated(r *big.Rat) *big.Int { return new(big.Int).Quo(r.Num(), r.Denom()) }

// equivalent compares as many digits as the less precise of the two has.
func (n number) equivalent(m number) bool {
	scale := min(n.scale, m.scale)
	return n.rat.FloatString(scale) == m.rat.FloatString(scale)
}
