package storetest

import (
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var hopTests = []test{
	{"a chain follows references to live resources of its type", testChains},
	{"a reference may come before its target", testEarlyReference},
	{"has follows references backwards", testHas},
	{"all needs every reference", testAll},
	{"hops within hops", testNestedHops},
}

func testChains(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		patient("1").token(gender, "", "male"), patient("2").token(gender, "", "female"), newDoc(typeD, "1").token(gender, "", "male"),
		observation("a").refer(subject, "Patient/1"),
		observation("b").refer(subject, "Patient/2"),
		observation("c").refer(subject, "Patient/1", "Patient/2"),
		observation("d").refer(subject, "Practitioner/1"),
		observation("e").refer(subject, "https://elsewhere/Patient/1"),
		observation("f").refer(focus, "Patient/1"),
		observation("g").refer(subject, "Patient/none"),
	)
	male := is(gender, "", "male")
	chain := func(where search.Expr) search.Chain { return search.Chain{Param: subject, Type: typeP, Where: where} }
	w.found(typeO, chain(male), "a", "c")
	w.found(typeO, chain(search.True), "a", "b", "c")
	w.found(typeO, chain(search.Not{Of: male}), "b", "c")
	w.found(typeO, search.Not{Of: chain(male)}, "b", "d", "e", "f", "g")
	w.found(typeO, chain(search.ID{"2"}), "b", "c")
	w.found(typeO, chain(search.False))
	w.found(typeO, search.Chain{Param: subject, Type: typeD, Where: search.True}, "d")
	w.delete(store.Key{Type: typeP, ID: "1"})
	w.found(typeO, chain(male))
	w.found(typeO, chain(search.True), "b", "c")
}

func testEarlyReference(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(observation("a").of("1"))
	chain := search.Chain{Param: subject, Type: typeP, Where: search.True}
	has := search.Has{Param: subject, Where: search.True}
	w.found(typeO, chain)
	w.found(typeO, search.Chart{Patient: "1"}, "a")
	w.put(patient("1"))
	w.found(typeO, chain, "a")
	w.found(typeP, has, "1")
	w.delete(store.Key{Type: typeP, ID: "1"})
	w.found(typeO, chain)
	w.found(typeO, search.Chart{Patient: "1"}, "a")
	w.put(patient("1"))
	w.found(typeO, chain, "a")
}

func testHas(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		patient("1"), patient("2"), patient("3"),
		observation("a").refer(subject, "Patient/1").token(code, "", "x"),
		observation("b").refer(subject, "Patient/2").token(code, "", "y"),
		observation("c").refer(focus, "Patient/3").token(code, "", "x"),
		observation("d").refer(subject, "Practitioner/3").token(code, "", "x"),
	)
	has := func(where search.Expr) search.Has { return search.Has{Param: subject, Where: where} }
	w.found(typeP, has(is(code, "", "x")), "1")
	w.found(typeP, has(search.True), "1", "2")
	w.found(typeP, search.Not{Of: has(search.True)}, "3")
	w.found(typeP, search.Has{Param: focus, Where: search.True}, "3")
	w.put(observation("a").refer(subject, "Patient/2").token(code, "", "x"))
	w.found(typeP, has(is(code, "", "x")), "2")
	w.delete(store.Key{Type: typeO, ID: "a"})
	w.found(typeP, has(is(code, "", "x")))
}

func testAll(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		patient("1").token(gender, "", "male"), patient("2"), newDoc(typeD, "1"),
		observation("none"),
		observation("one").refer(focus, "Patient/1"),
		observation("two").refer(focus, "Patient/1", "Patient/2"),
		observation("mixed").refer(focus, "Patient/1", "Practitioner/1"),
		observation("absent").refer(focus, "Patient/1", "Patient/3"),
		observation("foreign").refer(focus, "Patient/1", "https://elsewhere/Patient/1"),
	)
	all := func(where map[string]search.Expr) search.All { return search.All{Param: focus, Where: where} }
	male := is(gender, "", "male")
	w.found(typeO, all(map[string]search.Expr{typeP: male}), "one")
	w.found(typeO, all(map[string]search.Expr{typeP: search.True}), "one", "two")
	w.found(typeO, all(map[string]search.Expr{typeP: search.True, typeD: search.True}), "mixed", "one", "two")
	w.found(typeO, all(map[string]search.Expr{typeP: male, typeD: search.False}), "one")
	w.found(typeO, all(nil))
	w.found(typeO, search.Not{Of: all(map[string]search.Expr{typeP: search.True})}, "absent", "foreign", "mixed", "none")
	w.delete(store.Key{Type: typeP, ID: "2"})
	w.found(typeO, all(map[string]search.Expr{typeP: search.True}), "one")
}

func testNestedHops(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		newDoc(typeD, "1").text(doctorName, "House"), newDoc(typeD, "2").text(doctorName, "Wilson"),
		patient("1").refer(doctor, "Practitioner/1"), patient("2").refer(doctor, "Practitioner/2"),
		observation("a").refer(subject, "Patient/1").token(code, "", "x"),
		observation("b").refer(subject, "Patient/2").token(code, "", "x"),
		observation("c").refer(focus, "Observation/a"),
	)
	house := search.Chain{Param: doctor, Type: typeD, Where: search.String{Param: doctorName, Value: "hou"}}
	ofHouse := search.Chain{Param: subject, Type: typeP, Where: house}
	w.found(typeO, ofHouse, "a")
	w.found(typeO, search.Chain{Param: focus, Type: typeO, Where: ofHouse}, "c")
	w.found(typeD, search.Has{Param: doctor, Where: search.Has{Param: subject, Where: is(code, "", "x")}}, "1", "2")
	w.found(typeP, search.And{house, search.Has{Param: subject, Where: search.Chain{Param: subject, Type: typeP, Where: house}}}, "1")
	w.found(typeO, search.Has{Param: focus, Where: search.Not{Of: is(code, "", "x")}}, "a")
}
