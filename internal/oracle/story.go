package oracle

import (
	"net/http"
	"slices"
	"time"

	"github.com/granary-fhir/granary/internal/naive"
)

// story are the versions that a history shows, newest first: a version is shown if
// it and the current one of its resource are visible.
func (t *tx) story(r Request) Answer {
	letter := byte('s')
	var keys []string
	switch r.Kind {
	case InstanceStory:
		letter, keys = 'r', []string{r.key()}
		all := t.state.Versions[r.key()]
		if len(all) == 0 || !t.ask().Allows('r', judged(all, len(all)-1)) {
			return failed(http.StatusNotFound)
		}
	case TypeStory:
		keys = t.keys(r.Type)
	default:
		if keys = t.keys(""); !slices.ContainsFunc(naive.AllTypes(), func(typ string) bool { return t.ask().AllowsSome('s', typ) }) {
			return failed(http.StatusForbidden)
		}
	}
	answer := Answer{Status: http.StatusOK, Story: []Told{}}
	for _, key := range keys {
		answer.Story = append(answer.Story, t.storyOf(key, letter, r)...)
	}
	slices.SortStableFunc(answer.Story, func(a, b Told) int { return b.Version.At.Compare(a.Version.At) })
	return answer
}

func (t *tx) keys(typ string) []string {
	var keys []string
	for key, all := range t.state.Versions {
		if typ == "" || all[0].Type == typ {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// storyOf is the history of one resource, newest first.
func (t *tx) storyOf(key string, letter byte, r Request) []Told {
	all := t.state.Versions[key]
	if !t.ask().Allows(letter, judged(all, len(all)-1)) {
		return nil
	}
	var told []Told
	next := (*Version)(nil) // the next one that the caller sees
	for n := len(all) - 1; n >= 0; n-- {
		v := all[n]
		if !t.ask().Allows(letter, judged(all, n)) {
			continue
		}
		if inTime(v, next, r) {
			told = append(told, Told{v, t.storyStatus(all, n, letter)})
		}
		next = v
	}
	return told
}

// storyStatus is 201 where a version came of a POST, was the first, or followed a
// deletion that the caller sees.
func (t *tx) storyStatus(all []*Version, n int, letter byte) int {
	switch v := all[n]; {
	case v.Live == nil:
		return http.StatusNoContent
	case n == 0 || v.Verb == http.MethodPost:
		return http.StatusCreated
	case all[n-1].Live == nil && t.ask().Allows(letter, judged(all, n-1)):
		return http.StatusCreated
	}
	return http.StatusOK
}

// inTime tells whether a version is one from `_since` on, and was current at some
// time of `_at`.
func inTime(v, next *Version, r Request) bool {
	if r.Since != "" {
		if since, _ := span(r.Since); v.At.Before(since) {
			return false
		}
	}
	if r.At == "" {
		return true
	}
	from, to := span(r.At)
	lasted := next == nil || next.At.After(from) || !v.At.Before(from)
	return v.At.Before(to) && lasted
}

// span reads the instants and days that the generator writes.
func span(text string) (from, to time.Time) {
	if from, err := time.Parse(time.DateOnly, text); err == nil {
		return from, from.AddDate(0, 0, 1)
	}
	from, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return from, from.Add(time.Second)
}
