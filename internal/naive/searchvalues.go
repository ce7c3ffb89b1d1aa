package naive

import (
	"strings"
	"time"
)

// SearchValues are values by which a search finds the resource, made of each value
// that a parameter has in it, in the forms that US Core wants served: with system and
// without, with type and without, a text as it stands and its beginning in another
// case. Those of a date have no prefix; see DateValue.
func (w *World) SearchValues(r *Resource, code string) ([]string, error) {
	p, err := lookup(r.Type, code)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, v := range w.find(r, p) {
		for _, text := range v.forms(p.kind) {
			if !contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all, nil
}

// forms are the ways to write a value.
func (v value) forms(kind string) []string {
	switch kind {
	case "token":
		return v.tokenForms()
	case "reference":
		return v.ref.forms()
	case "string":
		begin := []rune(v.text)
		begin = begin[:min(len(begin), 4)]
		return []string{escaper.Replace(v.text), escaper.Replace(strings.ToUpper(strings.TrimSpace(string(begin))))}
	case "date":
		if text := v.date.search("eq"); text != "" {
			return []string{text}
		}
	}
	return nil
}

func (v value) tokenForms() []string {
	code := escaper.Replace(v.code)
	switch {
	case v.code == "":
		return nil
	case v.system == "":
		return []string{code}
	}
	return []string{escaper.Replace(v.system) + "|" + code, code}
}

func (r reference) forms() []string {
	switch {
	case r.typ != "":
		return []string{r.typ + "/" + r.id, r.id}
	case r.url != "":
		return []string{escaper.Replace(r.url)}
	}
	return nil
}

// DateValue is a value with a prefix by which a search finds the resource; "" if the
// parameter has none there for which that can be.
func (w *World) DateValue(r *Resource, code, prefix string) (string, error) {
	p, err := lookup(r.Type, code)
	if err != nil {
		return "", err
	}
	for _, v := range w.find(r, p) {
		if text := v.date.search(prefix); text != "" {
			return prefix + text, nil
		}
	}
	return "", nil
}

const (
	dayLayout = "2006-01-02"
	day       = 24 * time.Hour
)

// search is a date that, after a prefix, the range satisfies: a day, or for what lasts
// longer, and must be contained, its month or year.
func (s span) search(prefix string) string {
	if s.low == nil && s.high == nil {
		return ""
	}
	first, last := s.days()
	switch prefix {
	case "ap":
		return first.Format(dayLayout)
	case "ge":
		if s.low == nil {
			first = first.Add(-day)
		}
		return first.Format(dayLayout)
	case "gt", "sa":
		if prefix == "sa" && s.low == nil {
			return ""
		}
		return first.Add(-day).Format(dayLayout)
	case "le":
		if s.high == nil {
			last = last.Add(day)
		}
		return last.Format(dayLayout)
	case "lt", "eb":
		if prefix == "eb" && s.high == nil {
			return ""
		}
		return last.Add(day).Format(dayLayout)
	case "ne":
		return first.AddDate(1, 1, 0).Format(dayLayout)
	case "eq":
		return s.containing(first, last)
	}
	return ""
}

// days are the first and the last day of the range, in UTC; where it is open, a day
// within.
func (s span) days() (first, last time.Time) {
	low, high := s.low, s.high
	if low == nil {
		before := high.Add(-day)
		low = &before
	}
	if high == nil {
		after := low.Add(day)
		high = &after
	}
	return low.UTC(), high.Add(-1).UTC()
}

func (s span) containing(first, last time.Time) string {
	if s.low == nil || s.high == nil {
		return ""
	}
	for _, layout := range []string{dayLayout, "2006-01", "2006"} {
		if text := first.Format(layout); text == last.Format(layout) {
			return text
		}
	}
	return ""
}
