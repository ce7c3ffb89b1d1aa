package evaluator

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"
)

// quantity is a value with the code of its unit, or the name of a calendar
// duration.
type quantity struct {
	value number
	unit  string
}

func (q quantity) name() string { return "Quantity" }
func (q quantity) text() string {
	if _, calendar := calendarUnits[q.unit]; calendar {
		return q.value.text() + " " + q.unit
	}
	return q.value.text() + " '" + q.unit + "'"
}

// calendarUnits are UCUM's for the durations of the calendar. A year and a month
// are equivalent to theirs, and no more (http://hl7.org/fhirpath/N1/#time-valued-quantities).
var calendarUnits = map[string]string{
	"year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms",
}

// milliseconds are those of the units of time that always last the same.
var milliseconds = map[string]int64{"wk": 604_800_000, "d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1000, "ms": 1}

// base is the quantity in milliseconds, where its unit is one of time.
func (q quantity) base() (*big.Rat, string) {
	unit := q.unit
	if code, ok := calendarUnits[unit]; ok && milliseconds[code] != 0 {
		unit = code
	}
	if factor := milliseconds[unit]; factor != 0 {
		return new(big.Rat).Mul(q.value.rat, new(big.Rat).SetInt64(factor)), "ms"
	}
	return q.value.rat, unit
}

// compare fails where the units differ: they are not converted, but for those of
// time.
func (q quantity) compare(o quantity) (int, error) {
	a, unit := q.base()
	b, other := o.base()
	if unit != other {
		return 0, fmt.Errorf("quantities in %s and %s are not compared: units are not converted", strconv.Quote(q.unit), strconv.Quote(o.unit))
	}
	return a.Cmp(b), nil
}

var errMoved = errors.New("a date is moved by a duration: years, months, weeks, days, hours, minutes, seconds or milliseconds")

// moved is the moment later by a duration, or earlier by a negative one.
func (m moment) moved(q quantity) (system, error) {
	unit := q.unit
	for name, code := range calendarUnits {
		if code == unit && code != "a" && code != "mo" {
			unit = name
		}
	}
	count := truncated(q.value.rat)
	if !count.IsInt64() || count.BitLen() > 40 {
		return nil, errDigits
	}
	switch n := int(count.Int64()); unit {
	case "year":
		return m.movedMonths(12 * n)
	case "month":
		return m.movedMonths(n)
	}
	if q.unit != "second" && q.unit != "s" && q.unit != "millisecond" && q.unit != "ms" {
		q.value.rat = new(big.Rat).SetInt(count) // http://hl7.org/fhirpath/N1/#datetime-arithmetic
	}
	ms, base := q.base()
	if base != "ms" {
		return nil, errMoved
	}
	return m.movedMilliseconds(truncated(ms))
}

// movedMonths keeps the day, or takes the month's last.
func (m moment) movedMonths(n int) (system, error) {
	if m.kind == "Time" {
		return nil, errMoved
	}
	if m.precision < months {
		m.parts[0] += n / 12
		return m.inRange()
	}
	month := m.parts[0]*12 + m.parts[1] - 1 + n
	m.parts[0], m.parts[1] = month/12, month%12+1
	if m.precision >= days && month >= 0 {
		m.parts[2] = min(m.parts[2], daysIn(m.parts[0], m.parts[1]))
	}
	return m.inRange()
}

// daysOf are those of a year and of a month where a less precise date is moved.
var daysOf = map[int]int64{years: 365, months: 30}

func (m moment) movedMilliseconds(ms *big.Int) (system, error) {
	if ms.BitLen() > 50 {
		return nil, errDigits
	}
	n := ms.Int64()
	day := milliseconds["d"]
	switch {
	case m.precision == years:
		return m.movedMonths(12 * int(n/(day*daysOf[years])))
	case m.precision == months:
		return m.movedMonths(int(n / (day * daysOf[months])))
	case m.precision == days:
		n -= n % day
	case m.precision == hours:
		n -= n % milliseconds["h"]
	case m.precision == minutes:
		n -= n % milliseconds["min"]
	}
	zone := m.zone
	if zone == nil {
		zone = time.UTC
	}
	t := m.time(zone)
	m.setTime(t.AddDate(0, 0, int(n/day)).Add(time.Duration(n%day) * time.Millisecond))
	if m.kind == "Time" {
		m.parts[0], m.parts[1], m.parts[2] = 0, 0, 0
	}
	return m.inRange()
}

// inRange is the moment if its year can be written, and nothing otherwise.
func (m moment) inRange() (system, error) {
	if m.kind != "Time" && (m.parts[0] < 1 || m.parts[0] > 9999) {
		return nil, nil
	}
	m.written = m.format()
	return m, nil
}
