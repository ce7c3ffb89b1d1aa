package search

import (
	"errors"
	"time"
)

// Units of time in microseconds.
const (
	microsecond int64 = 1
	second            = 1_000_000 * microsecond
	minute            = 60 * second
	hour              = 60 * minute
	day               = 24 * hour
)

// ParseDate is the half-open range [low, high), in microseconds since 1970 UTC,
// that a date, dateTime or instant of FHIR spans at the precision in which it is
// written (datatypes.html#dateTime): "2020-02" is all of February, "…:00.1Z" a
// tenth of a second. Nothing is shorter than a microsecond. A time may end with
// its minutes, as search values may (search.html#date); a time without offset is
// UTC. The error says what is wrong, without repeating the text.
func ParseDate(s string) (low, high int64, err error) {
	p := dateParser{rest: s}
	low, high = p.date()
	if p.err == nil && p.rest != "" {
		p.fail("unexpected text after the date")
	}
	if p.err != nil {
		return 0, 0, p.err
	}
	return low, high, nil
}

// dateParser reads from the front of rest; the first error stays.
type dateParser struct {
	rest string
	err  error
}

func (p *dateParser) fail(reason string) {
	if p.err == nil {
		p.err = errors.New(reason)
	}
}

func (p *dateParser) date() (low, high int64) {
	year := p.number(4, 1, 9999, "the year must be 0001 to 9999")
	if !p.accept('-') {
		return midnight(year, 1, 1), midnight(year+1, 1, 1)
	}
	month := p.number(2, 1, 12, "the month must be 01 to 12")
	if !p.accept('-') {
		return midnight(year, month, 1), midnight(year, month+1, 1)
	}
	dom := p.number(2, 1, 31, "the day must be 01 to 31")
	low = midnight(year, month, dom)
	if p.err == nil && low >= midnight(year, month+1, 1) {
		p.fail("the month has no such day")
	}
	if !p.accept('T') {
		return low, low + day
	}
	offset, width := p.time()
	return low + offset, low + offset + width
}

// time reads what follows the T: the time since midnight UTC of the written
// day, and the width of its precision.
func (p *dateParser) time() (offset, width int64) {
	offset = int64(p.number(2, 0, 23, "the hour must be 00 to 23")) * hour
	p.expect(':', "a time has hours and minutes")
	offset += int64(p.number(2, 0, 59, "the minute must be 00 to 59")) * minute
	width = minute
	if p.accept(':') {
		// A leap second is the first instant of the next minute.
		offset += int64(p.number(2, 0, 60, "the second must be 00 to 60")) * second
		width = second
		if p.accept('.') {
			var fraction int64
			fraction, width = p.fraction()
			offset += fraction
		}
	}
	return offset - p.zone(), width
}

// fraction reads the digits after the point. Those beyond microseconds are cut
// off.
func (p *dateParser) fraction() (value, width int64) {
	width = second
	digits := 0
	for ; digits < len(p.rest) && isDigit(p.rest[digits]); digits++ {
		if width > microsecond {
			width /= 10
			value += int64(p.rest[digits]-'0') * width
		}
	}
	if digits == 0 {
		p.fail("digits must follow the point")
	}
	p.rest = p.rest[digits:]
	return value, width
}

// zone reads an offset, which may be absent.
func (p *dateParser) zone() int64 {
	sign := int64(1)
	switch {
	case p.rest == "" || p.accept('Z'):
		return 0
	case p.accept('-'):
		sign = -1
	case !p.accept('+'):
		p.fail("an offset must be Z, +hh:mm or -hh:mm")
		return 0
	}
	offset := int64(p.number(2, 0, 14, "the offset must be at most 14:00")) * hour
	p.expect(':', "an offset has hours and minutes")
	offset += int64(p.number(2, 0, 59, "the offset's minutes must be 00 to 59")) * minute
	if offset > 14*hour {
		p.fail("the offset must be at most 14:00")
	}
	return sign * offset
}

// number reads exactly so many digits; reason is the error for all that is not
// such a number between low and high.
func (p *dateParser) number(digits, low, high int, reason string) int {
	if len(p.rest) < digits {
		p.fail(reason)
		return low
	}
	n := 0
	for i := range digits {
		if !isDigit(p.rest[i]) {
			p.fail(reason)
			return low
		}
		n = n*10 + int(p.rest[i]-'0')
	}
	p.rest = p.rest[digits:]
	if n < low || n > high {
		p.fail(reason)
		return low
	}
	return n
}

func (p *dateParser) accept(c byte) bool {
	if p.err != nil || p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *dateParser) expect(c byte, reason string) {
	if !p.accept(c) {
		p.fail(reason)
	}
}

func midnight(year, month, dom int) int64 {
	return time.Date(year, time.Month(month), dom, 0, 0, 0, 0, time.UTC).Unix() * second
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
