package page

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/auth/scope"
)

// kinds are the order in which the kinds of scopes are asked about.
var kinds = []scope.Kind{scope.KindData, scope.KindContext, scope.KindIdentity, scope.KindLasting}

// Groups are the scopes that an app asks for in plain words, under headings, all
// of them ticked: what reaches furthest comes first. A Choice's Value is the scope
// as it was asked for.
func Groups(scopes []scope.Scope, whose scope.Whose) []Group {
	var groups []Group
	for _, kind := range kinds {
		byTitle := map[string]int{}
		first := len(groups)
		for _, s := range scopes {
			words := s.WordsFor(whose)
			if words.Kind != kind {
				continue
			}
			at, ok := byTitle[words.Group]
			if !ok {
				at = len(groups)
				byTitle[words.Group] = at
				groups = append(groups, Group{Title: words.Group})
			}
			groups[at].Scopes = append(groups[at].Scopes, choice(s, words))
		}
		slices.SortStableFunc(groups[first:], func(a, b Group) int { return rank(a) - rank(b) })
	}
	return groups
}

func rank(g Group) int {
	if g.Title == scope.GroupEverything {
		return 0
	}
	return 1
}

func choice(s scope.Scope, words scope.Words) Choice {
	c := Choice{Value: s.Written(), Text: words.Text, Detail: words.Detail, Checked: true, Writes: words.Writes}
	if s.Narrowable() {
		for _, category := range scope.Categories(s.Type) {
			c.Categories = append(c.Categories, Category{Value: category.Value, Text: strings.ToUpper(category.Text[:1]) + category.Text[1:]})
		}
	}
	return c
}
