package validation

// The forms of date, dateTime, instant and time (datatypes.html#dateTime). Each
// function cuts what it read off the text.

// isDate: YYYY, YYYY-MM or YYYY-MM-DD.
func isDate(text string) bool {
	rest, _, ok := day(text)
	return ok && rest == ""
}

// isDateTime: a date, or a whole date with time and zone.
func isDateTime(text string) bool {
	rest, whole, ok := day(text)
	return ok && (rest == "" || whole && isZonedTime(rest))
}

// isInstant: a whole date with time and zone.
func isInstant(text string) bool {
	rest, whole, ok := day(text)
	return ok && whole && isZonedTime(rest)
}

// isTime: hh:mm:ss, perhaps with a fraction.
func isTime(text string) bool {
	rest, ok := clock(text)
	return ok && rest == ""
}

// day reads a date, and tells whether it is whole.
func day(text string) (rest string, whole, ok bool) {
	year, rest, ok := digits(text, 4)
	if !ok || year == 0 {
		return "", false, false
	}
	if rest == "" || rest[0] != '-' {
		return rest, false, true
	}
	month, rest, ok := digits(rest[1:], 2)
	if !ok || month < 1 || month > 12 {
		return "", false, false
	}
	if rest == "" || rest[0] != '-' {
		return rest, false, true
	}
	number, rest, ok := digits(rest[1:], 2)
	return rest, true, ok && number >= 1 && number <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// isZonedTime: Thh:mm:ss and Z, +hh:mm or -hh:mm, up to 14:00.
func isZonedTime(text string) bool {
	if text == "" || text[0] != 'T' {
		return false
	}
	rest, ok := clock(text[1:])
	if !ok || rest == "Z" {
		return ok
	}
	if len(rest) != len("+hh:mm") || rest[0] != '+' && rest[0] != '-' || rest[3] != ':' {
		return false
	}
	hours, _, hoursOK := digits(rest[1:], 2)
	minutes, _, minutesOK := digits(rest[4:], 2)
	return hoursOK && minutesOK && minutes < 60 && (hours < 14 || hours == 14 && minutes == 0)
}

// clock reads hh:mm:ss with or without a fraction. A leap second is second 60.
func clock(text string) (rest string, ok bool) {
	const form = "hh:mm:ss"
	if len(text) < len(form) || text[2] != ':' || text[5] != ':' {
		return "", false
	}
	hours, _, hoursOK := digits(text, 2)
	minutes, _, minutesOK := digits(text[3:], 2)
	seconds, rest, secondsOK := digits(text[6:], 2)
	if !hoursOK || !minutesOK || !secondsOK || hours > 23 || minutes > 59 || seconds > 60 {
		return "", false
	}
	if rest == "" || rest[0] != '.' {
		return rest, true
	}
	end := 1
	for end < len(rest) && isDigit(rest[end]) {
		end++
	}
	return rest[end:], end > 1
}

// digits reads a number of exactly n digits.
func digits(text string, n int) (value int, rest string, ok bool) {
	if len(text) < n {
		return 0, "", false
	}
	for i := range n {
		if !isDigit(text[i]) {
			return 0, "", false
		}
		value = 10*value + int(text[i]-'0')
	}
	return value, text[n:], true
}
