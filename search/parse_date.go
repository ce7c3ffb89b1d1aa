package search

import (
	"errors"
	"slices"
	"strings"
)

// parseDate parses `[prefix]date` of any precision (search.html#date): the value
// is the range that it spans.
func parseDate(p *parser, param *Param, raw string) (Expr, error) {
	op, text, err := cutPrefix(raw)
	if err != nil {
		return nil, err
	}
	return p.date(param, op, text)
}

func (p *parser) date(param *Param, op Prefix, text string) (Expr, error) {
	low, high, err := dateRange(text)
	if op == Ap {
		low, high = approximately(low, high, p.now.UnixMicro())
	}
	return Date{Param: param, Op: op, Low: low, High: high}, err
}

// dateRange is the period of a date in a parameter.
func dateRange(text string) (low, high int64, err error) {
	if low, high, err = ParseDate(text); err == nil {
		return low, high, nil
	}
	if reason := errors.Unwrap(err); reason != nil {
		err = reason // without the value, which the ParamError shows
	}
	return 0, 0, fault(text, "is no date: %s%s", err, plusHint(text))
}

// ParseDateParam is ParseDate for the value of a parameter. An error is a
// *ParamError.
func ParseDateParam(name, text string) (low, high int64, err error) {
	if low, high, err = dateRange(text); err != nil {
		return 0, 0, named(name, err)
	}
	return low, high, nil
}

// plusHint is for a time zone whose plus sign was read as a blank.
func plusHint(text string) string {
	if strings.Contains(text, " ") {
		return "; a + in a URL is written %2B"
	}
	return ""
}

// approximately widens a range by a tenth of its gap to now on either side
// (search.html#prefix).
func approximately(low, high, now int64) (int64, int64) {
	var gap int64
	switch {
	case now < low:
		gap = tenthBetween(now, low)
	case now >= high:
		gap = tenthBetween(high, now)
	}
	return max(low, TimeBegin+gap) - gap, min(high, TimeEnd-gap) + gap
}

// tenthBetween is a tenth of b-a, which may itself be too long to compute.
func tenthBetween(a, b int64) int64 { return b/10 - a/10 }

// cutPrefix takes the comparison off a value; eq where none is given.
func cutPrefix(raw string) (Prefix, string, error) {
	if len(raw) < 2 || !isLower(raw[0]) || !isLower(raw[1]) {
		return Eq, raw, nil
	}
	op, ok := comparison(raw[:2])
	if !ok {
		return "", "", fault(raw, "begins with %q, which is no prefix; right are eq, ne, gt, lt, ge, le, sa, eb and ap", raw[:2])
	}
	if len(raw) == 2 {
		return "", "", fault(raw, "has no value after its prefix")
	}
	return op, raw[2:], nil
}

func comparison(word string) (Prefix, bool) {
	if op := Prefix(word); slices.Contains(prefixes[:], op) {
		return op, true
	}
	return "", false
}

func isLower(b byte) bool { return 'a' <= b && b <= 'z' }
