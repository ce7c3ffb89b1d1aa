package page

import (
	"html/template"
	"strings"
	"time"
	"unicode"
)

// functions are what templates may call.
func (p *Pages) functions() template.FuncMap {
	return template.FuncMap{
		"static":  p.files.path,
		"logo":    logo,
		"web":     webLink,
		"host":    host,
		"initial": initial,
		"day":     func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"minute":  func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 MST") },
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"wait":    wait,
		"join":    strings.Join,
		"table":   func(caption string, types []TypeAccess) typesTable { return typesTable{caption, types} },
		"lines":   func(list []string) string { return strings.Join(list, "\n") },
	}
}

// initial stands for an app that has no logo.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "?"
}

// wait says how long, rounded up so that who waits as long as it says has waited
// long enough.
func wait(d time.Duration) string {
	if d < time.Minute {
		return plural(int((d+time.Second-1)/time.Second), "second")
	}
	return plural(int((d+time.Minute-1)/time.Minute), "minute")
}
