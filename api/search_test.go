package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func observation(id, patient, status string) string {
	return `{"resourceType":"Observation","id":"` + id + `",` + stamp + `,"status":"` + status + `","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
}

func entry(mode, resource string) string {
	typ := resource[len(`{"resourceType":"`):]
	typ = typ[:strings.IndexByte(typ, '"')]
	id := resource[strings.Index(resource, `"id":"`)+6:]
	id = id[:strings.IndexByte(id, '"')]
	return `{"fullUrl":"` + base + `/` + typ + `/` + id + `","resource":` + resource + `,"search":{"mode":"` + mode + `"}}`
}

func searchset(total, self string, entries ...string) string {
	list := ""
	if len(entries) > 0 {
		list = `,"entry":[` + strings.Join(entries, ",") + `]`
	}
	if total != "" {
		total = `,"total":` + total
	}
	return `{"resourceType":"Bundle","type":"searchset"` + total + `,"link":[{"relation":"self","url":"` + base + self + `"}]` + list + `}`
}

func TestSearch(t *testing.T) {
	w := newWorld(t)
	final, amended := observation("f", "eve", "final"), observation("a", "eve", "amended")
	w.add(eve, adam, final, amended)
	all := w.all()
	for path, want := range map[string]string{
		"/Observation?status=final":                              searchset("1", "/Observation?status=final", entry("match", final)),
		"/Observation?status=http://x%7Cfinal":                   searchset("0", "/Observation?status=http://x%7Cfinal"),
		"/Patient?family=EVERYM":                                 searchset("1", "/Patient?family=EVERYM", entry("match", adam)),
		"/Patient?_id=eve&_format=json":                          searchset("1", "/Patient?_id=eve&_format=json", entry("match", eve)),
		"/Patient?_summary=count":                                searchset("2", "/Patient?_summary=count"),
		"/Patient?_count=0":                                      searchset("2", "/Patient?_count=0"),
		"?_type=Patient&_id=eve":                                 searchset("1", "?_id=eve&_type=Patient", entry("match", eve)),
		"/?_id=eve":                                              searchset("1", "?_id=eve", entry("match", eve)),
		"/Observation?status=final&_include=Observation:subject": searchset("1", "/Observation?_include=Observation:subject&status=final", entry("match", final), entry("include", eve)),
		"/Patient?_id=eve&_elements=birthDate": searchset("1", "/Patient?_elements=birthDate&_id=eve",
			entry("match", `{"resourceType":"Patient","id":"eve","meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"active":true}`)),
		"/Observation?status=final&_total=none": searchset("", "/Observation?_total=none&status=final", entry("match", final)),
	} {
		w.is(path, w.get(all, path), 200, want, "ETag:", "Last-Modified:", "Content-Type: application/fhir+json; charset=utf-8")
	}
}

func TestSearchRefuses(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	all := w.all()
	for path, expressions := range map[string][]string{
		"/Patient?nonsense=1":               {"http.nonsense"},
		"/Patient?birthdate=x&nonsense=1":   {"http.birthdate", "http.nonsense"}, // everything that is wrong
		"/Patient?name:nonsense=1":          {"http.name:nonsense"},
		"/Patient?_count=x":                 {"http._count"},
		"/Patient?_sort=nonsense":           {"http._sort"},
		"/Patient?_include=Patient:nothing": {"http._include"},
	} {
		got := w.get(all, path)
		if got.status != 400 {
			t.Errorf("%s: %v", path, got)
		}
		for _, expression := range expressions {
			if !strings.Contains(got.body, `"expression":["`+expression+`"]`) {
				t.Errorf("%s does not name %s: %s", path, expression, got.body)
			}
		}
		if n := strings.Count(got.body, `"severity":"error"`); n != len(expressions) {
			t.Errorf("%s has %d issues, want %d: %s", path, n, len(expressions), got.body)
		}
	}
}

// Lenient handling leaves out what is not known, and says so in the Bundle.
func TestSearchLenient(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	got := w.get(w.all(), "/Patient?nonsense=1&_id=eve", "Prefer: handling=lenient")
	b := w.bundle(got)
	if b.link("self") != "/Patient?_id=eve" || len(b.Entry) != 2 || b.Entry[0].Search.Mode != "match" || b.Entry[1].Search.Mode != "outcome" {
		t.Fatalf("%s", got.body)
	}
	outcome := string(b.Entry[1].Resource)
	if !strings.HasPrefix(outcome, `{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-supported","diagnostics":"ignored: `) ||
		!strings.Contains(outcome, `"expression":["http.nonsense"]`) {
		t.Errorf("%s", outcome)
	}
	if got := w.get(w.all(), "/Patient?birthdate=x", "Prefer: handling=lenient"); got.status != 400 {
		t.Errorf("a malformed value: %v", got)
	}
}

// The parameters of a POST come from the URL and the body together, and it is
// the same search as a GET (leaks row 3).
func TestSearchByPost(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, observation("f", "eve", "final"), observation("a", "adam", "final"))
	const form = "Content-Type: application/x-www-form-urlencoded"
	for _, token := range []string{w.all(), w.token("patient/*.s", "Patient/eve")} {
		for get, posts := range map[string][][2]string{
			"/Observation?status=final&_id=f,a": {
				{"/Observation/_search", "status=final&_id=f,a"},
				{"/Observation/_search?status=final", "_id=f%2Ca"},
				{"/Observation/_search?status=final&_id=f,a", ""},
			},
			"?_type=Patient,Observation": {{"/_search", "_type=Patient,Observation"}},
			"/Patient/eve/Observation?status=final": {
				{"/Patient/eve/Observation/_search", "status=final"},
			},
			"/Patient/eve/*?_type=Observation,Condition": {
				{"/Patient/eve/_search", "_type=Observation,Condition"},
				{"/Patient/eve/*/_search", "_type=Observation,Condition"},
			},
		} {
			want := w.get(token, get)
			if want.status != 200 {
				t.Errorf("%s: %v", get, want)
			}
			for _, post := range posts {
				w.same(post[0]+" "+post[1], w.send(token, http.MethodPost, post[0], post[1], form), want)
				if post[1] == "" {
					w.same(post[0]+" without a body", w.send(token, http.MethodPost, post[0], ""), want)
				}
			}
		}
	}
	all := w.all()
	w.is("json", w.send(all, http.MethodPost, "/Patient/_search", `{}`), 415,
		oops("not-supported", "http.Content-Type", "the Content-Type must be application/x-www-form-urlencoded, in UTF-8"))
	w.is("_format in the body", w.send(all, http.MethodPost, "/Patient/_search", "_format=xml", form), 406,
		oops("not-supported", "http._format", "this server writes FHIR R4 as JSON only: ask for application/fhir+json, or with _format=json"))
}

// Pages in any size add up to the whole, under scopes too, and a page link is
// good for its own token only (leaks rows 10 and 58).
func TestSearchPages(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam)
	var mine, everyone []string
	for i := range 7 {
		w.add(observation("e"+strconv.Itoa(i), "eve", "final"), observation("a"+strconv.Itoa(i), "adam", "final"))
		mine = append(mine, "Observation/e"+strconv.Itoa(i))
		everyone = append(everyone, "Observation/e"+strconv.Itoa(i), "Observation/a"+strconv.Itoa(i))
	}
	slices.Sort(everyone)
	all, own := w.all(), w.token("patient/*.rs", "Patient/eve")
	for _, c := range []struct {
		token string
		want  []string
	}{{all, everyone}, {own, mine}} {
		for _, size := range []int{1, 2, 3, 7, 100} {
			first := "/Observation?status=final&_pretty=true&_count=" + strconv.Itoa(size)
			var ids []string
			pages := 0
			for next := first; next != "" && pages < 20; pages++ {
				page := w.bundle(w.get(c.token, next))
				if len(page.Entry) != min(size, len(c.want)-len(ids)) {
					t.Errorf("size %d: page %d has %d entries", size, pages, len(page.Entry))
				}
				if self := page.link("self"); self != "/Observation?_count="+strconv.Itoa(size)+"&status=final&_pretty=true" {
					t.Errorf("size %d: self %s", size, self)
				}
				if *page.Total != len(c.want) {
					t.Errorf("size %d: total %d, want %d", size, *page.Total, len(c.want))
				}
				ids = append(ids, page.ids()...)
				next = page.link("next")
			}
			slices.Sort(ids)
			if !slices.Equal(ids, c.want) {
				t.Errorf("size %d finds %v, want %v", size, ids, c.want)
			}
		}
	}
	next := w.bundle(w.get(all, "/Observation?status=final&_count=2")).link("next")
	const bad = "the page link is not valid for this search and access token; begin again with the first page"
	w.is("another's link", w.get(own, next), 400, oops("invalid", "", bad))
	w.is("altered link", w.get(all, next+"A"), 400, oops("invalid", "", bad))
	w.is("another query", w.get(all, strings.Replace(next, "final", "amended", 1)), 400, oops("invalid", "", bad))
}

func TestSearchUnderScopes(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, observation("f", "eve", "final"), observation("m", "eve", "amended"), observation("a", "adam", "final"))
	all, own := w.all(), w.token("patient/Observation.rs?status=final patient/Patient.rs", "Patient/eve")
	w.finds(all, "/Observation", "Observation/a", "Observation/f", "Observation/m")
	w.finds(own, "/Observation", "Observation/f")
	w.finds(own, "/Observation?status=amended")
	w.finds(own, "/Observation?subject=Patient/adam")
	w.finds(own, "?_type=Patient,Observation,Condition", "Observation/f", "Patient/eve") // leaks row 4
	w.finds(own, "/Patient?_revinclude=Observation:subject", "Patient/eve", "include Observation/f")
	w.finds(all, "/Patient?_id=eve&_revinclude=Observation:subject", "Patient/eve", "include Observation/f", "include Observation/m")
	w.finds(own, "/Patient?_has:Observation:subject:status=amended") // leaks row 7
	w.finds(all, "/Patient?_has:Observation:subject:status=amended", "Patient/eve")
	if n := *w.bundle(w.get(own, "/Observation?_summary=count")).Total; n != 1 { // leaks row 9
		t.Errorf("count %d, want 1", n)
	}
	w.same("hidden and absent", // but for the link, which says what the client asked
		dropLink(w.get(own, "/Observation?_id=a"), "_id=a"), dropLink(w.get(own, "/Observation?_id=z"), "_id=z"))
	w.is("another type", w.get(own, "/Condition?nonsense=1"), 403, oops("forbidden", "", "no granted scope allows search on Condition"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Condition.s"`)
	if got := w.get(own, "?_type=Condition"); got.status != 403 {
		t.Errorf("system search of another type: %v", got)
	}
	// r is not s (leaks row 2)
	if got := w.get(w.token("system/Observation.r"), "/Observation"); got.status != 403 {
		t.Errorf("r only: %v", got)
	}
}

func dropLink(r reply, query string) reply {
	r.body = strings.Replace(r.body, query, "", 1)
	return r
}
