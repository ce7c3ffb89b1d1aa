package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var rangeTests = []test{
	{"dates compare by every prefix", testDates},
	{"numbers compare by every prefix", testNumbers},
	{"quantities compare within their unit", testUnits},
	{"positions by distance", testNear},
}

// compareAll asks each question of a type and holds the answers against the
// model's.
func (w *world) compareAll(typ string, m *model, questions []search.Expr) {
	w.Helper()
	w.read(func(r store.Snapshot) {
		for _, where := range questions {
			sel := search.Select{Type: typ, Where: where}
			got, err := r.Search(w.ctx, []search.Select{sel}, nil, 10_000)
			if err != nil {
				w.Fatalf("%v: %v", where, err)
			}
			if want := sorted(docIDs(m.search(sel))); !slices.Equal(sorted(idsOf(got)), want) {
				w.Errorf("%+v:\n got %q\nwant %q", where, sorted(idsOf(got)), want)
			}
		}
	})
}

// testDates compares every range of some times with every other, as one value
// and beside another.
func testDates(t *testing.T, s *suite) {
	w, m := s.world(t), newModel()
	var docs []*doc
	var questions []search.Expr
	for i, low := range someTimes {
		for _, high := range someTimes[i+1:] {
			d := observation(fmt.Sprint("d", len(docs))).date(date, low, high)
			if len(docs)%3 == 0 {
				d.date(date, 50*day, 50*day+1000)
			}
			docs = append(docs, d)
			for _, op := range prefixes {
				questions = append(questions, search.Date{Param: date, Op: op, Low: low, High: high})
			}
		}
	}
	docs = append(docs, observation("none"))
	for _, d := range docs {
		m.put(d)
	}
	w.put(docs...)
	w.compareAll(typeO, m, questions)
	for i := range questions {
		questions[i] = search.Not{Of: questions[i]}
	}
	w.compareAll(typeO, m, questions)
}

func testNumbers(t *testing.T, s *suite) {
	w, m := s.world(t), newModel()
	var docs []*doc
	var questions []search.Expr
	for i, low := range someNumbers {
		for j, high := range someNumbers[i:] {
			d := patient(fmt.Sprint("n", len(docs))).quantity(ageRange, "", "", low, high)
			if len(docs)%3 == 0 {
				d.quantity(ageRange, "", "", 7, 7)
			}
			docs = append(docs, d)
			for _, op := range prefixes {
				if j == 0 || op == search.Eq || op == search.Ne || op == search.Ap {
					questions = append(questions, search.Quantity{Param: ageRange, Op: op, Low: low, High: high})
				}
			}
		}
	}
	docs = append(docs, patient("none"))
	for _, d := range docs {
		m.put(d)
	}
	w.put(docs...)
	w.compareAll(typeP, m, questions)
}

func testUnits(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		observation("1").quantity(value, "http://ucum", "g", 5, 5),
		observation("2").quantity(value, "http://ucum", "kg", 5, 5),
		observation("3").quantity(value, "", "g", 5, 5),
		observation("4").quantity(value, "http://ucum", "g", 6, 6).quantity(value, search.CanonicalUnits, "g", 5, 5),
		observation("5").quantity(value, "", "", 5, 5),
	)
	five := search.Quantity{Param: value, Op: search.Eq, Low: 4.5, High: 5.5}
	unit := func(system, code search.Match) search.Quantity {
		q := five
		q.System, q.Code = system, code
		return q
	}
	w.found(typeO, five, "1", "2", "3", "4", "5")
	w.found(typeO, unit(search.Is("http://ucum"), search.Is("g")), "1")
	w.found(typeO, unit(search.Match{}, search.Is("g")), "1", "3", "4")
	w.found(typeO, unit(search.Is(search.CanonicalUnits), search.Is("g")), "4")
	w.found(typeO, unit(search.Is(""), search.Is("")), "5")
	w.found(typeO, unit(search.Is("http://other"), search.Is("g")))
}

func testNear(t *testing.T, s *suite) {
	w := s.world(t)
	position := func(id string, places ...float64) *doc {
		d := newDoc(typeL, id)
		for i := 0; i < len(places); i += 2 {
			d.numbers = append(d.numbers,
				search.QuantityEntry{Param: near.Components[0], Group: i, Low: places[i], High: places[i]},
				search.QuantityEntry{Param: near.Components[1], Group: i, Low: places[i+1], High: places[i+1]})
		}
		return d
	}
	w.put(
		position("london", 51.5074, -0.1278),
		position("paris", 48.8566, 2.3522),
		position("both", 51.5074, 2.3522, 48.8566, -0.1278), // neither
		position("fiji", -17.7134, 178.0650),
		position("samoa", -13.7590, -172.1046),
		position("pole", 90, 0),
		newDoc(typeL, "nowhere"),
	)
	within := func(lat, lon, km float64) search.Near {
		return search.Near{Param: near, Latitude: lat, Longitude: lon, Distance: km}
	}
	w.found(typeL, within(51.5, -0.12, 5), "london")
	w.found(typeL, within(51.5, -0.12, 0.1))
	w.found(typeL, within(51.5074, -0.1278, 343), "london", "both") // paris is 343.6 km away
	w.found(typeL, within(51.5074, -0.1278, 345), "london", "both", "paris")
	w.found(typeL, within(-16, -179, 800), "fiji", "samoa") // across the date line
	w.found(typeL, within(89.9, 180, 20), "pole")
	w.found(typeL, within(0, 0, 20_100), "london", "paris", "both", "fiji", "samoa", "pole")
}
