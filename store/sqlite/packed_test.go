package sqlite

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/search"
)

// someEntries draws the entries of a version.
func someEntries(t *rapid.T) resolved {
	group := func() int64 { return rapid.Int64Range(0, 3).Draw(t, "group") }
	param := func() int64 { return rapid.Int64Range(1, 9).Draw(t, "param") }
	how := func(param int64) found { return found(param % 4) } // one for each parameter
	text := rapid.SampledFrom([]string{"", "a", "Ä b", "ä b", "Weight", "weight", "Körper\x00gewicht"})
	instant := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{search.TimeBegin, search.TimeEnd, 0, 1e6, -5e6, 1732838400e6}))
	number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 72.5, 0.001, -12.25, 1e300, math.Inf(1), math.Inf(-1)}))
	var r resolved
	for range rapid.IntRange(0, 6).Draw(t, "terms") {
		p := param()
		r.terms = append(r.terms, termRow{param: p, group: group(), found: how(p), term: rapid.Int64Range(1, 1<<40).Draw(t, "term")})
	}
	for range rapid.IntRange(0, 6).Draw(t, "strings") {
		p, exact := param(), text.Draw(t, "text")
		folded := search.Fold(exact)
		if rapid.Bool().Draw(t, "odd") {
			folded = "odd " + folded
		}
		r.strings = append(r.strings, stringRow{p, group(), how(p), folded, exact})
	}
	for range rapid.IntRange(0, 4).Draw(t, "dates") {
		p := param()
		r.dates = append(r.dates, dateRow{p, group(), how(p), instant.Draw(t, "lo"), instant.Draw(t, "hi")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "numbers") {
		p := param()
		lo := number.Draw(t, "lo")
		hi := lo
		if rapid.Bool().Draw(t, "range") {
			hi = number.Draw(t, "hi")
		}
		r.numbers = append(r.numbers, quantityRow{p, group(), how(p), rapid.Int64Range(1, 1<<40).Draw(t, "unit"), lo, hi})
	}
	r.charts = rapid.SliceOfN(rapid.Int64Range(1, 1<<40), 0, 3).Draw(t, "charts")
	r.sort()
	return r
}

// What is packed comes back, and each section is found.
func TestPackedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := someEntries(t)
		p := r.pack()
		got, err := p.unpack()
		if err != nil || !sameEntries(r, got) {
			t.Fatalf("%+v came back as %+v, %v", r, got, err)
		}
		for _, x := range r.terms {
			holds, err := (&entryTest{x.param, termTable, oneOf([]int64{x.term})}).of(p)
			if err != nil || !holds {
				t.Fatalf("term %d of parameter %d is not found: %v", x.term, x.param, err)
			}
		}
		for _, x := range r.strings {
			is := search.String{Op: search.Exact, Value: x.exact}
			if holds, err := (&entryTest{x.param, stringTable, stringPasses(is)}).of(p); err != nil || !holds {
				t.Fatalf("string %q of parameter %d is not found: %v", x.exact, x.param, err)
			}
		}
	})
}

// sameEntries compares bit by bit, so that -0 is not 0.
func sameEntries(a, b resolved) bool {
	if len(a.numbers) != len(b.numbers) {
		return false
	}
	for i := range a.numbers {
		x, y := a.numbers[i], b.numbers[i]
		if math.Float64bits(x.lo) != math.Float64bits(y.lo) || math.Float64bits(x.hi) != math.Float64bits(y.hi) {
			return false
		}
	}
	empty := func(r resolved) bool {
		return len(r.terms)+len(r.strings)+len(r.dates)+len(r.numbers)+len(r.charts) == 0
	}
	if empty(a) || empty(b) {
		return empty(a) && empty(b)
	}
	slim := func(r resolved) resolved { // an empty list is nil
		for _, list := range []any{&r.terms, &r.strings, &r.dates, &r.numbers, &r.charts} {
			if v := reflect.ValueOf(list).Elem(); v.Len() == 0 {
				v.SetZero()
			}
		}
		return r
	}
	return reflect.DeepEqual(slim(a), slim(b))
}

// What a packed value takes is what the disk has to hold for each resource.
func TestPackedIsSmall(t *testing.T) {
	r := resolved{
		charts:  []int64{1000},
		terms:   []termRow{{param: 5, term: 100}, {param: 6, term: 101}, {param: 6, term: 110}},
		strings: []stringRow{{param: 7, folded: "body weight", exact: "Body Weight"}, {param: 8, folded: "body weight", exact: "Body Weight"}},
		dates:   []dateRow{{param: 9, lo: 1732838400e6, hi: 1732838401e6}},
		numbers: []quantityRow{{param: 9, unit: 105, lo: 72.5, hi: 72.5}},
	}
	r.sort()
	const charts, heads, terms, strings, date, number = 3, 6 * 3, 1 + 1 + 1 + 1, 13 + 2, 7, 5
	if n, want := len(r.pack()), charts+heads+terms+strings+date+number; n > want {
		t.Errorf("%d bytes, want at most %d", n, want)
	}
}

// A damaged value is an error, or has other entries; it never ends the process.
func FuzzPacked(f *testing.F) {
	r := resolved{
		charts: []int64{1}, terms: []termRow{{param: 1, term: 2, group: 1}},
		strings: []stringRow{{param: 2, exact: "A", folded: "a"}, {param: 3, exact: "A", folded: "b"}},
		dates:   []dateRow{{param: 4, lo: search.TimeBegin, hi: 5}}, numbers: []quantityRow{{param: 5, unit: 1, lo: 0.1, hi: 3}},
	}
	f.Add([]byte(r.pack()))
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := packed(b).unpack()
		if err != nil && !errors.Is(err, errDamaged) {
			t.Errorf("the error is %v", err)
		}
		if err != nil {
			return
		}
		for _, x := range got.terms {
			if _, err := (&entryTest{x.param, termTable, oneOf([]int64{x.term})}).of(b); err != nil {
				t.Errorf("what can be unpacked cannot be tested: %v", err)
			}
		}
	})
}

// plain hides what a test is, so that it is asked entry by entry.
type plain struct{ passes }

// Terms and dates, for which there is a quicker way, pass as entry by entry they do;
// what is damaged is so either way.
func TestQuickerTestsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := someEntries(t)
		p := r.pack()
		if len(p) > 0 && rapid.Bool().Draw(t, "damaged") {
			p[rapid.IntRange(0, len(p)-1).Draw(t, "at")] ^= rapid.Byte().Draw(t, "bits")
			p = p[:rapid.IntRange(0, len(p)).Draw(t, "length")]
		}
		terms := rapid.SliceOfN(rapid.Int64Range(1, 1<<40), 0, 2).Draw(t, "terms")
		for _, x := range r.terms {
			if rapid.Bool().Draw(t, "asked") {
				terms = append(terms, x.term)
			}
		}
		op := rapid.SampledFrom([]search.Prefix{search.Eq, search.Ne, search.Gt, search.Lt, search.Ge, search.Le, search.Sa, search.Eb, search.Ap}).Draw(t, "op")
		date := search.Date{Op: op, Low: rapid.Int64().Draw(t, "low"), High: rapid.Int64().Draw(t, "high")}
		for param := range int64(10) {
			for _, quick := range []*entryTest{{param, termTable, oneOf(terms)}, {param, dateTable, datePasses(date)}} {
				holds, err := quick.of(p)
				want, wantErr := (&entryTest{param, quick.table, plain{quick.passes}}).of(p)
				if holds != want || !errors.Is(err, wantErr) {
					t.Fatalf("parameter %d, table %d: %v, %v; entry by entry %v, %v", param, quick.table, holds, err, want, wantErr)
				}
			}
		}
	})
}
