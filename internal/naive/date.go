package naive

import (
	"regexp"
	"strconv"
	"time"
)

// span is a time range [low, high); nil where it is open.
type span struct{ low, high *time.Time }

var dateForm = regexp.MustCompile(`^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$`)

// parseDate is the range of instants that a date of any precision means: a year
// is all of the year. Without an offset it is UTC.
func parseDate(text string) (low, high time.Time, ok bool) {
	m := dateForm.FindStringSubmatch(text)
	if m == nil {
		return low, high, false
	}
	zone := time.UTC
	if offset := m[8]; offset != "" && offset != "Z" {
		seconds := number(offset[1:3])*3600 + number(offset[4:6])*60
		if offset[0] == '-' {
			seconds = -seconds
		}
		zone = time.FixedZone("", seconds)
	}
	year, month, day := number(m[1]), max(1, number(m[2])), max(1, number(m[3]))
	low = time.Date(year, time.Month(month), day, number(m[4]), number(m[5]), number(m[6]), 0, zone)
	switch {
	case m[2] == "":
		return low, low.AddDate(1, 0, 0), true
	case m[3] == "":
		return low, low.AddDate(0, 1, 0), true
	case m[4] == "":
		return low, low.AddDate(0, 0, 1), true
	case m[6] == "":
		return low, low.Add(time.Minute), true
	case m[7] == "":
		return low, low.Add(time.Second), true
	}
	unit := time.Second
	for range m[7] {
		unit /= 10
	}
	low = low.Add(time.Duration(number(m[7])) * unit)
	return low, low.Add(unit), true
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func period(v any) []value {
	var s span
	if low, _, ok := parseDate(str(v, "start")); ok {
		s.low = &low
	}
	if _, high, ok := parseDate(str(v, "end")); ok {
		s.high = &high
	}
	return one(s.low != nil || s.high != nil, value{date: s})
}

// compareDates tells whether the range of a resource's date compares with the
// range of the search (search.html#prefix).
func compareDates(prefix string, target span, low, high, now time.Time) bool {
	contained := target.low != nil && !target.low.Before(low) && target.high != nil && !target.high.After(high)
	above := target.high == nil || target.high.After(high)
	below := target.low == nil || target.low.Before(low)
	switch prefix {
	case "", "eq":
		return contained
	case "ne":
		return !contained
	case "gt":
		return above
	case "lt":
		return below
	case "ge":
		return above || contained
	case "le":
		return below || contained
	case "sa":
		return target.low != nil && !target.low.Before(high)
	case "eb":
		return target.high != nil && !target.high.After(low)
	case "ap": // overlaps the range, widened by a tenth of its distance from now
		low, high = approximately(low, high, now)
		return (target.low == nil || target.low.Before(high)) && (target.high == nil || target.high.After(low))
	}
	return false
}

func approximately(low, high, now time.Time) (time.Time, time.Time) {
	var distance time.Duration
	switch {
	case now.Before(low):
		distance = low.Sub(now)
	case now.After(high):
		distance = now.Sub(high)
	}
	return low.Add(-distance / 10), high.Add(distance / 10)
}
