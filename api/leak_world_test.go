package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/handle"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// What the tests of the rows of the list of leak channels have in common: each
// question is asked in all the ways in which a client can ask it.

const formType = "Content-Type: application/x-www-form-urlencoded"

// everyWay wants a search to find the same whichever way it is asked: by GET and by
// POST, with the parameters in one place or two, alone, in a batch and in a
// transaction, at once and page by page; and HEAD, totals and counts to agree.
// What is there as an include is named "include Type/id", as [found.ids] has it.
func (w *world) everyWay(token, path string, want ...string) {
	w.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	at, query, _ := strings.Cut(path, "?")
	if query != "" {
		query += "&"
	}
	const whole = "_count=1000&_total=accurate"
	get := w.get(token, at+"?"+query+whole)
	for name, got := range map[string]reply{
		"GET":         get,
		"POST":        w.send(token, http.MethodPost, at+"/_search", query+whole, formType),
		"both":        w.send(token, http.MethodPost, at+"/_search?"+query+"_count=1000", "_total=accurate", formType),
		"batch":       w.entry(token, "batch", at+"?"+query+whole),
		"transaction": w.entry(token, "transaction", at+"?"+query+whole),
	} {
		if got.status != http.StatusOK {
			w.Errorf("%s %s: %d %s", name, path, got.status, got.body)
			return
		}
		page := w.bundle(got)
		if ids := page.ids(); !slices.Equal(ids, want) {
			w.Errorf("%s %s finds %v, want %v", name, path, ids, want)
			return
		}
		if page.Total == nil || *page.Total != matches(want) || page.link("next") != "" {
			w.Errorf("%s %s: the total is %s, the next link %q; want %d and none", name, path, page.count(), page.link("next"), matches(want))
		}
	}
	head := w.send(token, http.MethodHead, at+"?"+query+whole, "")
	head.body = get.body
	w.same("HEAD and GET "+path, head, get)
	for _, count := range []string{"_summary=count", "_count=0"} {
		page := w.bundle(w.get(token, at+"?"+query+count))
		if page.Total == nil || *page.Total != matches(want) || len(page.Entry) > 0 {
			w.Errorf("GET %s with %s: the total is %s, want %d", path, count, page.count(), matches(want))
		}
	}
	w.pageByPage(token, at+"?"+query, want)
}

// pageByPage follows the links of pages of one match each.
func (w *world) pageByPage(token, path string, want []string) {
	w.Helper()
	seen := map[string]bool{}
	pages := 0
	for next := path + "_count=1&_total=accurate"; next != ""; pages++ {
		page := w.bundle(w.get(token, next))
		ids := page.ids()
		for _, id := range ids {
			if !strings.Contains(id, " ") && seen[id] {
				w.Errorf("%s: %s is on two pages", path, id)
			}
			seen[id] = true
		}
		if page.Total == nil || *page.Total != matches(want) || matches(ids) != min(1, matches(want)) || pages > len(want) {
			w.Errorf("%s: a page of %v, with the total %s", path, ids, page.count())
			return
		}
		next = page.link("next")
	}
	for _, id := range want { // what is a match is an include of no other page
		delete(seen, "include "+id)
	}
	got := []string{}
	for id := range seen {
		got = append(got, id)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) || pages != max(1, matches(want)) {
		w.Errorf("%s: %d pages hold %v, want %v", path, pages, got, want)
	}
}

// count is the total as text.
func (b found) count() string {
	if b.Total == nil {
		return "none"
	}
	return strconv.Itoa(*b.Total)
}

// matches is how many of the ids are those of matches.
func matches(ids []string) int {
	n := 0
	for _, id := range ids {
		if !strings.Contains(id, " ") {
			n++
		}
	}
	return n
}

// entry is what a GET is answered as the one entry of a Bundle.
func (w *world) entry(token, kind, path string) reply {
	w.Helper()
	got := w.send(token, http.MethodPost, "", sent(kind, asks(http.MethodGet, strings.TrimPrefix(path, "/"))))
	if got.status != http.StatusOK {
		return got
	}
	var b struct {
		Entry []struct {
			Resource json.RawMessage
			Response struct {
				Status  string
				Outcome json.RawMessage
			}
		}
	}
	w.must(json.Unmarshal([]byte(got.body), &b))
	inner := reply{header: http.Header{}, body: string(b.Entry[0].Resource) + string(b.Entry[0].Response.Outcome)}
	_, err := fmt.Sscan(b.Entry[0].Response.Status, &inner.status)
	w.must(err)
	return inner
}

// reads wants a resource to be there for the caller, by every way that names it.
func (w *world) reads(token string, keys ...string) {
	w.Helper()
	for _, key := range keys {
		for name, got := range w.named(token, key) {
			if got.status != http.StatusOK || name != "HEAD" && !strings.Contains(got.body, key[strings.Index(key, "/")+1:]) {
				w.Errorf("%s of %s: %d %s", name, key, got.status, got.body)
			}
		}
	}
}

// lacks wants a resource to be as one that is not there, by every way that names it.
func (w *world) lacks(token string, keys ...string) {
	w.Helper()
	answers := map[string]map[string]reply{}
	for _, key := range keys {
		typ, id, _ := strings.Cut(key, "/")
		other := strings.Repeat("z", len(id)) // as long, for Content-Length
		if answers[typ+other] == nil {
			answers[typ+other] = w.named(token, typ+"/"+other)
		}
		absent := answers[typ+other]
		for name, got := range w.named(token, key) {
			got.body = strings.ReplaceAll(got.body, typ+"/"+id, typ+"/"+other)
			if got.status < 400 {
				w.Errorf("%s of %s: %d %s", name, key, got.status, got.body)
				break
			}
			want := absent[name]
			want.header = want.header.Clone()
			w.same(name+" of "+key+" and of what is absent", got, want)
		}
	}
}

// named are the answers to what names a resource by its id, and needs the letter r.
func (w *world) named(token, key string) map[string]reply {
	w.Helper()
	return map[string]reply{
		"GET":               w.get(token, "/"+key),
		"HEAD":              w.send(token, http.MethodHead, "/"+key, ""),
		"GET unless known":  w.get(token, "/"+key, `If-None-Match: W/"another"`),
		"a summary":         w.get(token, "/"+key+"?_elements=id"),
		"version":           w.get(token, "/"+key+"/_history/1"),
		"history":           w.get(token, "/"+key+"/_history"),
		"entry of batch":    w.entry(token, "batch", "/"+key),
		"of a transaction":  w.entry(token, "transaction", "/"+key),
		"history in batch":  w.entry(token, "batch", "/"+key+"/_history"),
		"stored, validated": w.validated(token, key),
	}
}

// validated is whether `$validate` finds the resource: its findings say nothing of the
// id.
func (w *world) validated(token, key string) reply {
	w.Helper()
	got := w.get(token, "/"+key+"/$validate")
	if got.status == http.StatusOK {
		got.body += " " + key
	}
	return got
}

// forbids wants the types to be forbidden to search by the token alone, in each way.
func (w *world) forbids(token string, types ...string) {
	w.Helper()
	for _, typ := range types {
		for name, got := range map[string]reply{
			"GET": w.get(token, "/"+typ), "POST": w.send(token, http.MethodPost, "/"+typ+"/_search", "", formType), "HEAD": w.send(token, http.MethodHead, "/"+typ, ""),
			"batch": w.entry(token, "batch", "/"+typ), "transaction": w.entry(token, "transaction", "/"+typ), "history": w.get(token, "/"+typ+"/_history"),
		} {
			if got.status != http.StatusForbidden {
				w.Errorf("%s %s: %d %s", name, typ, got.status, got.body)
			}
		}
	}
}

// scoped is a scope with parameters that are written as in a query, not encoded.
func scoped(scope, query string) string {
	if query == "" {
		return scope
	}
	return scope + "?" + encoded(query)
}

// encoded encodes the values of a query in which nothing is encoded yet.
func encoded(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		pairs[i] = name + "=" + strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	}
	return strings.Join(pairs, "&")
}

// issue is a token of a grant whose user may be a Patient.
func (w *world) issue(g auth.Grant) string {
	w.Helper()
	g.Client = "test"
	token, err := w.tokens.Issue(w.Context(), g, 1000*time.Hour)
	w.must(err)
	return token
}

// planted is a token of a grant that says what nobody would have been granted: of an
// older server, or of one that is broken.
func (w *world) planted(g auth.Grant) string {
	w.Helper()
	token := handle.AccessToken.New()
	key, ok := handle.AccessToken.Digest(token)
	if !ok {
		w.Fatal("a token has no digest")
	}
	g.ID, g.Issued, g.Expires = "planted-"+handle.Text(8), w.Now(), w.Now().Add(time.Hour)
	for _, record := range []struct {
		kind, key string
		value     any
	}{{"grant", g.ID, g}, {"access-token", key, map[string]string{"grant": g.ID}}} {
		text, err := json.Marshal(record.value)
		w.must(err)
		_, err = w.store.Records().Put(w.Context(), record.kind, record.key, text, g.Expires)
		w.must(err)
	}
	return token
}

// with adds members to a resource.
func with(resource string, members string) string {
	return strings.TrimSuffix(resource, "}") + "," + members + "}"
}

// about is a resource of a patient, with more members.
func about(typ, id, patient, more string) string {
	element := map[string]string{"Patient": "", "Device": "patient", "Task": "for", "Immunization": "patient", "AllergyIntolerance": "patient", "RelatedPerson": "patient"}
	name, ok := element[typ]
	if !ok {
		name = "subject"
	}
	text := `{"resourceType":"` + typ + `","id":"` + id + `","` + name + `":{"reference":"Patient/` + patient + `"}`
	if more != "" {
		text += "," + more
	}
	return text + "}"
}

// quoted is a string of JSON.
func quoted(text string) string { return string(fhirjson.Quote(text)) }
