package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

var chartTests = []test{
	{"a chart holds what was put into it", testCharts},
	{"a chart with other conditions", testChartConditions},
}

var careTests = []test{
	{"a panel is whom the party cares for now", testPanel},
	{"a panel with organizations", testOrganizations},
	{"a panel does not see its own transaction", testOwnRelations},
	{"relationships have sources", testRelationSources},
	{"a large panel is not capped", testLargePanel},
}

func testCharts(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(patient("1"), patient("2"), observation("a").of("1"), observation("b").of("2"),
		observation("both").of("1").chart("2"), observation("none").refer(subject, "Patient/1"))
	w.found(typeO, search.Chart{Patient: "1"}, "a", "both")
	w.found(typeO, search.Chart{Patient: "2"}, "b", "both")
	w.found(typeP, search.Chart{Patient: "1"}, "1")
	w.found(typeO, search.Chart{Patient: "3"})
	w.found(typeO, search.Not{Of: search.Chart{Patient: "1"}}, "b", "none")
	w.put(observation("a").of("2"))
	w.found(typeO, search.Chart{Patient: "1"}, "both")
	w.found(typeO, search.Chart{Patient: "2"}, "a", "b", "both")
	w.put(observation("a"))
	w.delete(store.Key{Type: typeO, ID: "both"})
	w.found(typeO, search.Chart{Patient: "1"})
	w.found(typeO, search.Chart{Patient: "2"}, "b")
}

func testChartConditions(t *testing.T, s *suite) {
	w := s.world(t)
	w.put(
		observation("a").of("1").token(code, "", "x").refer(content, "word").text(note, "n"),
		observation("b").of("1").token(code, "", "y"),
		observation("c").of("2").token(code, "", "x").refer(content, "word").text(note, "n"),
	)
	chart := search.Chart{Patient: "1"}
	w.found(typeO, search.And{chart, is(code, "", "x")}, "a")
	w.found(typeO, search.And{chart, is(content, "", "word")}, "a")
	w.found(typeO, search.And{chart, search.String{Param: note, Value: "n"}}, "a")
	w.found(typeO, search.And{chart, search.Not{Of: is(code, "", "x")}}, "b")
	w.found(typeO, search.And{chart, is(code, "", "x"), is(subject, "", "Patient/1"), is(code, "", "x")}, "a")
	w.found(typeO, search.And{chart, is(code, "", "z")})
	w.found(typeO, search.And{chart, search.Chart{Patient: "2"}})
	w.found(typeO, search.Or{chart, search.Chart{Patient: "2"}}, "a", "b", "c")
	w.found(typeO, search.And{chart, search.ID{"a", "c"}}, "a")
}

func (w *world) micro(d time.Duration) int64 { return w.clock.Now().Add(d).UnixMicro() }

func care(party, patient string, from, to int64) compartments.Relationship {
	return compartments.Relationship{Party: party, With: "Patient/" + patient, From: from, To: to}
}

func memberOf(party, organization string, from, to int64) compartments.Relationship {
	return compartments.Relationship{Party: party, With: organization, From: from, To: to}
}

func testPanel(t *testing.T, s *suite) {
	w := s.world(t)
	const house, wilson = "Practitioner/house", "Practitioner/wilson"
	p1, p2 := patient("1"), patient("2")
	p1.relations = []compartments.Relationship{
		care(house, "1", search.TimeBegin, search.TimeEnd),
		care(wilson, "1", w.micro(time.Hour), w.micro(2*time.Hour)),
	}
	p2.relations = []compartments.Relationship{care(wilson, "2", search.TimeBegin, w.micro(time.Hour))}
	w.put(p1, p2, observation("a").of("1"), observation("b").of("2"), observation("c").of("3"), observation("d"))
	w.found(typeO, search.Panel{Party: house}, "a")
	w.found(typeO, search.Panel{Party: wilson}, "b")
	w.found(typeP, search.Panel{Party: wilson}, "2")
	w.found(typeO, search.Panel{Party: "Practitioner/HOUSE"})
	w.found(typeO, search.Not{Of: search.Panel{Party: house}}, "b", "c", "d")
	w.found(typeO, search.Related{Party: house, Patient: "1"}, "a", "b", "c", "d")
	w.found(typeO, search.Related{Party: house, Patient: "2"})
	w.found(typeO, search.Related{Party: house, Patient: "unknown"})
	w.found(typeO, search.And{search.Related{Party: wilson, Patient: "1"}, search.Chart{Patient: "1"}})

	w.clock.Advance(time.Hour - time.Millisecond)
	w.found(typeO, search.Panel{Party: wilson}, "b")
	w.clock.Advance(time.Millisecond) // one ends and the other begins
	w.found(typeO, search.Panel{Party: wilson}, "a")
	w.found(typeO, search.And{search.Related{Party: wilson, Patient: "1"}, search.Chart{Patient: "1"}}, "a")
	w.clock.Advance(time.Hour)
	w.found(typeO, search.Panel{Party: wilson})
	w.found(typeO, search.Panel{Party: house}, "a")
}

func testOrganizations(t *testing.T, s *suite) {
	w := s.world(t)
	const house, role, clinic, ward = "Practitioner/house", "PractitionerRole/r", "Organization/clinic", "Organization/ward"
	p1, p2, p3, p4 := patient("1"), patient("2"), patient("3"), patient("4")
	p1.relations = []compartments.Relationship{care(clinic, "1", search.TimeBegin, search.TimeEnd)}
	p2.relations = []compartments.Relationship{care(clinic, "2", w.micro(time.Hour), search.TimeEnd), care(house, "2", search.TimeBegin, w.micro(time.Minute))}
	p3.relations = []compartments.Relationship{care(ward, "3", search.TimeBegin, search.TimeEnd), care(house, "3", search.TimeBegin, search.TimeEnd)}
	member := newDoc(typeL, "member")
	member.relations = []compartments.Relationship{
		memberOf(house, clinic, search.TimeBegin, w.micro(2*time.Hour)), memberOf(role, clinic, search.TimeBegin, w.micro(2*time.Hour)),
		memberOf(house, ward, w.micro(3*time.Hour), search.TimeEnd),
		memberOf(clinic, ward, search.TimeBegin, search.TimeEnd), // goes no further
	}
	w.put(p1, p2, p3, p4, member, observation("a").of("1"), observation("b").of("2"), observation("c").of("3"), observation("d").of("4"))
	see := func(party string, patients ...string) {
		t.Helper()
		w.found(typeP, search.Panel{Party: party, Organizations: true}, patients...)
		for _, id := range []string{"1", "2", "3", "4"} {
			var all []string
			if slices.Contains(patients, id) {
				all = []string{"1", "2", "3", "4"}
			}
			w.found(typeP, search.Related{Party: party, Patient: id, Organizations: true}, all...)
		}
	}
	see(house, "1", "2", "3")
	see(role, "1")
	see("Practitioner/wilson")
	w.found(typeP, search.Panel{Party: house}, "2", "3") // without organizations
	w.found(typeP, search.Panel{Party: role})
	w.found(typeP, search.Related{Party: house, Patient: "1"})
	w.found(typeO, search.Panel{Party: house, Organizations: true}, "a", "b", "c")
	w.found(typeO, search.Not{Of: search.Panel{Party: house, Organizations: true}}, "d")
	w.clock.Advance(time.Minute) // b's own ends
	see(house, "1", "3")
	w.clock.Advance(time.Hour - time.Minute - time.Millisecond)
	see(house, "1", "3")
	w.clock.Advance(time.Millisecond) // the clinic's begins
	see(house, "1", "2", "3")
	see(role, "1", "2")
	w.clock.Advance(time.Hour) // nobody is of the clinic any more
	see(house, "3")
	see(role)
	member.relations = []compartments.Relationship{memberOf(house, ward, search.TimeBegin, search.TimeEnd)}
	p3.relations = p3.relations[:1]
	w.put(member, p3)
	see(house, "3")
	w.delete(member.key)
	see(house, "3") // Relate, and not the deletion, ends it
	w.write(func(tx store.Writer) error { return tx.Relate(w.ctx, member.key, nil) })
	see(house)
}

func testOwnRelations(t *testing.T, s *suite) {
	w := s.world(t)
	const house = "Practitioner/house"
	always := []compartments.Relationship{care(house, "1", search.TimeBegin, search.TimeEnd)}
	sees := func(tx store.Snapshot) bool {
		n, _, err := tx.Count(w.ctx, []search.Select{{Type: typeP, Where: search.Panel{Party: house}}}, store.CountLimit{})
		if err != nil {
			t.Fatal(err)
		}
		related, _, err := tx.Count(w.ctx, []search.Select{{Type: typeP, Where: search.Related{Party: house, Patient: "1"}}}, store.CountLimit{})
		if err != nil || n != related {
			t.Fatalf("%d in the panel, %d related, %v", n, related, err)
		}
		return n == 1
	}
	w.put(patient("1"))
	w.write(func(tx store.Writer) error {
		if err := tx.Relate(w.ctx, store.Key{Type: typeP, ID: "1"}, always); err != nil {
			return err
		}
		if sees(tx) {
			t.Error("a relationship counts in the transaction that makes it")
		}
		return nil
	})
	w.write(func(tx store.Writer) error {
		if !sees(tx) {
			t.Error("a relationship does not count in the next transaction")
		}
		if err := tx.Relate(w.ctx, store.Key{Type: typeP, ID: "1"}, nil); err != nil {
			return err
		}
		if !sees(tx) {
			t.Error("a relationship ends in the transaction that ends it")
		}
		return nil
	})
	w.found(typeP, search.Panel{Party: house})
}

func testRelationSources(t *testing.T, s *suite) {
	w := s.world(t)
	const house = "Practitioner/house"
	relate := func(source string, relationships ...compartments.Relationship) {
		w.write(func(tx store.Writer) error {
			return tx.Relate(w.ctx, store.Key{Type: "CareTeam", ID: source}, relationships)
		})
	}
	forever := care(house, "1", search.TimeBegin, search.TimeEnd)
	w.put(patient("1"), patient("2"))
	relate("a", forever, forever)
	relate("b", forever)
	w.found(typeP, search.Panel{Party: house}, "1")
	relate("a")
	w.found(typeP, search.Panel{Party: house}, "1")
	relate("b", care(house, "2", search.TimeBegin, search.TimeEnd))
	w.found(typeP, search.Panel{Party: house}, "2")
	relate("b")
	w.found(typeP, search.Panel{Party: house})
}

func testLargePanel(t *testing.T, s *suite) {
	w := s.world(t)
	const house, n = "Practitioner/house", 3000
	w.write(func(tx store.Writer) error {
		for i := range n {
			d := newDoc(typeP, "p"+itoa(i)).chart("p" + itoa(i))
			if i != 7 {
				d.relations = []compartments.Relationship{care(house, "p"+itoa(i), search.TimeBegin, search.TimeEnd)}
			}
			if err := putDoc(w.ctx, tx, d, w.backend.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	w.read(func(r store.Snapshot) {
		got, complete, err := r.Count(w.ctx, []search.Select{{Type: typeP, Where: search.Panel{Party: house}}}, store.CountLimit{})
		if got != n-1 || !complete || err != nil {
			t.Errorf("counted %d, %v, %v", got, complete, err)
		}
		if _, err := r.Current(w.ctx, store.Key{Type: typeP, ID: "p7"}, search.Panel{Party: house}); err == nil {
			t.Error("the one outside is in the panel")
		}
	})
}
