package search

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// maxNumberLength bounds the digits of a number.
const maxNumberLength = 100

// parseNumber parses `[prefix]number` (search.html#number).
func parseNumber(_ *parser, param *Param, raw string) (Expr, error) {
	op, text, err := cutPrefix(raw)
	if err != nil {
		return nil, err
	}
	return comparedNumber(param, op, text)
}

func comparedNumber(param *Param, op Prefix, text string) (Quantity, error) {
	n, err := parseDecimal(text)
	if err != nil {
		return Quantity{}, err
	}
	low, high := n.bounds(op)
	return Quantity{Param: param, Op: op, Low: low, High: high}, nil
}

// decimal is a number and the range of those that are written like it at its
// precision.
type decimal struct{ value, low, high float64 }

// bounds are the Low and High of a Quantity leaf: the precision of the number
// where equality is asked for, a tenth either side for ap, else the number.
func (d decimal) bounds(op Prefix) (low, high float64) {
	switch op {
	case Eq, Ne:
		return d.low, d.high
	case Ap:
		tenth := math.Abs(d.value) / 10
		return min(d.low, d.value-tenth), max(d.high, d.value+tenth)
	}
	return d.value, d.value
}

// parseDecimal reads a FHIR decimal. Its precision is half a unit of the last
// digit: 100 is [99.5, 100.5), 5.40e-3 is [0.005395, 0.005405). A single digit
// with an exponent is a tenth of that, since the specification reads 1e2 as
// [95, 105).
func parseDecimal(text string) (decimal, error) {
	digits, decimals, exponent, ok := scanDecimal(text)
	if !ok {
		return decimal{}, fault(text, "is no number; right are like 100, 5.40 and 1e-3")
	}
	mantissa, _ := new(big.Int).SetString(digits, 10)
	shift := int64(1)
	if exponent != "" && decimals == 0 && len(strings.TrimPrefix(digits, "-")) == 1 {
		shift = 2
	}
	power, err := strconv.ParseInt(orZero(exponent), 10, 32)
	if err != nil {
		return decimal{}, outOfRange(text)
	}
	power -= int64(decimals) + shift
	scaled := mantissa.Mul(mantissa, new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), nil))
	var d decimal
	for _, end := range []struct {
		to     *float64
		offset int64
	}{{&d.low, -5}, {&d.value, 0}, {&d.high, +5}} {
		sum := new(big.Int).Add(scaled, big.NewInt(end.offset))
		if *end.to, err = strconv.ParseFloat(sum.String()+"e"+strconv.FormatInt(power, 10), 64); err != nil {
			return decimal{}, outOfRange(text)
		}
	}
	d.high = above(d.high, d.value)
	return d, nil
}

// above is the upper bound, or the next number behind the value where they are
// the same: the bounds of a number of 16 digits and more may fall on the number
// itself, which must still lie in [low, high).
func above(high, value float64) float64 {
	return max(high, math.Nextafter(value, math.Inf(1)))
}

func outOfRange(text string) error {
	return fault(text, "is a number too large to compare")
}

func orZero(exponent string) string {
	if exponent == "" {
		return "0"
	}
	return exponent
}

// scanDecimal takes a number apart: sign and digits without the point, how many
// of them stand behind the point, and the exponent.
func scanDecimal(text string) (digits string, decimals int, exponent string, ok bool) {
	if len(text) > maxNumberLength {
		return "", 0, "", false
	}
	mantissa := text
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		mantissa, exponent = text[:at], text[at+1:]
		if !allDigits(strings.TrimLeft(exponent[:min(1, len(exponent))], "+-") + exponent[min(1, len(exponent)):]) {
			return "", 0, "", false
		}
	}
	unsigned, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, pointed := strings.Cut(unsigned, ".")
	if !allDigits(whole) || pointed && !allDigits(fraction) {
		return "", 0, "", false
	}
	digits = whole + fraction
	if negative {
		digits = "-" + digits
	}
	return digits, len(fraction), exponent, true
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
