package api

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// coded is an Observation of a patient. Codes are texts, or codings "system|code" or
// "|code" separated by spaces.
func coded(id, patient, codes, when string) string {
	var codings []string
	for c := range strings.FieldsSeq(codes) {
		if system, code, ok := strings.Cut(c, "|"); ok {
			codings = append(codings, `{"system":"`+system+`","code":"`+code+`"}`)
		}
	}
	code := `{"text":"` + codes + `"}`
	if len(codings) > 0 {
		code = `{"text":"` + id + `","coding":[` + strings.ReplaceAll(strings.Join(codings, ","), `"system":"",`, "") + `]}`
	}
	if when != "" {
		when = `,"effectiveDateTime":"` + when + `"`
	}
	return `{"resourceType":"Observation","id":"` + id + `","status":"final","category":[{"coding":[{"system":"` + category + `","code":"laboratory"}]}],"code":` +
		code + `,"subject":{"reference":"Patient/` + patient + `"}` + when + `}`
}

// order are the ids of a searchset as it has them.
func (b found) order() string {
	var ids []string
	for _, e := range b.Entry {
		_, id, _ := strings.Cut(strings.TrimPrefix(e.FullURL, base+"/"), "/")
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

func (w *world) lastN(token, query string) string {
	w.Helper()
	b := w.bundle(w.get(token, "/Observation/$lastn?"+query))
	if b.Type != "searchset" || *b.Total != len(b.Entry) || b.link("next") != "" {
		w.Errorf("%s: %+v", query, b)
	}
	return b.order()
}

// The table of the definition, and its other sentences.
func TestLastnGroups(t *testing.T) {
	w := newWorld(t)
	all, n := w.all(), 0
	for name, c := range map[string]struct{ codes, want, two string }{
		"three codes":           {"s|a,s|b,s|c", "1 2 3", "1 2 3"},
		"a and c are the same":  {"s|a,s|b,s|a s|c", "1 2", "1 3 2"},
		"a and b are the same":  {"s|a,s|b,s|a s|b", "1", "1 2"},
		"another system":        {"s|a,t|a,|a", "1 2 3", "1 2 3"},
		"texts":                 {"textM,Text,t e x t", "1 2 3", "1 2 3"},
		"the same text":         {"x y,x y,X y", "1 3", "1 2 3"},
		"a text beside codings": {"s|a,s|a,s|a", "1", "1 2"},
		"a text like a code":    {"a,s|a,|a", "1 2 3", "1 2 3"},
		"a chain":               {"s|a s|b,s|c s|d,s|b s|c", "1", "1 2"},
	} {
		n++
		patient := strconv.Itoa(n)
		for i, codes := range strings.Split(c.codes, ",") {
			w.add(coded(patient+"-"+strconv.Itoa(i+1), patient, codes, "2025-01-0"+strconv.Itoa(9-i)))
		}
		last := func(query string) string {
			return strings.ReplaceAll(w.lastN(all, "patient="+patient+"&category=laboratory"+query), patient+"-", "")
		}
		if got := last(""); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := last("&max=2"); got != c.two {
			t.Errorf("%s: %s, want %s", name, got, c.two)
		}
	}
}

func TestLastnTiesAndOrder(t *testing.T) {
	w := newWorld(t)
	w.add(coded("a1", "p", "s|a", "2025-03-01"), coded("a2", "p", "s|a", "2025-02-01T00:00:00Z"), coded("a3", "p", "s|a", "2025-02-01"),
		coded("a4", "p", "s|a", "2025-02-01T01:00:00+01:00"), coded("a5", "p", "s|a", "2025-01-31T23:59:59Z"),
		coded("b1", "p", "s|b", "2025-02-15"), coded("b2", "p", "s|b", "2025-01-01"), coded("b3", "p", "s|b", ""), coded("b4", "p", "s|b", ""),
		coded("c1", "p", "s|c", ""), coded("c2", "p", "s|c", ""), coded("d", "q", "s|a", "2026-01-01"))
	all := w.all()
	sorted := func(got string) string { // those of one time have no order
		for _, tied := range []string{"a3 a2 a4", "a4 a3 a2", "a3 a4 a2", "a2 a4 a3", "a4 a2 a3"} {
			got = strings.ReplaceAll(got, tied, "a2 a3 a4")
		}
		return strings.NewReplacer("b4 b3", "b3 b4", "c2 c1", "c1 c2").Replace(got)
	}
	for query, want := range map[string]string{
		"":                "a1 b1 c1",
		"&max=1":          "a1 b1 c1",
		"&max=2":          "a1 a2 a3 a4 b1 b2 c1 c2",
		"&max=3":          "a1 a2 a3 a4 b1 b2 b3 c1 c2",
		"&max=4":          "a1 a2 a3 a4 b1 b2 b3 b4 c1 c2",
		"&max=5":          "a1 a2 a3 a4 a5 b1 b2 b3 b4 c1 c2",
		"&max=2147483647": "a1 a2 a3 a4 a5 b1 b2 b3 b4 c1 c2",
		"&date=lt2025-03": "b1 a2 a3 a4",
		"&code=s|b":       "b1",
		"&status=amended": "",
	} {
		got := sorted(w.lastN(all, "patient=p&category=laboratory"+query))
		if query == "" || query == "&max=1" {
			got = strings.Replace(got, "c2", "c1", 1)
		}
		if query == "&max=3" {
			got = strings.Replace(got, "b4", "b3", 1)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestLastnInEveryForm(t *testing.T) {
	w := newWorld(t)
	w.add(coded("1", "p", "s|a", "2025-01-01"), coded("2", "p", "s|a", "2025-01-02"), coded("3", "p", "s|b", "2025-01-03"))
	all := w.token("system/Observation.s")
	got := w.get(all, "/Observation/$lastn?code=s|a&max=5&subject=Patient/p&_elements=code")
	if order := w.bundle(got).order(); order != "2 1" || !strings.Contains(got.body, "SUBSETTED") || strings.Contains(got.body, "laboratory") {
		t.Fatal(got.body)
	}
	const sent = `{"resourceType":"Parameters","parameter":[{"name":"code","valueString":"s|a"},{"name":"max","valuePositiveInt":5},{"name":"subject","valueUri":"Patient/p"},{"name":"_elements","valueString":"code"}]}`
	w.same("POST", got, w.send(all, http.MethodPost, "/Observation/$lastn", sent))
	w.same("mixed", got, w.send(all, http.MethodPost, "/Observation/$lastn?max=5", strings.Replace(sent, `{"name":"max","valuePositiveInt":5},`, "", 1)))
	w.same("the self link", got, w.get(all, w.bundle(got).link("self")))
	if head := w.send(all, http.MethodHead, "/Observation/$lastn?code=s|a&subject=Patient/p", ""); head.status != 200 || head.body != "" {
		t.Errorf("HEAD: %v", head)
	}
	for _, typ := range []string{"batch", "transaction"} {
		answer := w.send(all, http.MethodPost, "", `{"resourceType":"Bundle","type":"`+typ+`","entry":[
			{"request":{"method":"GET","url":"Observation/$lastn?code=s|a&max=5&subject=Patient/p&_elements=code"}},
			{"request":{"method":"POST","url":"Observation/$lastn"},"resource":`+sent+`}]}`)
		entries := w.bundle(answer).Entry
		if len(entries) != 2 || string(entries[0].Resource) != got.body || string(entries[1].Resource) != got.body {
			t.Errorf("%s: %d %s", typ, answer.status, answer.body)
		}
	}
}

func TestLastnRefuses(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	for query, at := range map[string]string{
		"":                                       "http.patient",
		"code=x":                                 "http.patient",
		"patient=1":                              "http.category",
		"patient=1&subject=Patient/1&code=x":     "http.patient",
		"patient=1&patient=2&code=x":             "http.patient",
		"patient=1,2&code=x":                     "http.patient",
		"patient:missing=true&code=x":            "http.patient:missing",
		"patient:identifier=x&code=x":            "http.patient:identifier",
		"patient.name=x&code=x":                  "http.patient",
		"patient=1&code=x&max=0":                 "http.max",
		"patient=1&code=x&max=-1":                "http.max",
		"patient=1&code=x&max=1.5":               "http.max",
		"patient=1&code=x&max=99999999999":       "http.max",
		"patient=1&code=x&max=":                  "http.max",
		"patient=1&code=x&max=1&max=2":           "http.max",
		"patient=1&code=x&_sort=date":            "http._sort",
		"patient=1&code=x&_count=1":              "http._count",
		"patient=1&code=x&_total=none":           "http._total",
		"patient=1&code=x&_include=*":            "http._include",
		"patient=1&code=x&_summary=count":        "http._summary",
		"patient=1&code=x&_cursor=x":             "http._cursor",
		"patient=1&code=x&nonsense=x":            "http.nonsense",
		"patient=1&code=":                        "http.code",
		"patient=1&category=x&_revinclude:x=y:z": "http._revinclude:x",
	} {
		if got := w.get(all, "/Observation/$lastn?"+query); got.status != 400 || !strings.Contains(got.body, `"`+at+`"`) {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	for _, code := range []string{"code=x", "category=x", "code-value-concept=x$y", "combo-code=x", "component-code=x", "code:text=x", "code:in=http://x"} {
		if got := w.get(all, "/Observation/$lastn?patient=1&"+code); strings.Contains(got.body, "needs a category") {
			t.Errorf("%s: %d %s", code, got.status, got.body)
		}
	}
	got := w.get(all, "/Observation/$lastn?patient=1&code=x&nonsense=x", "Prefer: handling=lenient")
	if !strings.Contains(got.body, `"expression":["http.nonsense"]`) || got.status != 200 {
		t.Errorf("lenient: %d %s", got.status, got.body)
	}
}

// Hidden Observations are not there when the rest is ranked: neither as the newest of
// their code, nor as what would make one group of two codes.
func TestLeak24LastnFiltersThenRanks(t *testing.T) {
	w := newWorld(t)
	secret := func(resource string) string { return strings.Replace(resource, "laboratory", "social-history", 1) }
	w.add(secret(coded("a-new", "p", "s|a", "2025-09-01")), coded("a", "p", "s|a", "2025-08-01"), coded("a-old", "p", "s|a", "2025-01-01"),
		coded("b", "p", "s|b", "2025-07-01"), secret(coded("joins", "p", "s|a s|b", "2020-01-01")),
		coded("q", "q", "s|a", "2026-01-01"))
	all := w.token("system/Observation.rs")
	own := w.token("patient/Observation.rs", "Patient/p")
	labs := w.token("patient/Observation.rs?category="+category+"|laboratory", "Patient/p")
	for _, c := range []struct{ token, query, want string }{
		{all, "patient=p&code=s|a,s|b", "a-new"},
		{own, "patient=p&code=s|a,s|b&max=2", "a-new a"},
		{labs, "patient=p&code=s|a,s|b", "a b"},
		{labs, "patient=p&code=s|a,s|b&max=2", "a a-old b"},
		{all, "patient=q&code=s|a", "q"},
		{own, "patient=q&code=s|a", ""},
		{own, "patient=nobody&code=s|a", ""},
		{w.token("user/Observation.s?status=amended", "Practitioner/1"), "patient=p&code=s|a", ""},
	} {
		if got := w.lastN(c.token, c.query); got != c.want {
			t.Errorf("%s: %s, want %s", c.query, got, c.want)
		}
	}
	for _, scopes := range []string{"system/Observation.crud", "system/Patient.cruds"} {
		w.is(scopes, w.get(w.token(scopes), "/Observation/$lastn?patient=p"), 403, oops("forbidden", "", "no granted scope allows search on Observation, nor $lastn; the scope of the operation is system/Observation.$lastn"))
	}
}

// $lastn is what one gets who groups and ranks the caller's own search by hand.
func TestLeak24LastnEqualsSearches(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.chunkBytes = 700 })
	random := rand.New(rand.NewPCG(24, 24))
	systems := []string{"s", "t", ""}
	var all []string
	for i := range 150 {
		var codes []string
		for range random.IntN(3) {
			codes = append(codes, systems[random.IntN(3)]+"|"+string(rune('a'+random.IntN(6))))
		}
		if len(codes) == 0 {
			codes = []string{"text " + strconv.Itoa(random.IntN(3))}
		}
		when := fmt.Sprintf("2025-%02d-%02d", 1+random.IntN(2), 1+random.IntN(9))
		if random.IntN(10) == 0 {
			when = ""
		}
		o := coded("o"+strconv.Itoa(i), string(rune('p'+random.IntN(2))), strings.Join(codes, " "), when)
		all = append(all, strings.Replace(o, "laboratory", []string{"laboratory", "vital-signs", "survey"}[random.IntN(3)], 1))
	}
	w.add(all...)
	seen := 0
	for _, token := range []string{w.all(), w.token("patient/Observation.rs", "Patient/p"),
		w.token("system/Observation.s?category=laboratory,survey"), w.token("patient/Observation.rs?code=s|a,t|b", "Patient/q"), w.token("system/Observation.s?code=s|a,|d")} {
		for _, query := range []string{"patient=p&category=laboratory,survey,vital-signs", "patient=q&category=survey", "patient=p&code=s|a,t|b,|c", "patient=q&category:not=survey&date=lt2025-02"} {
			for _, most := range []int{1, 2, 5} {
				want := lastNByHand(w, token, query, most)
				got := w.lastN(token, query+"&max="+strconv.Itoa(most))
				if got != want {
					t.Errorf("%s, %d:\n got %s\nwant %s", query, most, got, want)
				}
				seen += len(strings.Fields(want))
			}
		}
	}
	if seen < 300 {
		t.Errorf("%d results in all", seen)
	}
}

// lastNByHand groups what a search finds, as the definition says it, with no thought
// of cost.
func lastNByHand(w *world, token, query string, most int) string {
	type observation struct {
		ID                string
		EffectiveDateTime string
		Code              struct {
			Text   string
			Coding []struct{ System, Code string }
		}
	}
	var all []observation
	for _, e := range w.bundle(w.get(token, "/Observation?"+query+"&_count=1000")).Entry {
		var o observation
		w.must(json.Unmarshal(e.Resource, &o))
		all = append(all, o)
	}
	same := func(a, b observation) bool {
		if len(a.Code.Coding) == 0 && len(b.Code.Coding) == 0 {
			return a.Code.Text == b.Code.Text
		}
		for _, x := range a.Code.Coding {
			if slices.Contains(b.Code.Coding, x) {
				return true
			}
		}
		return false
	}
	of := make([]int, len(all)) // the first of the group of each
	for i := range of {
		of[i] = i
	}
	for changed := true; changed; {
		changed = false
		for i := range all {
			for j := range all {
				if of[i] < of[j] && same(all[i], all[j]) {
					of[j], changed = of[i], true
				}
			}
		}
	}
	var order []string
	for first := range all {
		n, last := 0, ""
		for i, o := range all {
			if of[i] == first && (n < most || o.EffectiveDateTime == last && last != "") {
				order = append(order, o.ID)
				n, last = n+1, o.EffectiveDateTime
			}
		}
	}
	return strings.Join(order, " ")
}
