package bench

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
)

// How many different requests a row draws from.
const (
	reads    = 4096
	searches = 256
)

// rows is what the rows are made from.
type rows struct {
	data   *Data
	census census
	all    []observation
	random *rand.Rand
	made   []Row

	category string // the most frequent
	code     string // the most frequent with a date
}

// NewRows are all rows for a data set. It is an error if the data lack what they
// are about.
func NewRows(d *Data) ([]Row, error) {
	r := rows{data: d, census: newCensus(d.families), random: rand.New(rand.NewPCG(4, 4))}
	r.all = r.census.all()
	categories := ranked(r.all, func(o observation) []string { return o.categories })
	codes := ranked(r.dated(), func(o observation) []string { return o.codes })
	if len(categories) == 0 || len(codes) == 0 {
		return nil, fmt.Errorf("the data have no Observation with a category, a code and a date")
	}
	r.category, r.code = categories[0], codes[0]
	r.reading()
	r.patientCategory()
	r.patientCodeDate()
	r.populationCodeDate()
	r.scopes()
	r.and()
	r.joins()
	r.total()
	r.chart()
	r.growth()
	r.writing()
	for _, row := range r.made {
		if row.source == nil && len(row.Requests) == 0 {
			return nil, fmt.Errorf("the data have nothing to ask for in row %s", row.Name)
		}
	}
	return r.made, nil
}

func (r *rows) dated() []observation {
	return slices.DeleteFunc(slices.Clone(r.all), func(o observation) bool { return o.day.IsZero() })
}

func (r *rows) add(row Row) { r.made = append(r.made, row) }

// scoped adds the row, and beside it the same requests under each of the scopes,
// by the end of the row's name.
func (r *rows) scoped(row Row, scopes ...[2]string) {
	row.Scope, row.Floor = Everything, true
	r.add(row)
	for _, s := range scopes {
		same := row
		same.Name, same.SameAs, same.Floor = row.Name+" "+s[0], row.Name, false
		same.Scope, same.About = s[1], "the same under "+s[1]
		r.add(same)
	}
}

// The endings of the names of rows under scopes.
const (
	byOther      = "/ other scope" // the scope asks for what the query does not
	bySame       = "/ same scope"  // the scope asks for what the query asks for
	withoutToken = "/ auth off"    // no scope at all
)

// observations is a scope for Observations with a parameter, whose values are
// those that occur.
func observations(param string, values ...string) string {
	for i, v := range values {
		values[i] = strings.ReplaceAll(url.QueryEscape(v), "+", "%20")
	}
	return "system/Observation.rs?" + param + "=" + strings.Join(values, ",")
}

// occurring are the values of the Observations that satisfy ok.
func (r *rows) occurring(ok func(observation) bool, values func(observation) []string) []string {
	return ranked(slices.DeleteFunc(slices.Clone(r.all), func(o observation) bool { return !ok(o) }), values)
}

func statuses(o observation) []string   { return []string{o.status} }
func categories(o observation) []string { return o.categories }

// draw draws from the whole data set.
func (r *rows) draw(n int, ok func(observation) bool) []place {
	return r.data.places(r.census, r.random, r.data.replicas, n, ok)
}

func (r *rows) inCategory(o observation) bool { return o.has(r.category, "") }
func (r *rows) withCode(o observation) bool   { return o.has("", r.code) && !o.day.IsZero() }

func (r *rows) reading() {
	r.scoped(Row{
		Name: "read", Group: "read", want: wantResource,
		About:    "GET Observation/id, of any patient",
		Requests: paths(r.draw(reads, r.inCategory), observationPath),
	}, [2]string{byOther, observations("category", r.category)})
	open := r.made[0]
	open.Name, open.SameAs, open.Floor, open.Open = "read "+withoutToken, "read", false, true
	open.About = "the same of a server with --auth=off, on the same store"
	r.add(open)
}

func observationPath(p place) string { return "/Observation/" + p.id() }

func (r *rows) patientCategory() {
	r.scoped(Row{
		Name: "patient+category", Group: "patient+category", want: wantMatches,
		About:    "Observation?patient&category, newest first, 50 a page",
		Requests: paths(r.fullPages(r.data.replicas), r.patientCategoryPath),
	},
		[2]string{byOther, observations("status", r.occurring(r.inCategory, statuses)...)},
		[2]string{bySame, observations("category", r.category)})
}

func (r *rows) patientCategoryPath(p place) string {
	return query("Observation", "patient", p.patientLink(), "category", r.category, "_total", "none")
}

// fullPages draws patients who have a page of 50 in the category; if there is
// none, those who have any.
func (r *rows) fullPages(units int) []place {
	count := make(map[string]int)
	for _, o := range r.all {
		if r.inCategory(o) {
			count[o.patient]++
		}
	}
	for _, enough := range []int{50, 1} {
		drawn := r.data.places(r.census, r.random, units, searches, func(o observation) bool {
			return r.inCategory(o) && count[o.patient] >= enough
		})
		if drawn != nil {
			return drawn
		}
	}
	return nil
}

func (r *rows) patientCodeDate() {
	r.scoped(Row{
		Name: "patient+code+date", Group: "patient+code+date", want: wantMatches,
		About:    "Observation?patient&code&date=ge…&date=le…&_sort=-date, three years",
		Requests: paths(r.draw(searches, r.withCode), r.patientCodeDatePath),
	},
		[2]string{byOther, observations("category", r.occurring(r.withCode, categories)...)},
		[2]string{bySame, observations("code", r.code)})
}

func (r *rows) patientCodeDatePath(p place) string {
	return query("Observation", "patient", p.patientLink(), "code", r.code,
		"date", "ge"+p.near(-2*365), "date", "le"+p.near(365), "_sort", "-date", "_total", "none")
}

func (r *rows) populationCodeDate() {
	r.scoped(Row{
		Name: "population code+date", Group: "population", want: wantMatches,
		About: "Observation?code&date=ge…&date=le…&_sort=-date&_count=50, of all patients, five years",
		Requests: paths(r.draw(searches, r.withCode), func(p place) string {
			return query("Observation", "code", r.code, "date", "ge"+p.near(-5*365), "date", "le"+p.near(1),
				"_sort", "-date", "_count", "50", "_total", "none")
		}),
	},
		[2]string{byOther, observations("category", r.occurring(r.withCode, categories)...)},
		[2]string{bySame, observations("code", r.code)})
}
