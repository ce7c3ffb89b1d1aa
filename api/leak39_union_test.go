package api

import (
	"slices"
	"strings"
	"testing"
)

// leaks rows 39, 40, 41, 44 and 45: scopes are added up for each letter, in any order,
// spelling and mixture.

// Row 39: of two scopes on one type each keeps its own parameters: an OR of ANDs.
func TestLeak39OrOfAnds(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	params := []spoken{
		{}, {categories: []string{"vital-signs"}}, {categories: []string{"laboratory"}, codes: []string{"a"}}, {codes: []string{"b"}, statuses: []string{"final"}},
		{statuses: []string{"amended"}}, {categories: []string{"vital-signs", "laboratory"}, statuses: []string{"final"}, codes: []string{"a"}}, {categories: []string{"none"}},
	}
	for i, one := range params {
		for _, two := range params[i:] {
			for _, level := range []string{"patient", "system"} {
				one.level, one.typ, one.letters, two.level, two.typ, two.letters = level, "Observation", "rs", level, "Observation", "rs"
				scopes := []spoken{one, two}
				token := w.crossToken(texts(scopes))
				want := granted(scopes, 's')
				w.finds(token, "/Observation?_count=100", want...)
				if total := w.bundle(w.get(token, "/Observation?_summary=count")).Total; *total != len(want) {
					t.Errorf("%s: the total is %d, want %d", texts(scopes), *total, len(want))
				}
				for _, c := range crossings {
					if got := w.get(token, "/"+c.key()).status == 200; got != slices.Contains(want, c.key()) {
						t.Errorf("%s: %s is read: %v", texts(scopes), c.key(), got)
					}
				}
			}
		}
	}
	// The one that would be seen if parameters were mixed is in neither.
	token := w.crossToken("patient/Observation.rs?category=vital-signs&code=a patient/Observation.rs?category=laboratory&code=b")
	w.everyWay(token, "/Observation?category=vital-signs", "Observation/eve.vital-signs.a.amended", "Observation/eve.vital-signs.a.final")
	w.everyWay(token, "/Observation?code=b", "Observation/eve.laboratory.b.amended", "Observation/eve.laboratory.b.final")
	w.everyWay(token, "/Observation?category=vital-signs&code=b")
}

// Row 40: letters of several scopes are each that scope's.
func TestLeak40LettersApart(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	vital, lab := []string{"vital-signs"}, []string{"laboratory"}
	for _, scopes := range [][]spoken{
		{{level: "patient", typ: "Observation", letters: "rs", categories: vital}, {level: "patient", typ: "Observation", letters: "c"}},
		{{level: "patient", typ: "Observation", letters: "r", categories: vital}, {level: "patient", typ: "Observation", letters: "s", categories: lab}},
		{{level: "patient", typ: "Observation", letters: "ru", categories: vital}, {level: "patient", typ: "Observation", letters: "ds", codes: []string{"b"}}},
	} {
		w.holds(scopes, w.crossToken(texts(scopes)))
	}
	random := newSpeaker(40)
	for range 12 {
		scopes := random.scopes("patient")
		var apart []string
		for _, s := range scopes {
			whole := s.letters
			for i := range len("cruds") {
				if s.letters = "cruds"[i : i+1]; (spoken{level: s.level, letters: whole}).grants(s.letters[0], crossed{patient: "eve"}) {
					apart = append(apart, s.text())
				}
			}
		}
		w.holds(scopes, w.crossToken(texts(scopes)))
		w.holds(scopes, w.crossToken(strings.Join(apart, " ")))
	}
	// What was created without r is not shown, and what is read and not found by its
	// letter is read alone.
	token := w.crossToken("patient/Observation.rs?category=vital-signs patient/Observation.c")
	w.is("created", w.send(token, "POST", "/Observation", crossed{"eve", "laboratory", "a", "final"}.body()), 201, "")
	w.is("and read", w.send(token, "POST", "/Observation", crossed{"eve", "vital-signs", "c", "final"}.body(), "Prefer: return=minimal"), 201, "")
	w.finds(token, "/Observation?code=c&_elements=id&_summary=false", w.bundle(w.get(w.all(), "/Observation?code=c")).ids()...)
}

// Row 41: a scope that is wider than another is all there is, in whatever order; and a
// wildcard with parameters is for the types that have them.
func TestLeak41Wildcards(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	whole := granted([]spoken{{level: "patient", letters: "rs"}}, 's')
	orders := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for _, scopes := range [][3]string{
		{"patient/*.rs", "patient/Observation.rs?category=vital-signs", "patient/Observation.rs?status=final"},
		{"patient/*.rs", "patient/*.rs?_id=none", "patient/Observation.s?category=laboratory"},
		{"patient/Observation.rs", "patient/Observation.rs?code=a", "patient/Observation.rs?code=b&code=a"},
	} {
		for _, order := range orders {
			token := w.crossToken(scopes[order[0]] + " " + scopes[order[1]] + " " + scopes[order[2]])
			w.everyWay(token, "/Observation", whole...)
			w.reads(token, whole[0])
		}
	}
	// Types without the parameter get nothing, and are left out of what is of all types.
	token := w.crossToken("patient/*.rs?code=a")
	want := granted([]spoken{{level: "patient", letters: "rs", codes: []string{"a"}}}, 's')
	w.everyWay(token, "/Observation", want...)
	w.everyWay(token, "/Condition", "Condition/eve")
	w.everyWay(token, "?_type=Condition,Observation,Patient", append(slices.Clone(want), "Condition/eve")...)
	w.forbids(token, "Patient", "Practitioner", "Coverage", "CareTeam")
	w.lacks(token, "Patient/eve", "Condition/adam")
	w.everyWay(w.crossToken("patient/*.rs?code=a patient/Patient.rs"), "?_type=Patient", "Patient/eve")
	for _, order := range orders {
		parts := []string{"patient/*.rs?code=a", "patient/*.rs?category=vital-signs", "patient/Condition.rs?code=none"}
		token := w.crossToken(parts[order[0]] + " " + parts[order[1]] + " " + parts[order[2]])
		w.finds(token, "/Observation?_count=100", granted([]spoken{{level: "patient", letters: "rs", codes: []string{"a"}}, {level: "patient", letters: "rs", categories: []string{"vital-signs"}}}, 's')...)
		w.finds(token, "/Condition", "Condition/eve")
		w.forbids(token, "Patient")
	}
}

// Row 44: `.read` is rs, `.write` is cud and `.*` all, beside scopes of the other
// version or alone.
func TestLeak44Versions(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	for v1, v2 := range map[string]string{
		"patient/Observation.read": "patient/Observation.rs", "patient/Observation.write": "patient/Observation.cud", "patient/Observation.*": "patient/Observation.cruds",
		"patient/*.read": "patient/*.rs", "user/*.*": "user/*.cruds", "system/Observation.write": "system/Observation.cud",
		"patient/Observation.read patient/Observation.d?code=a": "patient/Observation.rs patient/Observation.d?code=a",
		"patient/Observation.read?category=vital-signs":         "patient/Observation.rs?category=vital-signs",
	} {
		var scopes [2][]spoken
		for i, text := range []string{v1, v2} {
			for _, one := range strings.Fields(text) {
				head, query, _ := strings.Cut(one, "?")
				level, rest, _ := strings.Cut(head, "/")
				typ, letters, _ := strings.Cut(rest, ".")
				s := spoken{level: level, typ: typ, letters: letters}
				if value, ok := strings.CutPrefix(query, "code="); ok {
					s.codes = []string{value}
				}
				if value, ok := strings.CutPrefix(query, "category="); ok {
					s.categories = []string{value}
				}
				scopes[i] = append(scopes[i], s)
			}
		}
		one, two := w.crossToken(v1), w.crossToken(v2)
		w.holds(scopes[1], one)
		w.holds(scopes[0], two)
		w.same(v1, w.get(one, "/Observation?_count=100&_sort=_id"), w.get(two, "/Observation?_count=100&_sort=_id"))
		if next := w.get(one, "/Observation?_count=1"); next.status == 200 { // they are one policy
			w.finds(two, w.bundle(next).link("next"), w.bundle(w.get(one, w.bundle(next).link("next"))).ids()...)
		}
	}
}

// Row 45: levels in one token are each their own, and add up.
func TestLeak45Levels(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	for _, scopes := range [][]spoken{
		{{level: "patient", typ: "Observation", letters: "rs"}, {level: "system", typ: "Observation", letters: "s", codes: []string{"b"}}},
		{{level: "patient", typ: "Observation", letters: "cruds", categories: []string{"laboratory"}}, {level: "user", typ: "Observation", letters: "r", categories: []string{"vital-signs"}}},
		{{level: "system", typ: "Observation", letters: "r", statuses: []string{"amended"}}, {level: "user", typ: "Observation", letters: "s", statuses: []string{"final"}}, {level: "patient", typ: "Observation", letters: "u"}},
	} {
		w.holds(scopes, w.crossToken(texts(scopes)))
	}
	random := newSpeaker(45)
	for range 15 {
		scopes := random.scopes("patient", "user", "system")
		w.holds(scopes, w.crossToken(texts(scopes)))
	}
	// A parameter of one level does not narrow or widen that of another.
	token := w.crossToken("patient/Observation.rs?code=a user/Observation.rs?category=laboratory&code=b system/Condition.rs?code=b")
	w.everyWay(token, "/Observation?status=final", "Observation/adam.laboratory.b.final", "Observation/eve..a.final", "Observation/eve.laboratory.a.final", "Observation/eve.laboratory.b.final", "Observation/eve.vital-signs.a.final")
	w.everyWay(token, "/Condition", "Condition/adam")
	w.lacks(token, "Condition/eve", "Observation/adam.laboratory.a.final", "Observation/eve.vital-signs.b.final")
}

// With a panel `user/` is narrower, and `patient/` beside it as well.
func TestLeak45LevelsWithAPanel(t *testing.T) {
	w := caring(t)
	w.add(team("s", "active", "adam", "") + "}")
	crossWorld(t, w)
	adams := granted([]spoken{{level: "system", letters: "s", codes: []string{"a"}}}, 's')[:6]
	token := w.crossToken("patient/Observation.rs user/Observation.rs?code=a")
	w.everyWay(token, "/Observation", adams...) // Eve is not in the panel
	w.everyWay(w.token("patient/Observation.rs", "Patient/eve"), "/Observation", granted([]spoken{{level: "patient", letters: "s"}}, 's')...)
	w.everyWay(w.crossToken("patient/Observation.rs user/Observation.rs?code=a system/Condition.rs"), "?_type=Observation,Condition", append(slices.Clone(adams), "Condition/adam", "Condition/eve")...)
}
