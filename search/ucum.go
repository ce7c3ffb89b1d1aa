package search

import (
	"math"
	"strconv"
	"strings"
)

// CanonicalQuantity converts a value in a UCUM unit (case sensitive, as `mg/dL`)
// to UCUM's base units, so that quantities of one dimension compare: mg/dL and
// g/L become `m-3.g`, Cel and [degF] become K. Moles, equivalents, osmoles and
// each arbitrary unit like [iU] are dimensions of their own, since what converts
// them depends on the substance. The value is rounded to 12 digits, so that
// 4.1 mg and 0.0041 g are equal. It is not ok for a unit that is not in the
// tables (ucumAtoms, ucumPrefixes) and for logarithmic ones.
func CanonicalQuantity(value float64, code string) (canonical float64, canonicalCode string, ok bool) {
	c, ok := conversionOf(code)
	if !ok {
		return 0, "", false
	}
	return c.convert(value), c.base, true
}

// conversion leads from one unit to base units.
type conversion struct {
	zero, factor float64
	base         string
}

func conversionOf(code string) (conversion, bool) {
	if t, special := ucumTemperatures[code]; special {
		return conversion{t.zero, t.factor, "K"}, true
	}
	u, ok := parseUCUM(code)
	return conversion{0, u.factor, u.dimension.String()}, ok
}

func (c conversion) convert(value float64) float64 {
	return rounded((value + c.zero) * c.factor)
}

// canonicalDigits is the precision of converted values: more than any
// measurement has, and less than the conversion's own error.
const canonicalDigits = 12

func rounded(f float64) float64 {
	if f == 0 || math.IsInf(f, 0) {
		return f
	}
	var buffer [32]byte
	text := strconv.AppendFloat(buffer[:0], f, 'e', canonicalDigits-1, 64)
	r, err := strconv.ParseFloat(string(text), 64)
	if err != nil { // beyond the largest float64 by the rounding alone
		return f
	}
	return r
}

// dimension holds the exponent of each of ucumBases.
type dimension [len(ucumBases)]int8

// String is the product of the base units in UCUM's notation, "1" if there are
// none.
func (d dimension) String() string {
	var b strings.Builder
	for i, exponent := range d {
		if exponent == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(ucumBases[i])
		if exponent != 1 {
			b.WriteString(strconv.Itoa(int(exponent)))
		}
	}
	if b.Len() == 0 {
		return "1"
	}
	return b.String()
}

// ucumUnit is so many of the base units.
type ucumUnit struct {
	factor    float64
	dimension dimension
}

// times is u multiplied by other to a power.
func (u ucumUnit) times(other ucumUnit, power int) ucumUnit {
	for range max(power, -power) {
		if power > 0 {
			u.factor *= other.factor
		} else {
			u.factor /= other.factor
		}
	}
	for i := range u.dimension {
		u.dimension[i] += other.dimension[i] * int8(power)
	}
	return u
}
