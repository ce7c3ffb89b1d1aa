package synthetic

import "time"

// Dates are days of the civil calendar, kept as midnights in UTC; times of day are
// minutes, in the zone of the place. No time zone database is asked, since machines
// have different ones.

const day = 24 * time.Hour

// date is the date as FHIR writes it.
func date(t time.Time) string { return t.Format("2006-01-02") }

// days is how many days lie between two dates.
func days(from, to time.Time) int { return int(to.Sub(from) / day) }

// age is somebody's age on a date, in full years.
func age(birth, at time.Time) int {
	years := at.Year() - birth.Year()
	if at.Month() < birth.Month() || at.Month() == birth.Month() && at.Day() < birth.Day() {
		years--
	}
	return years
}

// months is somebody's age on a date in months of 30.44 days, rounded down.
func months(birth, at time.Time) int { return days(birth, at) * 100 / 3044 }

// instant is a minute of a date in a zone, in the form of a dateTime.
func instant(on time.Time, minute, hours int) string {
	return on.Add(time.Duration(minute)*time.Minute).Format("2006-01-02T15:04:05") + offset(on, hours)
}

// offset is the distance from UTC, with daylight saving time as it was set in 2007:
// from the second Sunday in March to the first one in November. The hour of the
// change is at night, when nobody is examined here.
func offset(on time.Time, hours int) string {
	if on.Year() >= 2007 && !on.Before(sunday(on.Year(), time.March, 2)) && on.Before(sunday(on.Year(), time.November, 1)) {
		hours++
	}
	return offsets[-hours]
}

// offsets are those of North America, by hours behind UTC.
var offsets = [...]string{"+00:00", "-01:00", "-02:00", "-03:00", "-04:00", "-05:00", "-06:00", "-07:00", "-08:00", "-09:00", "-10:00"}

// sunday is the nth Sunday of a month.
func sunday(year int, month time.Month, n int) time.Time {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, (7-int(first.Weekday()))%7+7*(n-1))
}
