package storetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The values of the random world are few, so that they often meet.
var (
	someIDs     = []string{"1", "2", "3", "4", "5", "A", "a-1"}
	someSystems = []string{"", "http://s", "http://t"}
	someCodes   = []string{"", "a", "A", "ab", "abc", "b", "ä", "a|b", "%", "_", "'", "\x00", "a\x00b"}
	someTexts   = []string{"Smith", "smith", "Smithe", "Müller", "muller jones", "", "%", "O'Neil", "ab", "xsmithx"}
	someTimes   = []int64{search.TimeBegin, -day, 0, 1, day - 1, day, 2 * day, 40 * day, 400 * day, 4000 * day, search.TimeEnd}
	someNumbers = []float64{math.Inf(-1), -1, 0, 0.5, 1, 1.5, 2, 10, 1e9, math.Inf(1)}
	someParties = []string{"Practitioner/1", "Practitioner/2"}
	// Those through which they may have more patients.
	someOrganizations = []string{"Organization/1", "Organization/2"}
)

const day = int64(24 * 3600 * 1e6)

func drawRange[T interface{ ~int64 | ~float64 }](of []T, equal bool) *rapid.Generator[[2]T] {
	return rapid.Custom(func(t *rapid.T) [2]T {
		low, high := rapid.SampledFrom(of).Draw(t, "low"), rapid.SampledFrom(of).Draw(t, "high")
		if low > high {
			low, high = high, low
		}
		if low == high && !equal {
			return [2]T{of[1], of[2]}
		}
		return [2]T{low, high}
	})
}

// drawDoc makes a resource with a few entries of every kind.
func drawDoc() *rapid.Generator[*doc] {
	return rapid.Custom(func(t *rapid.T) *doc {
		typ := rapid.SampledFrom([]string{typeO, typeO, typeO, typeP, typeP, typeL, typeD}).Draw(t, "type")
		d := newDoc(typ, rapid.SampledFrom(someIDs).Draw(t, "id"))
		for _, p := range paramsOf(typ) {
			for range rapid.IntRange(0, 2).Draw(t, "values") {
				drawEntry(t, d, p, 0)
			}
		}
		d.charts = rapid.SliceOfNDistinct(rapid.SampledFrom(someIDs[:3]), 0, 2, rapid.ID).Draw(t, "charts")
		d.sort = rapid.SampledFrom([]int64{search.NoSort, search.TimeBegin, -5, 0, 5, 10}).Draw(t, "sort")
		if rapid.IntRange(0, 3).Draw(t, "relations") == 0 {
			d.relations = append(d.relations, drawRelationship(t))
		}
		return d
	})
}

func paramsOf(typ string) []*search.Param {
	switch typ {
	case typeO:
		return []*search.Param{code, category, note, date, value, subject, performer, focus, profile, content, component}
	case typeP:
		return []*search.Param{gender, name, birthdate, ageRange, doctor}
	case typeL:
		return []*search.Param{place, near}
	}
	return []*search.Param{doctorName}
}

func drawEntry(t *rapid.T, d *doc, p *search.Param, group int) {
	switch {
	case p == near:
		d.numbers = append(d.numbers,
			search.QuantityEntry{Param: p.Components[0], Group: len(d.numbers), Low: 50, High: 50},
			search.QuantityEntry{Param: p.Components[1], Group: len(d.numbers), Low: rapid.Float64Range(-180, 180).Draw(t, "lon")})
		d.numbers[len(d.numbers)-1].High = d.numbers[len(d.numbers)-1].Low
	case p.Kind == search.KindComposite:
		group = len(d.terms) + 1
		for _, part := range p.Components {
			if rapid.IntRange(0, 3).Draw(t, "part") > 0 {
				drawEntry(t, d, part, group)
			}
		}
	case p.Kind == search.KindReference:
		d.terms = append(d.terms, search.TermEntry{Param: p, Group: group, Code: drawReference().Draw(t, "reference")})
	case p.Kind == search.KindToken, p.Kind == search.KindURI, p == content:
		d.terms = append(d.terms, search.TermEntry{Param: p, Group: group,
			System: rapid.SampledFrom(someSystems).Draw(t, "system"), Code: rapid.SampledFrom(someCodes).Draw(t, "code")})
	case p.Kind == search.KindString:
		exact := rapid.SampledFrom(someTexts).Draw(t, "text")
		d.strings = append(d.strings, search.StringEntry{Param: p, Group: group, Folded: search.Fold(exact), Exact: exact})
	case p.Kind == search.KindDate:
		r := drawRange(someTimes, false).Draw(t, "date")
		d.dates = append(d.dates, search.DateEntry{Param: p, Group: group, Low: r[0], High: r[1]})
	default:
		r := drawRange(someNumbers, true).Draw(t, "number")
		d.numbers = append(d.numbers, search.QuantityEntry{Param: p, Group: group, Low: r[0], High: r[1],
			System: rapid.SampledFrom([]string{"", "http://u", search.CanonicalUnits}).Draw(t, "system"),
			Code:   rapid.SampledFrom([]string{"", "g", "kg"}).Draw(t, "unit")})
	}
}

func drawReference() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 9).Draw(t, "elsewhere") == 0 {
			return "https://elsewhere/Patient/1"
		}
		typ := rapid.SampledFrom([]string{typeP, typeP, typeD, typeO}).Draw(t, "to")
		return store.Key{Type: typ, ID: rapid.SampledFrom(someIDs).Draw(t, "id")}.String()
	})
}

func drawMatch(of []string) *rapid.Generator[search.Match] {
	return rapid.Custom(func(t *rapid.T) search.Match {
		text := rapid.SampledFrom(of).Draw(t, "text")
		switch rapid.IntRange(0, 5).Draw(t, "match") {
		case 0:
			return search.Match{}
		case 1:
			return search.HasPrefix(text)
		}
		return search.Is(text)
	})
}

// drawExpr makes a predicate on a type.
func drawExpr(typ string, depth int) *rapid.Generator[search.Expr] {
	return rapid.Custom(func(t *rapid.T) search.Expr {
		if depth == 0 {
			return drawLeaf(t, typ)
		}
		switch rapid.IntRange(0, 9).Draw(t, "node") {
		case 0, 1:
			return search.And(rapid.SliceOfN(drawExpr(typ, depth-1), 0, 3).Draw(t, "and"))
		case 2, 3:
			return search.Or(rapid.SliceOfN(drawExpr(typ, depth-1), 0, 4).Draw(t, "or"))
		case 4:
			return search.Not{Of: drawExpr(typ, depth-1).Draw(t, "not")}
		case 5:
			return drawHop(t, typ, depth-1)
		}
		return drawLeaf(t, typ)
	})
}

func drawHop(t *rapid.T, typ string, depth int) search.Expr {
	from := map[string][]*search.Param{typeO: {subject, performer, focus}, typeP: {doctor}}[typ]
	to := rapid.SampledFrom([]string{typeP, typeP, typeD, typeO}).Draw(t, "to")
	kind := rapid.IntRange(0, 2).Draw(t, "hop")
	if len(from) == 0 || kind == 2 {
		p := rapid.SampledFrom([]*search.Param{subject, performer, focus, doctor}).Draw(t, "by")
		return search.Has{Param: p, Where: drawExpr(p.Type, depth).Draw(t, "has")}
	}
	p := rapid.SampledFrom(from).Draw(t, "by")
	if kind == 0 {
		return search.Chain{Param: p, Type: to, Where: drawExpr(to, depth).Draw(t, "chain")}
	}
	where := map[string]search.Expr{to: drawExpr(to, depth).Draw(t, "all")}
	where[typeD] = search.True
	return search.All{Param: p, Where: where}
}

func drawRelationship(t *rapid.T) compartments.Relationship {
	r := compartments.Relationship{
		Party: rapid.SampledFrom(append(someOrganizations, someParties...)).Draw(t, "party"),
		With:  "Patient/" + rapid.SampledFrom(someIDs[:3]).Draw(t, "patient"),
		From:  search.TimeBegin,
		To:    rapid.SampledFrom([]int64{search.TimeEnd, newClock().Now().UnixMicro() + 600e6}).Draw(t, "to"),
	}
	if rapid.IntRange(0, 2).Draw(t, "membership") == 0 {
		r.With = rapid.SampledFrom(someOrganizations).Draw(t, "organization")
	}
	return r
}

func drawLeaf(t *rapid.T, typ string) search.Expr {
	switch rapid.IntRange(0, 12).Draw(t, "leaf") {
	case 0:
		return search.Const(rapid.Bool().Draw(t, "const"))
	case 1:
		return search.ID(rapid.SliceOfN(rapid.SampledFrom(append(someIDs, "none")), 0, 3).Draw(t, "ids"))
	case 2:
		return search.Chart{Patient: rapid.SampledFrom(someIDs[:4]).Draw(t, "patient")}
	case 3:
		return search.Panel{Party: rapid.SampledFrom(someParties).Draw(t, "party"), Organizations: rapid.Bool().Draw(t, "organizations")}
	case 4:
		return search.Related{
			Party: rapid.SampledFrom(someParties).Draw(t, "party"), Patient: rapid.SampledFrom(someIDs[:3]).Draw(t, "patient"),
			Organizations: rapid.Bool().Draw(t, "organizations"),
		}
	}
	p := rapid.SampledFrom(paramsOf(typ)).Draw(t, "param")
	if rapid.IntRange(0, 6).Draw(t, "missing") == 0 && p != near {
		return search.Missing{Param: p}
	}
	return drawTest(t, p)
}

var prefixes = []search.Prefix{search.Eq, search.Ne, search.Gt, search.Lt, search.Ge, search.Le, search.Sa, search.Eb, search.Ap}

// drawTest makes a comparison of entries under a parameter.
func drawTest(t *rapid.T, p *search.Param) search.Expr {
	switch {
	case p == near:
		return search.Near{Param: p, Latitude: 50, Longitude: rapid.Float64Range(-180, 180).Draw(t, "lon"),
			Distance: rapid.SampledFrom([]float64{0.5, 100, 1000, 5000, 30000}).Draw(t, "km")}
	case p.Kind == search.KindComposite:
		var parts []search.Expr
		for _, part := range p.Components {
			parts = append(parts, drawTest(t, part))
		}
		return search.Composite{Param: p, Parts: parts}
	case p.Kind == search.KindReference:
		return search.Term{Param: p, Code: search.Is(drawReference().Draw(t, "reference"))}
	case p.Kind == search.KindToken, p.Kind == search.KindURI, p == content:
		return search.Term{Param: p, System: drawMatch(someSystems).Draw(t, "system"), Code: drawMatch(someCodes).Draw(t, "code")}
	case p.Kind == search.KindString:
		op := rapid.SampledFrom([]search.StringOp{search.StartsWith, search.Contains, search.Exact, search.Equals, search.EndsWith}).Draw(t, "op")
		text := rapid.SampledFrom(someTexts).Draw(t, "text")
		if op != search.Exact {
			text = search.Fold(text)
		}
		return search.String{Param: p, Op: op, Value: text}
	case p.Kind == search.KindDate:
		r := drawRange(someTimes, false).Draw(t, "date")
		return search.Date{Param: p, Op: rapid.SampledFrom(prefixes).Draw(t, "prefix"), Low: r[0], High: r[1]}
	}
	op := rapid.SampledFrom(prefixes).Draw(t, "prefix")
	r := drawRange(someNumbers[1:len(someNumbers)-1], true).Draw(t, "number")
	if op != search.Eq && op != search.Ne && op != search.Ap {
		r[1] = r[0]
	}
	return search.Quantity{Param: p, Op: op, Low: r[0], High: r[1],
		System: drawMatch([]string{"", "http://u", search.CanonicalUnits}).Draw(t, "system"),
		Code:   drawMatch([]string{"", "g", "kg"}).Draw(t, "unit")}
}

func drawSort(typ string) *rapid.Generator[[]search.SortKey] {
	return rapid.Custom(func(t *rapid.T) []search.SortKey {
		var keys []search.SortKey
		for range rapid.IntRange(0, 2).Draw(t, "sort keys") {
			p := rapid.SampledFrom(append(paramsOf(typ), idO)).Draw(t, "sort by")
			if p.Kind == search.KindComposite {
				continue
			}
			keys = append(keys, search.SortKey{Param: p, Descending: rapid.Bool().Draw(t, "descending")})
		}
		return keys
	})
}
