package bench

import (
	"fmt"
	"slices"
	"strings"
)

// manyScopes is how many granular scopes the rows about many of them have.
const manyScopes = 60

// The endings of the names of rows under many scopes.
const (
	byOneScope    = "/ one scope of 60 codes"
	byCode        = "/ 60 scopes"       // of one code each
	byCombination = "/ 60 mixed scopes" // of one code each, some of them with another parameter
)

// scopes are the rows of searches under many granular scopes, beside the same under one
// scope that means the same.
func (r *rows) scopes() {
	codes := r.granted()
	granted := func(o observation) bool {
		return slices.ContainsFunc(o.codes, func(code string) bool { return slices.Contains(codes, code) })
	}
	places := r.draw(searches, func(o observation) bool { return granted(o) && r.inCategory(o) && !o.day.IsZero() })
	for _, search := range []struct {
		name, about string
		path        func(place) string
	}{
		{"patient+category", "Observation?patient&category, newest first, 50 a page", r.patientCategoryPath},
		{"population category+date", "Observation?category&date=ge…&date=le…&_sort=-date&_count=50, of all patients, five years", func(p place) string {
			return query("Observation", "category", r.category, "date", "ge"+p.near(-5*365), "date", "le"+p.near(1),
				"_sort", "-date", "_count", "50", "_total", "none")
		}},
	} {
		row := Row{Name: search.name + " " + byOneScope, Group: "scopes", want: wantMatches, Scope: observations("code", slices.Clone(codes)...),
			About: search.about + ", under one scope for 60 codes", Requests: paths(places, search.path)}
		r.add(row)
		for _, many := range []struct{ name, scope, about string }{
			{byCode, r.apart(codes, func(int, string) string { return "" }), "the same under 60 scopes"},
			{byCombination, r.apart(codes, r.alongside), "the same under 60 scopes, of which one in three has a category and one in three a status beside the code"},
		} {
			same := row
			same.Name, same.SameAs, same.Scope, same.About = search.name+" "+many.name, row.Name, many.scope, many.about
			r.add(same)
		}
	}
}

// granted are the codes that the scopes are for: the most frequent, and if there are not
// enough, some that nothing has.
func (r *rows) granted() []string {
	codes := ranked(r.all, func(o observation) []string { return o.codes })
	for i := len(codes); i < manyScopes; i++ {
		codes = append(codes, fmt.Sprintf("http://loinc.org|none-%d", i))
	}
	return codes[:manyScopes]
}

// apart is a scope for each code, with what is alongside it.
func (r *rows) apart(codes []string, alongside func(int, string) string) string {
	scopes := make([]string, len(codes))
	for i, code := range codes {
		scopes[i] = observations("code", code) + alongside(i, code)
	}
	return strings.Join(scopes, " ")
}

// alongside is a parameter that admits whatever has the code: of one code in three the
// categories, of one in three the status.
func (r *rows) alongside(i int, code string) string {
	with := func(o observation) bool { return o.has("", code) }
	values := map[int]func(observation) []string{1: categories, 2: statuses}[i%3]
	name := map[int]string{1: "category", 2: "status"}[i%3]
	if values == nil {
		return ""
	}
	occurring := r.occurring(with, values)
	lacking := slices.ContainsFunc(r.all, func(o observation) bool {
		return with(o) && !slices.ContainsFunc(values(o), func(v string) bool { return v != "" })
	})
	if lacking || len(occurring) == 0 { // then it would admit less
		return ""
	}
	_, parameter, _ := strings.Cut(observations(name, occurring...), "?")
	return "&" + parameter
}
