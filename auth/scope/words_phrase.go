package scope

import (
	"strings"

	"github.com/granary-fhir/granary/search"
)

const andFuture = ", including kinds of data that are added later"

// phrase is what may be done with what: "read and search every observation in your
// record, only where …".
func (s Scope) phrase(whose Whose) string {
	object, rest, plural := s.object(whose)
	text := verbs(s.Letters, plural) + " " + object
	if s.Type == Any {
		text += andFuture
	}
	if len(rest) > 0 {
		text += ", only where " + conditions(s.Type, rest)
	}
	return text
}

// verbs are the letters in words. Of a plural that is named, such as "your vital
// signs", reading is understood to be finding too.
func verbs(letters string, plural bool) string {
	var words []string
	for _, verb := range []struct{ letter, word string }{
		{"r", "read"}, {"s", "search"}, {"c", "create"}, {"u", "change"}, {"d", "delete"},
	} {
		if plural && verb.letter == "s" && strings.Contains(letters, "r") {
			continue
		}
		if strings.Contains(letters, verb.letter) {
			words = append(words, verb.word)
		}
	}
	return series(words, "and")
}

// object is what the scope is about, the parameters that it does not say, and
// whether it is a plural.
func (s Scope) object(whose Whose) (object string, rest []search.Pair, plural bool) {
	if kinds, rest, ok := s.categories(); ok {
		return s.owned(series(kinds, "and"), whose), rest, true
	}
	every := "any"
	if strings.ContainsAny(s.Letters, "rs") {
		every = "every"
	}
	topic := topicOf(s.Type)
	switch {
	case s.Type == "Patient":
		return s.owned(topic.noun(s.Type), whose), s.Params, true
	case s.Type == Any:
		return every + "thing " + s.place(whose, "about"), s.Params, false
	case topic.shared:
		return every + " " + topic.noun(s.Type) + " on this server", s.Params, false
	}
	return every + " " + topic.noun(s.Type) + " " + s.place(whose, "of"), s.Params, false
}

// owned is a plural with its owner.
func (s Scope) owned(plural string, whose Whose) string {
	switch s.Level {
	case Patient:
		return string(whose) + " " + plural
	case User:
		return "the " + plural + " of every patient you may see"
	}
	return "all " + plural + " on this server"
}

// place is where something of a level is.
func (s Scope) place(whose Whose, preposition string) string {
	switch s.Level {
	case Patient:
		return "in " + string(whose) + " record"
	case User:
		return preposition + " every patient you may see"
	}
	return "on this server"
}

// series is "a, b and c".
func series(words []string, conjunction string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
