package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// document is a DocumentReference about a patient; the rest is more of it.
func document(id, patient, code, date, rest string) string {
	return `{"resourceType":"DocumentReference","id":"` + id + `","status":"current","type":{"coding":[{"system":"http://loinc.org","code":"` + code +
		`"}]},"subject":{"reference":"Patient/` + patient + `"},"date":"` + date + `","content":[{"attachment":{"url":"Binary/` + id + `"}}]` + rest + `}`
}

func careIn(start, end string) string {
	return `,"context":{"period":{"start":"` + start + `","end":"` + end + `"}}`
}

var documents = []string{
	`{"resourceType":"Patient","id":"1"}`, `{"resourceType":"Patient","id":"2"}`,
	document("ccd-old", "1", "34133-9", "2024-01-01T00:00:00Z", careIn("2020-01-01", "2020-12-31")),
	document("ccd", "1", "34133-9", "2025-01-01T00:00:00Z", careIn("2021-01-01", "2021-12-31")),
	strings.Replace(document("ccd-superseded", "1", "34133-9", "2026-01-01T00:00:00Z", careIn("2021-06-01", "2022-12-31")), "current", "superseded", 1),
	strings.Replace(document("ccd-wrong", "1", "34133-9", "2026-01-02T00:00:00Z", careIn("2021-06-01", "2022-12-31")), "current", "entered-in-error", 1),
	document("note-old", "1", "34117-2", "2021-03-01T00:00:00Z", ""),
	document("note", "1", "34117-2", "2022-03-01T00:00:00Z", `,"securityLabel":[{"coding":[{"system":"s","code":"R"}]}]`),
	document("other", "2", "34133-9", "2026-02-01T00:00:00Z", ""),
}

func TestDocref(t *testing.T) {
	w := newWorld(t)
	w.add(documents...)
	all := w.token("system/DocumentReference.s")
	for query, want := range map[string]string{
		"patient=1":                                            "ccd",
		"patient=Patient/1":                                    "ccd",
		"patient=" + base + "/Patient/1":                       "ccd",
		"patient=1&on-demand=false":                            "ccd",
		"patient=1&type=http://loinc.org|34117-2":              "note",
		"patient=1&type=34117-2":                               "note",
		"patient=1&type=34117-2&type=34133-9":                  "note ccd",
		"patient=1&type=34117-2,34133-9":                       "ccd",
		"patient=1&type=34133-9&type=http://loinc.org|34133-9": "ccd",
		"patient=1&type=other":                                 "",
		"patient=nobody":                                       "",
		"patient=2":                                            "other",
		"patient=1&start=2000":                                 "ccd ccd-old ccd-superseded note note-old",
		"patient=1&start=2021-12-31":                           "ccd ccd-superseded note",
		"patient=1&start=2022-01-01":                           "ccd-superseded note",
		"patient=1&end=2020":                                   "ccd-old",
		"patient=1&end=2021-03-01":                             "ccd ccd-old note-old",
		"patient=1&start=2021-01&end=2021-02":                  "ccd",
		"patient=1&start=2021-01&end=2021-02&type=34117-2":     "",
		"patient=1&start=2021&end=2021&type=34117-2":           "note-old",
	} {
		b := w.bundle(w.get(all, "/DocumentReference/$docref?"+query))
		wanted := strings.Fields(want)
		var got []string
		for _, e := range b.Entry {
			got = append(got, strings.TrimPrefix(e.FullURL, base+"/DocumentReference/"))
		}
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) || b.Type != "searchset" || *b.Total != len(got) {
			t.Errorf("%s: %v, want %v, total %d", query, got, wanted, *b.Total)
		}
		if self := b.link("self"); !slices.Equal(w.bundle(w.get(all, self)).ids(), b.ids()) {
			t.Errorf("%s: self is %s", query, self)
		}
	}
}

// A POST has the parameters in a Parameters, a batch in either way; HEAD is a GET
// without its body.
func TestDocrefInEveryForm(t *testing.T) {
	w := newWorld(t)
	w.add(documents...)
	all := w.token("system/DocumentReference.s")
	got := w.get(all, "/DocumentReference/$docref?patient=1&start=2021&type=http://loinc.org|34133-9")
	if ids := w.bundle(got).ids(); !slices.Equal(ids, []string{"DocumentReference/ccd", "DocumentReference/ccd-superseded"}) {
		t.Fatal(ids)
	}
	const sent = `{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"1"},{"name":"start","valueDateTime":"2021"},{"name":"type","valueCoding":{"system":"http://loinc.org","code":"34133-9"}}]}`
	post := w.send(all, http.MethodPost, "/DocumentReference/$docref", sent)
	w.same("POST", got, post)
	w.same("mixed", got, w.send(all, http.MethodPost, "/DocumentReference/$docref?patient=1", strings.Replace(sent, `{"name":"patient","valueId":"1"},`, "", 1)))
	w.same("POST without a body", got, w.send(all, http.MethodPost, "/DocumentReference/$docref?patient=1&start=2021&type=http://loinc.org|34133-9", ""))
	if head := w.send(all, http.MethodHead, "/DocumentReference/$docref?patient=1", ""); head.status != 200 || head.body != "" {
		t.Errorf("HEAD: %v", head)
	}
	for _, typ := range []string{"batch", "transaction"} {
		answer := w.send(all, http.MethodPost, "", `{"resourceType":"Bundle","type":"`+typ+`","entry":[
			{"request":{"method":"GET","url":"DocumentReference/$docref?patient=1&start=2021&type=http://loinc.org|34133-9"}},
			{"request":{"method":"POST","url":"DocumentReference/$docref"},"resource":`+sent+`}]}`)
		entries := w.bundle(answer).Entry
		if len(entries) != 2 || string(entries[0].Resource) != got.body || string(entries[1].Resource) != got.body {
			t.Errorf("%s: %d %s", typ, answer.status, answer.body)
		}
	}
}

func TestDocrefPages(t *testing.T) {
	w := newWorld(t)
	var many []string
	for i := range defaultCount + 3 {
		many = append(many, document("d"+string(rune('a'+i/26))+string(rune('a'+i%26)), "1", "x", "2025-01-01", ""))
	}
	w.add(many...)
	token := w.token("patient/DocumentReference.rs", "Patient/1")
	first := w.bundle(w.get(token, "/DocumentReference/$docref?patient=1&start=2025"))
	next := first.link("next")
	if len(first.Entry) != defaultCount || !strings.HasPrefix(next, "/DocumentReference/$docref?patient=1&start=2025&_cursor=") {
		t.Fatalf("%d entries, next %s", len(first.Entry), next)
	}
	second := w.bundle(w.get(token, next))
	if all := slices.Compact(append(first.ids(), second.ids()...)); len(all) != len(many) || second.link("next") != "" {
		t.Errorf("%d documents on two pages, and then %q", len(all), second.link("next"))
	}
	if got := w.get(w.token("patient/DocumentReference.rs", "Patient/2"), next); got.status != 400 { // leaks row 10
		t.Errorf("another's link: %d", got.status)
	}
}

func TestDocrefRefuses(t *testing.T) {
	w := newWorld(t)
	all := w.token("system/DocumentReference.s")
	for query, at := range map[string]string{
		"":                                    "http.patient",
		"patient=":                            "http.patient",
		"patient=1&patient=2":                 "http.patient",
		"patient=1,2":                         "http.patient",
		"patient=Group/1":                     "http.patient",
		"patient=http://elsewhere/Patient/1":  "http.patient",
		"patient=1&start=soon":                "http.start",
		"patient=1&end=2020&end=2021":         "http.end",
		"patient=1&on-demand=perhaps":         "http.on-demand",
		"patient=1&profile=http://x":          "http.profile",
		"patient=1&_count=1":                  "http._count",
		"patient=1&category=x":                "http.category",
		"patient=1&type=":                     "http.type",
		"patient=1&_cursor=x":                 "http._cursor",
		"patient=1&start=2020&_cursor=x":      "",
		"patient=1&start=2020&_summary=count": "http._summary",
	} {
		if got := w.get(all, "/DocumentReference/$docref?"+query); got.status != 400 || !strings.Contains(got.body, `"`+at) {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	for _, body := range []string{
		`{"resourceType":"Patient"}`, `{"resourceType":"Parameters","parameter":[{"name":"patient","valueCoding":{"code":"1"}}]}`,
		`{"resourceType":"Parameters","parameter":[{"name":"patient"}]}`, `{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"1"},{"name":"nothing","valueId":"1"}]}`,
		`{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"1"},{"name":"type","valueCoding":{"system":"s"}}]}`,
		`[]`, `{"resourceType":"Parameters","parameter":[1]}`, `{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":["1"]}]}`,
	} {
		if got := w.send(all, http.MethodPost, "/DocumentReference/$docref", body); got.status != 400 {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

// $docref shows what the caller's own search of DocumentReference shows, and that is
// all that it is made of. Nothing is generated.
func TestLeak23Docref(t *testing.T) {
	w := newWorld(t)
	w.add(documents...)
	all := w.all()
	own := w.token("patient/DocumentReference.rs", "Patient/1")
	notes := w.token("patient/DocumentReference.rs?type=http://loinc.org|34117-2", "Patient/1")
	labelled := w.token("system/DocumentReference.s?security-label=s|R")
	for _, c := range []struct{ token, query, want string }{
		{all, "patient=2", "other"}, {own, "patient=2", ""},
		{own, "patient=1", "ccd"}, {notes, "patient=1", ""}, // the CCD is hidden, and nothing stands in for it
		{all, "patient=1&type=34117-2", "note"}, {notes, "patient=1&type=34117-2", "note"},
		{own, "patient=1&start=2000", "ccd ccd-old ccd-superseded note note-old"},
		{notes, "patient=1&start=2000", "note note-old"},
		{labelled, "patient=1&start=2000", "note"},
	} {
		var want []string
		for _, id := range strings.Fields(c.want) {
			want = append(want, "DocumentReference/"+id)
		}
		w.finds(c.token, "/DocumentReference/$docref?"+c.query, append([]string{}, want...)...)
	}
	for _, query := range []string{"", "&start=2000", "&type=34133-9", "&on-demand=true"} { // hidden is absent
		hidden := w.get(own, "/DocumentReference/$docref?patient=2"+query)
		absent := w.get(own, "/DocumentReference/$docref?patient=9"+query)
		absent.body = strings.ReplaceAll(absent.body, "patient=9", "patient=2")
		w.same("hidden and absent"+query, hidden, absent)
	}
	// Each result is that of a search of the caller's own.
	for _, token := range []string{all, own, notes, labelled} {
		for docref, search := range map[string]string{
			"patient=1":              "patient=1&status=current&type=http://loinc.org|34133-9&_count=1",
			"patient=1&type=34117-2": "patient=1&status=current&type=34117-2&_count=1",
			"patient=1&end=2020-06":  "patient=1&status:not=entered-in-error&_filter=(period pr true and not (period sa 2020-06)) or (period pr false and date pr true and not (date sa 2020-06))",
		} {
			search = strings.ReplaceAll(search, " ", "%20")
			if got, want := w.bundle(w.get(token, "/DocumentReference/$docref?"+docref)).ids(), w.bundle(w.get(token, "/DocumentReference?"+search)).ids(); !slices.Equal(got, want) {
				t.Errorf("%s: %v, the search finds %v", docref, got, want)
			}
		}
	}
	w.is("on demand", w.get(own, "/DocumentReference/$docref?patient=1&on-demand=true"), 200,
		`{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"`+base+`/DocumentReference/$docref?patient=1&on-demand=true"}],"entry":[{"resource":`+
			`{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-supported","diagnostics":"this server generates no documents; leave on-demand out for those that it has stored","expression":["http.on-demand"]}]},"search":{"mode":"outcome"}}]}`)
	for _, scopes := range []string{"system/DocumentReference.crud", "system/Patient.cruds system/Binary.cruds", "system/Observation.s"} {
		got := w.get(w.token(scopes), "/DocumentReference/$docref?patient=1")
		w.is(scopes, got, 403, oops("forbidden", "", "no granted scope allows search on DocumentReference, nor $docref; the scope of the operation is system/DocumentReference.$docref"))
	}
}
