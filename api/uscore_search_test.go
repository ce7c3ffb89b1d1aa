package api_test

import (
	"flag"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/naive"
	"github.com/granary-fhir/granary/internal/uscore"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/seed/synthetic"
)

// usCoreSeed are the data in which each search of US Core must find something: those
// that a server starts with.
func usCoreSeed() []seed.File {
	start := synthetic.Population{Patients: 20, Seed: 1, AsOf: time.Date(2025, time.June, 1, 0, 0, 0, 0, time.UTC)}
	return []seed.File{start.File()}
}

// TestUSCore does everything that US Core's CapabilityStatement expects of a server.
func TestUSCore(t *testing.T) {
	t.Parallel()
	u := newUSCore(t)
	t.Run("searches", u.testSearches)
	t.Run("$docref", u.testDocref)
	t.Run("interactions", u.testInteractions) // last, since it leaves versions behind
}

// testSearches runs all searches, be they SHALL, SHOULD or MAY, by values taken from the
// data. Each must find a resource that has the values, and exactly those that the oracle
// finds.
func (u *usCore) testSearches(t *testing.T) {
	var lacking []string
	tallies := map[string]*tally{}
	for _, e := range definitions.USCoreServer() {
		asked := u.asked(e)
		if asked == nil {
			continue
		}
		done := 0
		row := e.Resource + " " + e.Kind + " " + e.Name
		for _, part := range slices.Sorted(maps.Keys(asked)) {
			if asked[part] == nil {
				lacking = append(lacking, strings.TrimSpace(row+" "+part))
				continue
			}
			u.run(t, row+" "+part, *asked[part])
			done++
		}
		tallied(tallies, e, len(asked), done)
	}
	if len(lacking) > 0 {
		t.Errorf("nothing in the data for\n\t%s", strings.Join(lacking, "\n\t"))
	}
	update := flag.Lookup("update").Value.String() == "true"
	if err := uscore.Section("../docs/us-core.md", "searches", inTable(tallies), update); err != nil {
		t.Error(err)
	}
}

// tally counts the searches of a type: of each strength how many rows US Core has, and
// the searches by which they were tried.
type tally struct {
	rows, held map[string]int
	searches   int
}

func tallied(all map[string]*tally, e definitions.Expectation, asked, done int) {
	of := all[e.Resource]
	if of == nil {
		of = &tally{rows: map[string]int{}, held: map[string]int{}}
		all[e.Resource] = of
	}
	of.searches += done
	of.rows[e.Strength]++
	if asked == done {
		of.held[e.Strength]++
	}
}

// inTable are the tallies as docs/us-core.md has them.
func inTable(all map[string]*tally) string {
	text := "| resource | SHALL | SHOULD | MAY | searches |\n|---|---|---|---|---|\n"
	for _, typ := range slices.Sorted(maps.Keys(all)) {
		text += "| " + typ
		for _, strength := range []string{"SHALL", "SHOULD", "MAY"} {
			cell := ""
			if rows := all[typ].rows[strength]; rows > 0 {
				cell = fmt.Sprintf("%d of %d", all[typ].held[strength], rows)
			}
			text += " | " + cell
		}
		text += fmt.Sprintf(" | %d |\n", all[typ].searches)
	}
	return text
}

// usCore is a server with seeded data, and the oracle over the same.
type usCore struct {
	*bench
	oracle *naive.Oracle
	known  map[string][]string // what values has said
	turn   int
}

func newUSCore(t *testing.T) *usCore {
	t.Helper()
	world := naive.NewWorld()
	for _, file := range usCoreSeed() {
		for item, refusal := range file.Resources() {
			if refusal != nil {
				t.Fatal(refusal)
			}
			put(t, world, item.Resource.Raw())
		}
	}
	b := newBench(t, world, usCoreSeed())
	b.compareContent(t)
	return &usCore{bench: b, oracle: naive.NewOracle(world, &naive.Caller{Unrestricted: true}, b.now, naive.NoBug), known: map[string][]string{}}
}

// aim is a search, and the resource that it must find, among others perhaps.
type aim struct {
	query naive.Query
	at    *naive.Resource
}

// asked are the searches of a row, by what of it they are about: nil for what nothing
// in the data can be found by. It is nil for a row that is not about searches.
func (u *usCore) asked(e definitions.Expectation) map[string]*aim {
	switch e.Kind {
	case definitions.ExpectParam:
		return u.ofParam(e)
	case definitions.ExpectCombination:
		return u.ofCombination(e)
	case definitions.ExpectInclude:
		return map[string]*aim{"": u.ofInclude(e)}
	case definitions.ExpectRevInclude:
		return map[string]*aim{"": u.ofRevInclude(e)}
	}
	return nil
}

// by is a search by values of one resource.
func by(r *naive.Resource, criteria ...naive.Pair) *aim {
	return &aim{naive.Query{Types: []string{r.Type}, Criteria: criteria}, r}
}

// ofParam are a search by each form of a value, several values, a repetition, each
// comparator and each chain.
func (u *usCore) ofParam(e definitions.Expectation) map[string]*aim {
	all := map[string]*aim{"": nil, "multipleOr": nil, "multipleAnd": nil}
	having := u.having(e.Resource, e.Name)
	for _, r := range having[:min(1, len(having))] {
		values := u.values(r, e.Name)
		for i, value := range values {
			all["form "+fmt.Sprint(i+1)] = by(r, naive.Pair{Name: e.Name, Value: value})
		}
		all[""] = by(r, naive.Pair{Name: e.Name, Value: values[0]})
		all["multipleOr"] = by(r, naive.Pair{Name: e.Name, Value: values[0] + "," + u.another(having, r, e.Name)})
		all["multipleAnd"] = u.repeated(having, e.Name)
	}
	if e.Type == "date" {
		all["multipleAnd"] = u.between(e)
	}
	for _, c := range e.Comparators {
		all[c.Code] = u.compared(e, c.Code)
	}
	for _, c := range e.Chains {
		all["."+c.Code] = u.chained(e, c.Code)
	}
	return all
}

// having are the resources of a type that have values for parameters, in the order of
// their ids.
func (u *usCore) having(typ string, codes ...string) []*naive.Resource {
	var all []*naive.Resource
	for _, r := range u.world.Of(typ) {
		has := true
		for _, code := range codes {
			has = has && len(u.values(r, code)) > 0
		}
		if has {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *naive.Resource) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// values are search values of a resource; of a date with prefixes, where it has none
// for being equal.
func (u *usCore) values(r *naive.Resource, code string) []string {
	key := r.Key() + " " + code
	if values, ok := u.known[key]; ok {
		return values
	}
	values, err := u.world.SearchValues(r, code)
	u.must(err)
	if len(values) == 0 {
		value, err := u.world.DateValue(r, code, "ge")
		u.must(err)
		if value != "" {
			values = []string{value}
		}
	}
	u.known[key] = values
	return values
}

// repeated is a search for two values of one resource, the same twice where there is
// none with several.
func (u *usCore) repeated(having []*naive.Resource, code string) *aim {
	twice := func(r *naive.Resource, a, b string) *aim {
		return by(r, naive.Pair{Name: code, Value: a}, naive.Pair{Name: code, Value: b})
	}
	for _, r := range having {
		if values := u.values(r, code); len(values) > 2 { // more than the forms of one
			return twice(r, values[0], values[len(values)-1])
		}
	}
	values := u.values(having[0], code)
	return twice(having[0], values[0], values[len(values)-1])
}

// another is a value that some other resource has and this one has not; where there is
// only one in all the data, that.
func (u *usCore) another(having []*naive.Resource, r *naive.Resource, code string) string {
	own := u.values(r, code)
	for _, other := range having {
		for _, value := range u.values(other, code) {
			if !slices.Contains(own, value) {
				return value
			}
		}
	}
	return own[0]
}

func (u *usCore) compared(e definitions.Expectation, comparator string) *aim {
	for _, r := range u.having(e.Resource, e.Name) {
		value, err := u.world.DateValue(r, e.Name, comparator)
		u.must(err)
		if value != "" {
			return by(r, naive.Pair{Name: e.Name, Value: value})
		}
	}
	return nil
}

// between is a range of dates around one.
func (u *usCore) between(e definitions.Expectation) *aim {
	for _, r := range u.having(e.Resource, e.Name) {
		from, err := u.world.DateValue(r, e.Name, "ge")
		u.must(err)
		to, err := u.world.DateValue(r, e.Name, "le")
		u.must(err)
		if from != "" && to != "" {
			return by(r, naive.Pair{Name: e.Name, Value: from}, naive.Pair{Name: e.Name, Value: to})
		}
	}
	return nil
}

// chained is a search by a parameter of what a reference leads to.
func (u *usCore) chained(e definitions.Expectation, code string) *aim {
	for _, r := range u.having(e.Resource, e.Name) {
		to := u.world.Get(u.values(r, e.Name)[0])
		if to == nil {
			continue
		}
		if values := u.values(to, code); len(values) > 0 {
			return by(r, naive.Pair{Name: e.Name + "." + code, Value: values[0]})
		}
	}
	return nil
}

// ofCombination is a search by all parameters, one with each comparator that is
// expected of a date among them, and one with several values for each parameter of
// which that is expected.
func (u *usCore) ofCombination(e definitions.Expectation) map[string]*aim {
	codes := strings.Split(e.Name, "+")
	all := map[string]*aim{"": nil}
	having := u.having(e.Resource, codes...)
	for _, code := range codes {
		p := expected(e.Resource, code)
		for _, c := range p.Comparators {
			if c.Strength == "SHALL" || c.Strength == "SHOULD" {
				all[code+" "+c.Code] = u.combined(having, codes, code, func(r *naive.Resource) string {
					value, err := u.world.DateValue(r, code, c.Code)
					u.must(err)
					return value
				})
			}
		}
		if p.MultipleOr == "SHALL" || p.MultipleOr == "SHOULD" {
			all[code+" multipleOr"] = u.combined(having, codes, code, func(r *naive.Resource) string {
				return u.values(r, code)[0] + "," + u.another(having, r, code)
			})
		}
	}
	all[""] = u.combined(having, codes, "", nil)
	return all
}

// combined takes the values of one resource, but for one of the parameters.
func (u *usCore) combined(having []*naive.Resource, codes []string, special string, value func(*naive.Resource) string) *aim {
	for _, r := range having {
		var criteria []naive.Pair
		for _, code := range codes {
			text := u.values(r, code)[0]
			if code == special {
				text = value(r)
			}
			if text != "" {
				criteria = append(criteria, naive.Pair{Name: code, Value: text})
			}
		}
		if len(criteria) == len(codes) {
			return by(r, criteria...)
		}
	}
	return nil
}

// expected is what US Core says of a parameter, in any version.
func expected(typ, code string) definitions.Expectation {
	for _, e := range definitions.USCoreServer() {
		if e.Resource == typ && e.Kind == definitions.ExpectParam && e.Name == code {
			return e
		}
	}
	return definitions.Expectation{}
}

// ofInclude asks for one resource whose reference leads to another of the target.
func (u *usCore) ofInclude(e definitions.Expectation) *aim {
	parts := append(strings.Split(e.Name, ":"), "")
	include := naive.Include{Source: parts[0], Param: parts[1], Target: parts[2]}
	for _, r := range u.having(e.Resource, include.Param) {
		if a := u.brings(r, include); a != nil {
			return a
		}
	}
	return nil
}

// ofRevInclude asks for one resource to which another refers.
func (u *usCore) ofRevInclude(e definitions.Expectation) *aim {
	source, param, _ := strings.Cut(e.Name, ":")
	for _, r := range u.having(e.Resource) {
		if a := u.brings(r, naive.Include{Reverse: true, Source: source, Param: param}); a != nil {
			return a
		}
	}
	return nil
}

// brings is the search for one resource with an include, if that brings another along.
func (u *usCore) brings(r *naive.Resource, include naive.Include) *aim {
	along, err := u.oracle.Included([]naive.Include{include}, []*naive.Resource{r})
	u.must(err)
	if len(along) == 0 {
		return nil
	}
	a := by(r, naive.Pair{Name: "_id", Value: r.ID})
	a.query.Includes = []naive.Include{include}
	return a
}

// run asks by GET and by POST in turn.
func (u *usCore) run(t *testing.T, name string, a aim) {
	t.Helper()
	tr := request(a.query, &naive.Caller{Unrestricted: true})
	tr.count = 1000
	tr.params.Set("_count", "1000")
	query, body := tr.params, url.Values(nil)
	if u.turn++; u.turn%2 == 0 {
		query, body = nil, tr.params
	}
	tr.answer = u.ask(u.anybody(), tr.path, query, body)
	text, err := tr.difference(u.oracle, u.world)
	if err != nil {
		t.Fatalf("%s: %v: %v", name, tr, err)
	}
	if text != "" {
		t.Errorf("%s: %v\n\t%s", name, tr, text)
	}
	if !slices.Contains(tr.answer.matches(), a.at.Key()) {
		t.Errorf("%s: %v\n\tdoes not find %s", name, tr, a.at.Key())
	}
}
