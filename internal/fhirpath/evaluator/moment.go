package evaluator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// moment is a Date, DateTime or Time as far as it is written.
type moment struct {
	kind  string // Date, DateTime, Time
	parts [7]int // year, month, day, hour, minute, second, nanosecond
	// precision is how many parts are known; the second and its fraction are one
	// (http://hl7.org/fhirpath/N1/#time).
	precision int
	zone      *time.Location // nil if it has none
	written   string
}

// The parts, and at the same time the precisions.
const (
	years = iota + 1
	months
	days
	hours
	minutes
	seconds
)

func (m moment) name() string { return m.kind }
func (m moment) text() string { return m.written }

var (
	dateForm = regexp.MustCompile(`^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$`)
	timeForm = regexp.MustCompile(`^(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?$`)
)

// parseMoment reads a date, dateTime, instant or time of FHIR, as its type says;
// with the type "" a literal of FHIRPath, in which a T makes a DateTime.
func parseMoment(s, typ string) (moment, bool) {
	if typ == "time" {
		return parseTime(s)
	}
	day, clock, timed := strings.Cut(s, "T")
	m := moment{kind: "Date", written: strings.TrimSuffix(s, "T")}
	if timed || typ == "dateTime" || typ == "instant" {
		m.kind = "DateTime"
	}
	if !m.read(dateForm.FindStringSubmatch(day), years) {
		return moment{}, false
	}
	if clock != "" && (m.precision != days || !m.readTime(clock)) {
		return moment{}, false
	}
	return m, m.valid()
}

func parseTime(s string) (moment, bool) {
	m := moment{kind: "Time", written: s}
	ok := m.readTime(s)
	return m, ok && m.zone == nil && m.valid()
}

// read takes the parts that a form has found, the first of which is given.
func (m *moment) read(found []string, first int) bool {
	if found == nil {
		return false
	}
	for i, part := range found[1:min(len(found), 4)] {
		if part == "" {
			break
		}
		m.parts[first-1+i], _ = strconv.Atoi(part) // two or four digits
		m.precision = first + i
	}
	return true
}

func (m *moment) readTime(s string) bool {
	found := timeForm.FindStringSubmatch(s)
	if !m.read(found, hours) {
		return false
	}
	if fraction := found[4]; fraction != "" {
		m.parts[6], _ = strconv.Atoi((fraction + "000000000")[:9])
	}
	switch zone := found[5]; zone {
	case "":
	case "Z":
		m.zone = time.UTC
	default:
		h, _ := strconv.Atoi(zone[1:3])
		minute, _ := strconv.Atoi(zone[4:6])
		offset := (h*60 + minute) * 60
		if zone[0] == '-' {
			offset = -offset
		}
		m.zone = time.FixedZone("", offset)
	}
	return true
}

func (m moment) valid() bool {
	p := m.parts
	if m.kind != "Time" {
		if m.precision >= months && (p[1] < 1 || p[1] > 12) {
			return false
		}
		if m.precision >= days && (p[2] < 1 || p[2] > daysIn(p[0], p[1])) {
			return false
		}
	}
	return p[3] < 24 && p[4] < 60 && p[5] <= 60
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month+1), 0, 0, 0, 0, 0, time.UTC).Day()
}

// compare is less than, equal to or greater than zero; not known where one is
// written less precisely than what they differ in, or only one has a time zone.
func (m moment) compare(o moment) (order int, known bool) {
	timed := m.kind != "Time" && m.precision >= hours && o.precision >= hours
	switch {
	case (m.kind == "Time") != (o.kind == "Time"), timed && (m.zone == nil) != (o.zone == nil):
		return 0, false
	case timed && m.zone != nil:
		m, o = m.utc(), o.utc()
	}
	for i := range min(m.precision, o.precision) {
		if m.parts[i] != o.parts[i] {
			return m.parts[i] - o.parts[i], true
		}
	}
	if m.precision == seconds && o.precision == seconds {
		return m.parts[6] - o.parts[6], true
	}
	return 0, m.precision == o.precision
}

func (m moment) utc() moment {
	m.setTime(m.time(m.zone).UTC())
	return m
}

// time is the earliest time that the moment may be.
func (m moment) time(zone *time.Location) time.Time {
	p := m.parts
	return time.Date(p[0], time.Month(max(p[1], 1)), max(p[2], 1), p[3], p[4], p[5], p[6], zone)
}

func (m *moment) setTime(t time.Time) {
	m.parts = [7]int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond()}
}

// momentAt is a time as FHIRPath writes it.
func momentAt(t time.Time, kind string, precision int) moment {
	m := moment{kind: kind, precision: precision}
	m.setTime(t)
	if kind == "DateTime" {
		m.zone = t.Location()
	}
	m.written = m.format()
	return m
}

// format writes the moment, as far as it is known.
func (m moment) format() string {
	p := m.parts
	date := fmt.Sprintf("%04d-%02d-%02d", p[0], p[1], p[2])
	clock := fmt.Sprintf("%02d:%02d:%02d", p[3], p[4], p[5])
	switch {
	case m.precision < seconds || p[6] == 0:
	case p[6]%1_000_000 == 0:
		clock += fmt.Sprintf(".%03d", p[6]/1_000_000)
	default:
		clock += fmt.Sprintf(".%09d", p[6])
	}
	if m.precision < seconds && m.precision >= hours {
		clock = clock[:len("00")+3*(m.precision-hours)]
	}
	switch {
	case m.kind == "Time":
		return clock
	case m.precision <= days:
		return date[:len("0000")+3*(m.precision-years)]
	case m.zone != nil:
		return date + "T" + clock + m.time(m.zone).Format("Z07:00")
	}
	return date + "T" + clock
}
