package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var predicateTests = []test{
	{"tokens match exactly, by system, by code, by prefix", testTokens},
	{"values are never part of the query's text", testInjection},
	{"strings begin with, contain, equal", testStrings},
	{"combinations", testCombinations},
	{"missing", testMissing},
	{"the parts of a composite meet in one group", testComposites},
	{"long lists of codes and ids", testLongLists},
	{"deep nesting is answered or refused", testDeep},
}

func testTokens(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		observation("1").token(code, "http://s", "a"),
		observation("2").token(code, "http://t", "a"),
		observation("3").token(code, "", "a"),
		observation("4").token(code, "http://s", "A"),
		observation("5").token(code, "http://s", "ab").token(code, "http://t", "b"),
		observation("6").token(category, "http://s", "a"),
		observation("7"),
	)
	w.found(typeO, is(code, "http://s", "a"), "1")
	w.found(typeO, is(code, "", "a"), "3")
	w.found(typeO, anySystem(code, "a"), "1", "2", "3")
	w.found(typeO, anySystem(code, "A"), "4")
	w.found(typeO, search.Term{Param: code, System: search.Is("http://s")}, "1", "4", "5")
	w.found(typeO, search.Term{Param: code, System: search.Is("")}, "3")
	w.found(typeO, search.Term{Param: code}, "1", "2", "3", "4", "5")
	w.found(typeO, search.Term{Param: code, Code: search.HasPrefix("a")}, "1", "2", "3", "5")
	w.found(typeO, search.Term{Param: code, System: search.Is("http://s"), Code: search.HasPrefix("a")}, "1", "5")
	w.found(typeO, search.Term{Param: code, System: search.HasPrefix("http://"), Code: search.Is("a")}, "1", "2")
	w.found(typeO, is(code, "http://s", "b"))
	w.found(typeO, is(code, "http://x", "a"))
	w.found(typeO, is(performer, "", "a"))
	w.found(typeP, is(gender, "", "a"))
}

func testInjection(t *testing.T, s *suite) {
	w := s.world(t)
	hostile := []string{"'", `"`, "' OR 1=1 --", "%", "_", "*", "\x00", "a\x00b", "$where", "{}", "[]", "?", "\\", "\xff\xfe", "ä", "a\u0308", "\U0010FFFF"}
	for i, text := range hostile {
		w.put(observation(fmt.Sprint(i)).token(code, text, text).text(note, text))
	}
	for i, text := range hostile {
		id := fmt.Sprint(i)
		w.found(typeO, is(code, text, text), id)
		w.found(typeO, search.String{Param: note, Op: search.Exact, Value: text}, id)
	}
	w.found(typeO, search.Term{Param: code, Code: search.HasPrefix("%")}, "3")
	w.found(typeO, search.Term{Param: code, Code: search.HasPrefix("a")}, "7", "15")
}

func testStrings(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		patient("1").text(name, "Müller"),
		patient("2").text(name, "Muller-Jones").text(name, "Ann"),
		patient("3").text(name, "muller"),
		patient("4").text(name, "Annemuller"),
		patient("5"),
	)
	starts := func(v string) search.String {
		return search.String{Param: name, Op: search.StartsWith, Value: search.Fold(v)}
	}
	contains := func(v string) search.String {
		return search.String{Param: name, Op: search.Contains, Value: search.Fold(v)}
	}
	exact := func(v string) search.String { return search.String{Param: name, Op: search.Exact, Value: v} }
	equals := func(v string) search.String {
		return search.String{Param: name, Op: search.Equals, Value: search.Fold(v)}
	}
	ends := func(v string) search.String {
		return search.String{Param: name, Op: search.EndsWith, Value: search.Fold(v)}
	}
	w.found(typeP, starts("mul"), "1", "2", "3")
	w.found(typeP, starts("Müller"), "1", "2", "3")
	w.found(typeP, starts("ann"), "2", "4")
	w.found(typeP, starts(""), "1", "2", "3", "4")
	w.found(typeP, contains("muller"), "1", "2", "3", "4")
	w.found(typeP, contains("jones"), "2")
	w.found(typeP, exact("Müller"), "1")
	w.found(typeP, exact("muller"), "3")
	w.found(typeP, exact("Mul"))
	w.found(typeP, equals("MÜLLER"), "1", "3")
	w.found(typeP, equals("ann"), "2")
	w.found(typeP, equals("jones"))
	w.found(typeP, ends("Müller"), "1", "3", "4")
	w.found(typeP, ends("jones"), "2")
	w.found(typeP, ends("anne"))
	w.found(typeP, ends("an annemuller"))
	w.found(typeP, ends(""), "1", "2", "3", "4")
}

func testCombinations(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		observation("1").token(code, "", "a").token(category, "", "x"),
		observation("2").token(code, "", "a"),
		observation("3").token(code, "", "b").token(category, "", "x"),
	)
	a, b, x := is(code, "", "a"), is(code, "", "b"), is(category, "", "x")
	w.found(typeO, search.True, "1", "2", "3")
	w.found(typeO, search.False)
	w.found(typeO, search.And{}, "1", "2", "3")
	w.found(typeO, search.Or{})
	w.found(typeO, search.And{a, x}, "1")
	w.found(typeO, search.Or{a, x}, "1", "2", "3")
	w.found(typeO, search.Or{b, search.And{a, search.Not{Of: x}}}, "2", "3")
	w.found(typeO, search.Not{Of: a}, "3")
	w.found(typeO, search.Not{Of: search.Not{Of: a}}, "1", "2")
	w.found(typeO, search.Not{Of: search.Or{a, b}})
	w.found(typeO, search.Not{Of: search.And{a, x}}, "2", "3")
	w.found(typeO, search.Not{Of: is(code, "", "unheard of")}, "1", "2", "3")
	w.found(typeO, search.And{search.ID{"1", "3", "none"}, x, search.Not{Of: b}}, "1")
	w.found(typeO, search.Not{Of: search.ID{"1"}}, "2", "3")
	w.found(typeO, search.ID{})
	w.found(typeO, search.Or{search.ID{"2"}, search.ID{"3"}}, "2", "3")
}

func testMissing(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		observation("1").token(code, "", "a").text(note, "n").date(date, 0, 1).quantity(value, "", "", 1, 1).refer(subject, "Patient/1"),
		observation("2"),
		&doc{key: store.Key{Type: typeO, ID: "3"}, terms: []search.TermEntry{
			{Param: component.Components[0], Group: 1, Code: "a"}, {Param: component.Components[0], Group: 2, Code: "b"}},
			numbers: []search.QuantityEntry{{Param: component.Components[1], Group: 2, Low: 1, High: 1}}},
		&doc{key: store.Key{Type: typeO, ID: "4"}, terms: []search.TermEntry{{Param: component.Components[0], Group: 1, Code: "a"}},
			numbers: []search.QuantityEntry{{Param: component.Components[1], Group: 2, Low: 1, High: 1}}},
	)
	for _, p := range []*search.Param{code, note, date, value, subject} {
		w.found(typeO, search.Missing{Param: p}, "2", "3", "4")
		w.found(typeO, search.Not{Of: search.Missing{Param: p}}, "1")
	}
	w.found(typeO, search.Missing{Param: component}, "1", "2", "4")
	w.found(typeO, search.Missing{Param: idO})
	w.found(typeO, search.Missing{Param: performer}, "1", "2", "3", "4")
}

func testComposites(t *testing.T, s *suite) {
	w := s.world(t)
	code, number := component.Components[0], component.Components[1]
	pressure := func(id string, pairs ...any) *doc {
		d := observation(id)
		for i := 0; i < len(pairs); i += 2 {
			d.terms = append(d.terms, search.TermEntry{Param: code, Group: i, System: "http://loinc.org", Code: pairs[i].(string)})
			n := float64(pairs[i+1].(int))
			d.numbers = append(d.numbers, search.QuantityEntry{Param: number, Group: i, Low: n, High: n})
		}
		return d
	}
	w.put(
		pressure("1", "systolic", 120, "diastolic", 80),
		pressure("2", "systolic", 80, "diastolic", 120),
		pressure("3", "systolic", 120, "systolic", 80),
		observation("4"),
	)
	at := func(c search.Expr, op search.Prefix, n float64) search.Expr {
		return search.Composite{Param: component, Parts: []search.Expr{c, search.Quantity{Param: number, Op: op, Low: n, High: n}}}
	}
	systolic, diastolic := is(code, "http://loinc.org", "systolic"), anySystem(code, "diastolic")
	w.found(typeO, at(systolic, search.Eq, 120), "1", "3")
	w.found(typeO, at(diastolic, search.Gt, 100), "2")
	w.found(typeO, search.And{at(systolic, search.Eq, 120), at(systolic, search.Eq, 80)}, "3")
	w.found(typeO, search.Not{Of: at(systolic, search.Eq, 120)}, "2", "4")
	w.found(typeO, at(search.Or{systolic, diastolic}, search.Eq, 80), "1", "2", "3")
	w.found(typeO, at(search.Not{Of: diastolic}, search.Eq, 80), "2", "3")
	w.found(typeO, at(search.False, search.Eq, 80))
}

func testLongLists(t *testing.T, s *suite) {
	w := s.world(t)
	var codes search.Or
	var ids search.ID
	for i := range 2000 {
		codes = append(codes, is(code, "http://s", fmt.Sprint("c", i)))
		ids = append(ids, fmt.Sprint("id", i))
	}
	w.put(
		observation("id7").token(code, "http://s", "c1999"),
		observation("id8").token(code, "http://s", "c2000"),
		observation("id9").token(code, "http://s", "c0"),
	)
	w.found(typeO, codes, "id7", "id9")
	w.found(typeO, search.Not{Of: codes}, "id8")
	w.found(typeO, search.And{ids, codes, search.Or{ids, codes}}, "id7", "id9")
}

// testDeep nests predicates as nobody would. A backend may refuse them by an
// error; it must not crash or answer wrongly.
func testDeep(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("1").refer(focus, "Observation/1").token(code, "", "a").token(category, "", "x"))
	for _, depth := range []int{1, 5, 10, 20, 29, 30, 40, 50, 55, 57, 58, 59, 60, 100, 1000, 10_000} {
		not, and, chain, has := search.Expr(is(code, "", "a")), search.Expr(is(code, "", "a")), search.Expr(is(code, "", "a")), search.Expr(is(code, "", "a"))
		mixed := search.Expr(is(code, "", "a"))
		var wide search.Or
		for i := range depth {
			mixed = search.Chain{Param: focus, Type: typeO, Where: search.And{search.Or{search.Not{Of: search.Not{Of: mixed}}, is(code, "", "b"),
				search.Has{Param: focus, Where: is(code, "", "c")}}, is(category, "", "x"), search.Not{Of: search.Missing{Param: code}}}}
			not = search.Not{Of: search.Not{Of: not}}
			and = search.And{search.Or{and, is(code, "", "b")}, is(category, "", "x")}
			chain = search.Chain{Param: focus, Type: typeO, Where: chain}
			has = search.Has{Param: focus, Where: has}
			wide = append(wide, search.And{is(category, "", "x"), search.Date{Param: date, Op: search.Eq, Low: int64(i), High: int64(i) + 1}})
		}
		wide = append(wide, is(code, "", "a"))
		for shape, where := range map[string]search.Expr{"not": not, "and": and, "chain": chain, "has": has, "mixed": mixed, "wide": wide} {
			err := w.backend.Read(w.ctx, func(r store.Snapshot) error {
				matches, err := r.Search(w.ctx, []search.Select{{Type: typeO, Where: where}}, nil, 10)
				if err == nil && len(matches) != 1 {
					t.Errorf("%s, %d deep: %d matches", shape, depth, len(matches))
				}
				return err
			})
			if err != nil && (depth <= 10 || !errors.Is(err, store.ErrTooComplex)) {
				t.Errorf("%s, %d deep: %v", shape, depth, err)
			}
		}
	}
	w.found(typeO, is(code, "", "a"), "1")
}
