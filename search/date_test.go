package search

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2020", "2020-01-01..2021-01-01"},
		{"2020-02", "2020-02-01..2020-03-01"},
		{"2019-12", "2019-12-01..2020-01-01"},
		{"2020-02-29", "2020-02-29..2020-03-01"},
		{"2020-12-31", "2020-12-31..2021-01-01"},
		{"1969-12-31", "1969-12-31..1970-01-01"},
		{"0001-01-01", "0001-01-01..0001-01-02"},
		{"9999", "9999-01-01..10000-01-01"},
		{"2020-01-01T10:20", "2020-01-01T10:20:00Z..2020-01-01T10:21:00Z"},
		{"2020-01-01T10:20Z", "2020-01-01T10:20:00Z..2020-01-01T10:21:00Z"},
		{"2020-01-01T10:20:30", "2020-01-01T10:20:30Z..2020-01-01T10:20:31Z"},
		{"2020-01-01T10:20:30+02:00", "2020-01-01T08:20:30Z..2020-01-01T08:20:31Z"},
		{"2020-01-01T23:00:00-05:30", "2020-01-02T04:30:00Z..2020-01-02T04:30:01Z"},
		{"2020-01-01T10:20:30-00:00", "2020-01-01T10:20:30Z..2020-01-01T10:20:31Z"},
		{"2020-01-01T10:20:30+14:00", "2019-12-31T20:20:30Z..2019-12-31T20:20:31Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01..2017-01-01T00:00:01Z"}, // a leap second
		{"2020-01-01T10:20:30.5Z", "2020-01-01T10:20:30.5Z..2020-01-01T10:20:30.6Z"},
		{"2020-01-01T10:20:30.123Z", "2020-01-01T10:20:30.123Z..2020-01-01T10:20:30.124Z"},
		{"2020-01-01T10:20:30.123456Z", "2020-01-01T10:20:30.123456Z..2020-01-01T10:20:30.123457Z"},
		{"2020-01-01T10:20:30.123456789Z", "2020-01-01T10:20:30.123456Z..2020-01-01T10:20:30.123457Z"},
	} {
		low, high, err := ParseDate(c.text)
		if got := instant(low) + ".." + instant(high); err != nil || got != c.want {
			t.Errorf("ParseDate(%q) = %s, %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "the year must be 0001 to 9999"},
		{"0000", "the year must be 0001 to 9999"},
		{"20", "the year must be 0001 to 9999"},
		{"+2020", "the year must be 0001 to 9999"},
		{"20200101", "unexpected text after the date"},
		{"2020-", "the month must be 01 to 12"},
		{"2020-1", "the month must be 01 to 12"},
		{"2020-13", "the month must be 01 to 12"},
		{"2020-00", "the month must be 01 to 12"},
		{"2020-01-", "the day must be 01 to 31"},
		{"2020-01-32", "the day must be 01 to 31"},
		{"2020-01-00", "the day must be 01 to 31"},
		{"2020-02-30", "the month has no such day"},
		{"2021-02-29", "the month has no such day"},
		{"1900-02-29", "the month has no such day"},
		{"2020-04-31T10:00:00Z", "the month has no such day"},
		{"2020-01T10:00", "unexpected text after the date"},
		{"2020-01-01 10:00", "unexpected text after the date"},
		{"2020-01-01T", "the hour must be 00 to 23"},
		{"2020-01-01T24:00:00Z", "the hour must be 00 to 23"},
		{"2020-01-01T10", "a time has hours and minutes"},
		{"2020-01-01T10Z", "a time has hours and minutes"},
		{"2020-01-01T10:60", "the minute must be 00 to 59"},
		{"2020-01-01T10:00:61Z", "the second must be 00 to 60"},
		{"2020-01-01T10:00:00.Z", "digits must follow the point"},
		{"2020-01-01T10:00:00z", "an offset must be Z, +hh:mm or -hh:mm"},
		{"2020-01-01T10:00:00 02:00", "an offset must be Z, +hh:mm or -hh:mm"},
		{"2020-01-01T10:00:00+0200", "an offset has hours and minutes"},
		{"2020-01-01T10:00:00+15:00", "the offset must be at most 14:00"},
		{"2020-01-01T10:00:00+14:01", "the offset must be at most 14:00"},
		{"2020-01-01T10:00:00+02:60", "the offset's minutes must be 00 to 59"},
		{"2020-01-01T10:00:00Zx", "unexpected text after the date"},
		{"٢٠٢٠", "the year must be 0001 to 9999"},
	} {
		if low, high, err := ParseDate(c.text); err == nil || err.Error() != c.want {
			t.Errorf("ParseDate(%q) = %d, %d, %v, want the error %q", c.text, low, high, err, c.want)
		}
	}
}

// Every instant lies within what it is written as, at any precision.
func TestParseDateHoldsTheInstant(t *testing.T) {
	layouts := []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.000000Z07:00"}
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-62135596800e6, 253402300799e6).Draw(t, "micros")
		layout := rapid.SampledFrom(layouts).Draw(t, "layout")
		text := time.UnixMicro(micros).UTC().Format(layout)
		low, high, err := ParseDate(text)
		if err != nil || micros < low || micros >= high {
			t.Fatalf("%s spans %d..%d, %v, which has not %d", text, low, high, err, micros)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2020", "2020-02-29", "2020-01-01T10:20:30.123+02:00", "2020-01-01T10:20", "0000", "2020-02-30"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		low, high, err := ParseDate(text)
		if err != nil {
			if low != 0 || high != 0 {
				t.Fatalf("%q: a range with an error", text)
			}
			return
		}
		if low >= high || low <= TimeBegin || high >= TimeEnd {
			t.Fatalf("%q spans %d..%d", text, low, high)
		}
		if year := text[:4]; strings.Trim(year, "0123456789") != "" {
			t.Fatalf("%q begins with no year", text)
		}
	})
}
