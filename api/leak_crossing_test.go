package api

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// The data of rows 39 to 45, 49 and 58: one Observation for each patient, category,
// code and status; and what scopes over them mean, told from their text alone.

// crossed is one Observation.
type crossed struct{ patient, category, code, status string }

var crossings = func() []crossed {
	var all []crossed
	for _, patient := range []string{"eve", "adam"} {
		for _, category := range []string{"vital-signs", "laboratory", ""} {
			for _, code := range []string{"a", "b"} {
				for _, status := range []string{"final", "amended"} {
					all = append(all, crossed{patient, category, code, status})
				}
			}
		}
	}
	return all
}()

func (c crossed) id() string {
	return strings.Join([]string{c.patient, strings.Trim(c.category+"-", "-"), c.code, c.status}, ".")
}

func (c crossed) key() string { return "Observation/" + c.id() }

func (c crossed) body() string {
	text := about("Observation", c.id(), c.patient, `"status":"`+c.status+`","code":{"coding":[{"system":"http://x.test/codes","code":"`+c.code+`"}]}`)
	if c.category != "" {
		text = with(text, categorized(c.category))
	}
	return text
}

// crossWorld is a world with all of them, a Condition of each patient, and a doctor.
func crossWorld(t interface{ Helper() }, w *world) *world {
	t.Helper()
	w.add(eve, adam, `{"resourceType":"Practitioner","id":"1"}`, about("Condition", "eve", "eve", `"code":{"coding":[{"code":"a"}]}`), about("Condition", "adam", "adam", `"code":{"coding":[{"code":"b"}]}`))
	var all []string
	for _, c := range crossings {
		all = append(all, c.body())
	}
	w.add(all...)
	return w
}

// spoken is a scope on Observations whose meaning is plain.
type spoken struct {
	level, typ, letters         string
	categories, codes, statuses []string // any of them; nil for no such parameter
	repeated                    bool     // the category once more, as another parameter
}

func (s spoken) text() string {
	var query []string
	add := func(name string, values []string) {
		if values != nil {
			query = append(query, name+"="+strings.Join(values, ","))
		}
	}
	add("category", s.categories)
	add("code", s.codes)
	add("status", s.statuses)
	if s.repeated {
		add("category:not", []string{"none"})
	}
	return scoped(s.level+"/"+s.typ+"."+s.letters, strings.Join(query, "&"))
}

// grants tells whether the scope alone grants the letter on what is in the context of
// Eve, and of a user who is a practitioner.
func (s spoken) grants(letter byte, c crossed) bool {
	in := func(values []string, value string) bool { return values == nil || slices.Contains(values, value) }
	letters := map[string]string{"read": "rs", "write": "cud", "*": "cruds"}[s.letters]
	if letters == "" {
		letters = s.letters
	}
	return strings.IndexByte(letters, letter) >= 0 && (s.level != "patient" || c.patient == "eve") &&
		in(s.categories, c.category) && in(s.codes, c.code) && in(s.statuses, c.status)
}

// granted are the Observations on which one of the scopes grants the letter.
func granted(scopes []spoken, letter byte) []string {
	ids := []string{}
	for _, c := range crossings {
		if slices.ContainsFunc(scopes, func(s spoken) bool { return s.grants(letter, c) }) {
			ids = append(ids, c.key())
		}
	}
	slices.Sort(ids)
	return ids
}

func texts(scopes []spoken) string {
	var list []string
	for _, s := range scopes {
		list = append(list, s.text())
	}
	return strings.Join(list, " ")
}

// crossToken is a token in the context of Eve and of a practitioner.
func (w *world) crossToken(scopes string) string {
	w.Helper()
	return w.token(scopes, "Patient/eve", "Practitioner/1")
}

// holds wants a token to grant on Observations exactly what the scopes mean, by each
// letter.
func (w *world) holds(scopes []spoken, token string) {
	w.Helper()
	want := map[byte][]string{}
	for _, letter := range []byte("cruds") {
		want[letter] = granted(scopes, letter)
	}
	found := []string{}
	if got := w.get(token, "/Observation?_count=100"); got.status == http.StatusOK {
		found = w.bundle(got).ids()
	}
	if !slices.Equal(found, want['s']) {
		w.Errorf("%s finds %v, want %v", texts(scopes), found, want['s'])
	}
	for _, c := range crossings {
		for letter, admitted := range map[byte]bool{
			'r': w.get(token, "/"+c.key()).status == http.StatusOK,
			'c': w.accepts(token, http.MethodPost, "/Observation/$validate?mode=create", c.body()),
			'u': w.accepts(token, http.MethodPost, "/"+c.key()+"/$validate?mode=update", c.body()),
			'd': w.accepts(token, http.MethodPost, "/"+c.key()+"/$validate?mode=delete", "", "If-Match: *"), // or what is hidden is as absent, of which a delete is fine
		} {
			if slices.Contains(want[letter], c.key()) != admitted {
				w.Errorf("%s: %c on %s is %v", texts(scopes), letter, c.key(), admitted)
			}
		}
	}
}

// accepts tells whether `$validate` says that a write would be accepted.
func (w *world) accepts(token, method, path, body string, headers ...string) bool {
	w.Helper()
	got := w.send(token, method, path, body, headers...)
	return got.status == http.StatusOK && strings.Contains(got.body, "would be accepted")
}

// speaker makes random scopes.
type speaker struct{ *rand.Rand }

func newSpeaker(seed uint64) speaker { return speaker{rand.New(rand.NewPCG(seed, 58))} }

func some[T any](r speaker, values ...T) []T {
	var kept []T
	for _, v := range values {
		if r.IntN(2) == 0 {
			kept = append(kept, v)
		}
	}
	return kept
}

func (r speaker) of(values ...string) string { return values[r.IntN(len(values))] }

func (r speaker) scope(levels ...string) spoken {
	s := spoken{level: r.of(levels...), typ: "Observation", letters: r.of("r", "s", "rs", "rs", "cud", "u", "d", "cruds", "read", "write", "*")}
	if r.IntN(3) > 0 {
		s.categories = some(r, "vital-signs", "laboratory")
	}
	if r.IntN(3) == 0 {
		s.codes = some(r, "a", "b")
	}
	if r.IntN(3) == 0 {
		s.statuses = some(r, "final", "amended")
	}
	return s
}

func (r speaker) scopes(levels ...string) []spoken {
	var list []spoken
	for range 1 + r.IntN(4) {
		list = append(list, r.scope(levels...))
	}
	return list
}
