package storetest

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// model is what a database should hold: all versions of each resource, oldest
// first, nil for a deletion.
type model struct {
	versions map[store.Key][]*doc
	now      int64 // microseconds since 1970
}

func newModel() *model { return &model{versions: map[store.Key][]*doc{}} }

func (m *model) put(d *doc)           { m.versions[d.key] = append(m.versions[d.key], d) }
func (m *model) delete(key store.Key) { m.versions[key] = append(m.versions[key], nil) }

// live is the current version of a resource, nil if there is none.
func (m *model) live(key store.Key) *doc {
	versions := m.versions[key]
	if len(versions) == 0 {
		return nil
	}
	return versions[len(versions)-1]
}

// judged is the version by which a version is seen: for a deletion the last one
// before it that was live.
func (m *model) judged(key store.Key, version int64) *doc {
	for v := version; v > 0; v-- {
		if d := m.versions[key][v-1]; d != nil {
			return d
		}
	}
	return nil
}

// all are the live resources of a type, in the order of their ids.
func (m *model) all(typ string) []*doc {
	var docs []*doc
	for _, key := range slices.SortedFunc(maps.Keys(m.versions), func(a, b store.Key) int { return strings.Compare(a.ID, b.ID) }) {
		if d := m.live(key); d != nil && key.Type == typ {
			docs = append(docs, d)
		}
	}
	return docs
}

// holds evaluates a predicate on a version: the definition of search.Expr, word
// for word.
func (m *model) holds(e search.Expr, d *doc) bool {
	switch e := e.(type) {
	case search.Const:
		return bool(e)
	case search.And:
		return !slices.ContainsFunc(e, func(of search.Expr) bool { return !m.holds(of, d) })
	case search.Or:
		return slices.ContainsFunc(e, func(of search.Expr) bool { return m.holds(of, d) })
	case search.Not:
		return !m.holds(e.Of, d)
	case search.ID:
		return slices.Contains(e, d.key.ID)
	case search.Missing:
		return m.missing(e, d)
	case search.Composite:
		return len(groupsWith(e, d)) > 0
	case search.Chain, search.Has, search.All:
		return m.hops(e, d)
	case search.Chart:
		return slices.Contains(d.charts, e.Patient)
	case search.Panel:
		return slices.ContainsFunc(d.charts, func(patient string) bool { return m.related(e.Party, patient, e.Organizations) })
	case search.Related:
		return m.related(e.Party, e.Patient, e.Organizations)
	case search.Near:
		return isNear(e, d)
	}
	return len(passing(e, d)) > 0
}

func (m *model) missing(e search.Missing, d *doc) bool {
	if e.Param.Code == "_id" {
		return false
	}
	if len(e.Param.Components) == 0 {
		return len(present(e.Param, d)) == 0
	}
	common := present(e.Param.Components[0], d)
	for _, part := range e.Param.Components[1:] {
		common = intersect(common, present(part, d))
	}
	return len(common) == 0
}

func (m *model) hops(e search.Expr, d *doc) bool {
	switch e := e.(type) {
	case search.Chain:
		return slices.ContainsFunc(references(e.Param, d), func(to string) bool {
			typ, id, _ := strings.Cut(to, "/")
			target := m.live(store.Key{Type: typ, ID: id})
			return typ == e.Type && target != nil && m.holds(e.Where, target)
		})
	case search.Has:
		return slices.ContainsFunc(m.all(e.Param.Type), func(from *doc) bool {
			return slices.Contains(references(e.Param, from), d.key.String()) && m.holds(e.Where, from)
		})
	case search.All:
		to := references(e.Param, d)
		return len(to) > 0 && !slices.ContainsFunc(to, func(to string) bool {
			typ, id, _ := strings.Cut(to, "/")
			target, where := m.live(store.Key{Type: typ, ID: id}), e.Where[typ]
			return target == nil || where == nil || !m.holds(where, target)
		})
	}
	return false
}

func (m *model) related(party, patient string, organizations bool) bool {
	for key := range m.versions {
		d := m.live(key)
		if d == nil {
			continue
		}
		for _, r := range d.relations {
			switch {
			case r.Party != party || r.From > m.now || m.now >= r.To:
			case r.With == "Patient/"+patient:
				return true
			case organizations && strings.HasPrefix(r.With, "Organization/") && m.related(r.With, patient, false):
				return true
			}
		}
	}
	return false
}

func same(a, b *search.Param) bool { return a.Type == b.Type && a.Code == b.Code }

func references(p *search.Param, d *doc) []string {
	var to []string
	for _, t := range d.terms {
		if same(t.Param, p) {
			to = append(to, t.Code)
		}
	}
	return to
}

// groups are the groups of some entries.
type groups map[int]bool

func intersect(a, b groups) groups {
	both := groups{}
	for g := range a {
		if b[g] {
			both[g] = true
		}
	}
	return both
}

func present(p *search.Param, d *doc) groups {
	found := groups{}
	for _, t := range d.terms {
		if same(t.Param, p) {
			found[t.Group] = true
		}
	}
	for _, s := range d.strings {
		if same(s.Param, p) {
			found[s.Group] = true
		}
	}
	for _, t := range d.dates {
		if same(t.Param, p) {
			found[t.Group] = true
		}
	}
	for _, q := range d.numbers {
		if same(q.Param, p) {
			found[q.Group] = true
		}
	}
	return found
}

func groupsWith(e search.Composite, d *doc) groups {
	common := present(e.Param.Components[0], d)
	for _, part := range e.Parts {
		common = intersect(common, passing(part, d))
	}
	return common
}

// passing are the groups of the entries that pass a test.
func passing(e search.Expr, d *doc) groups {
	found := groups{}
	switch e := e.(type) {
	case search.Term:
		if e.Param.Code == "_id" {
			if admits(e.System, "") && admits(e.Code, d.key.ID) {
				found[0] = true
			}
		}
		for _, t := range d.terms {
			if same(t.Param, e.Param) && admits(e.System, t.System) && admits(e.Code, t.Code) {
				found[t.Group] = true
			}
		}
	case search.String:
		for _, s := range d.strings {
			if same(s.Param, e.Param) && stringPasses(e, s) {
				found[s.Group] = true
			}
		}
	case search.Date:
		for _, t := range d.dates {
			if same(t.Param, e.Param) && datePasses(e, t.Low, t.High) {
				found[t.Group] = true
			}
		}
	case search.Quantity:
		for _, q := range d.numbers {
			if same(q.Param, e.Param) && admits(e.System, q.System) && admits(e.Code, q.Code) && quantityPasses(e, q.Low, q.High) {
				found[q.Group] = true
			}
		}
	}
	return found
}

func admits(m search.Match, text string) bool {
	if exact, ok := m.Exact(); ok {
		return text == exact
	}
	prefix, _ := m.Prefix()
	return strings.HasPrefix(text, prefix)
}

func stringPasses(e search.String, s search.StringEntry) bool {
	switch e.Op {
	case search.StartsWith:
		return strings.HasPrefix(s.Folded, e.Value)
	case search.Contains:
		return strings.Contains(s.Folded, e.Value)
	case search.Equals:
		return s.Folded == e.Value
	case search.EndsWith:
		return strings.HasSuffix(s.Folded, e.Value)
	}
	return s.Exact == e.Value
}

// datePasses compares [low, high) with the search range (search.html#prefix).
func datePasses(e search.Date, low, high int64) bool {
	equal := low >= e.Low && high <= e.High
	switch e.Op {
	case search.Eq:
		return equal
	case search.Ne:
		return !equal
	case search.Gt:
		return high > e.High
	case search.Lt:
		return low < e.Low
	case search.Ge:
		return high > e.High || equal
	case search.Le:
		return low < e.Low || equal
	case search.Sa:
		return low >= e.High
	case search.Eb:
		return high <= e.Low
	}
	return low < e.High && high > e.Low // ap: they overlap
}

// quantityPasses compares [low, high] with the search value (search.html#number).
func quantityPasses(e search.Quantity, low, high float64) bool {
	equal := low >= e.Low && (high < e.High || e.Low == e.High && high == e.High)
	switch e.Op {
	case search.Eq:
		return equal
	case search.Ne:
		return !equal
	case search.Gt:
		return high > e.Low
	case search.Lt:
		return low < e.Low
	case search.Ge:
		return high >= e.Low
	case search.Le:
		return low <= e.Low
	case search.Sa:
		return low > e.Low
	case search.Eb:
		return high < e.Low
	}
	return low <= e.High && high >= e.Low // ap: they overlap
}

// isNear measures by the spherical law of cosines.
func isNear(e search.Near, d *doc) bool {
	const earth = 6371.0088
	rad := math.Pi / 180
	for _, lat := range d.numbers {
		for _, lon := range d.numbers {
			if !same(lat.Param, e.Param.Components[0]) || !same(lon.Param, e.Param.Components[1]) || lat.Group != lon.Group {
				continue
			}
			a, b := (lat.Low+lat.High)/2*rad, e.Latitude*rad
			cos := math.Sin(a)*math.Sin(b) + math.Cos(a)*math.Cos(b)*math.Cos(((lon.Low+lon.High)/2-e.Longitude)*rad)
			if math.Acos(min(max(cos, -1), 1))*earth <= e.Distance {
				return true
			}
		}
	}
	return false
}

// search is the order of search.html#sort: by the keys, missing values last, then
// by the main date, newest first. What follows is the backend's own.
func (m *model) search(sel search.Select) []*doc {
	var docs []*doc
	for _, d := range m.all(sel.Type) {
		if m.holds(sel.Where, d) {
			docs = append(docs, d)
		}
	}
	slices.SortStableFunc(docs, func(a, b *doc) int { return compareDocs(sel.Sort, a, b) })
	return docs
}

func compareDocs(keys []search.SortKey, a, b *doc) int {
	for _, key := range keys {
		if c := compareBy(key, a, b); c != 0 {
			return c
		}
	}
	return cmp.Compare(b.sort, a.sort)
}

func compareBy(key search.SortKey, a, b *doc) int {
	if key.Param.Code == "_id" {
		return directed(strings.Compare(a.key.ID, b.key.ID), key.Descending)
	}
	switch key.Param.Kind {
	case search.KindDate:
		return compareValues(datesOf(key.Param, a), datesOf(key.Param, b), key.Descending)
	case search.KindNumber, search.KindQuantity:
		return compareValues(numbersOf(key.Param, a), numbersOf(key.Param, b), key.Descending)
	case search.KindString:
		return compareValues(textsOf(key.Param, a), textsOf(key.Param, b), key.Descending)
	}
	return compareValues(references(key.Param, a), references(key.Param, b), key.Descending)
}

func compareValues[T cmp.Ordered](a, b []T, descending bool) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return cmp.Compare(min(len(b), 1), min(len(a), 1)) // missing last
	case descending:
		return cmp.Compare(slices.Max(b), slices.Max(a))
	}
	return cmp.Compare(slices.Min(a), slices.Min(b))
}

func directed(c int, descending bool) int {
	if descending {
		return -c
	}
	return c
}

func datesOf(p *search.Param, d *doc) []int64 {
	var all []int64
	for _, t := range d.dates {
		if same(t.Param, p) {
			all = append(all, t.Low)
		}
	}
	return all
}

func textsOf(p *search.Param, d *doc) []string {
	var all []string
	for _, s := range d.strings {
		if same(s.Param, p) {
			all = append(all, s.Folded)
		}
	}
	return all
}

// numbersOf are the canonical values, or all where there is none.
func numbersOf(p *search.Param, d *doc) []float64 {
	var canonical, all []float64
	for _, q := range d.numbers {
		if !same(q.Param, p) {
			continue
		}
		all = append(all, q.Low)
		if q.System == search.CanonicalUnits {
			canonical = append(canonical, q.Low)
		}
	}
	if len(canonical) > 0 {
		return canonical
	}
	return all
}
