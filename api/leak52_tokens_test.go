package api

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store"
)

// leaks rows 52, 53 and 54: what was made for one token is never another's, and what a
// token was good for yesterday it is not today.

// Row 52: tokens that differ in their patient, user, letters or parameters ask the same
// at once, and each gets its own.
func TestLeak52InterleavedTokens(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	type caller struct {
		token string
		want  []string
	}
	var callers []caller
	for _, patient := range []string{"eve", "adam", "nobody"} {
		for _, s := range []spoken{{}, {codes: []string{"a"}}, {codes: []string{"b"}}, {categories: []string{"laboratory"}}, {categories: []string{"laboratory"}, statuses: []string{"final"}}} {
			s.level, s.typ, s.letters = "system", "Observation", "rs"
			want := slices.DeleteFunc(granted([]spoken{s}, 's'), func(id string) bool { return !strings.HasPrefix(id, "Observation/"+patient) })
			s.level = "patient"
			callers = append(callers, caller{w.token(s.text(), "Patient/"+patient), want}, caller{w.token(s.text()+" patient/Condition.rs", "Patient/"+patient, "Practitioner/1"), want})
		}
	}
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := range 3 * len(callers) {
				c := callers[(i*7+worker*11)%len(callers)]
				got := w.get(c.token, "/Observation?_count=100")
				var list []string
				for _, key := range crossings {
					if strings.Contains(got.body, `"id":"`+key.id()+`"`) {
						list = append(list, key.key())
					}
				}
				slices.Sort(list)
				if got.status != http.StatusOK || !slices.Equal(list, c.want) {
					t.Errorf("%d: %v, want %v", got.status, list, c.want)
				}
				key := crossings[i%len(crossings)]
				if read := w.get(c.token, "/"+key.key()).status == http.StatusOK; read != slices.Contains(c.want, key.key()) {
					t.Errorf("%s is read: %v", key.key(), read)
				}
			}
		})
	}
	wait.Wait()
}

// No cache may keep an answer, and what one caller knows of a version is of no use to
// another.
func TestLeak52NoCache(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam, tagged("a", "adam", "x"))
	own, other := w.token("patient/*.cruds", "Patient/eve"), w.token("patient/*.rs", "Patient/adam")
	etag := w.get(other, "/Observation/a").header.Get("ETag")
	for _, token := range []string{own, other, w.all(), ""} {
		for _, path := range []string{"/Observation/a", "/Observation", "", "/_history", "/Observation/a/_history/1", "/Nonsense"} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				got := w.send(token, method, path, "")
				if cache := got.header.Get("Cache-Control"); cache != "private, no-store" || !strings.Contains(strings.Join(got.header.Values("Vary"), ", "), "Authorization") {
					t.Errorf("%s %s: Cache-Control %q, Vary %q", method, path, cache, got.header.Values("Vary"))
				}
			}
		}
	}
	for _, header := range []string{"If-None-Match: " + etag, "If-None-Match: *", "If-Modified-Since: Sun, 01 Mar 2026 13:00:00 GMT"} {
		w.same(header, w.get(own, "/Observation/a", header), w.get(own, "/Observation/b", header))
		if got := w.get(own, "/Observation/a", header); got.status != 404 {
			t.Errorf("%s: %d", header, got.status)
		}
	}
	if got := w.get(other, "/Observation/a", "If-None-Match: "+etag); got.status != 304 {
		t.Errorf("to whom it belongs: %d", got.status)
	}
}

// Row 53: a refresh to fewer scopes counts at once, for queries that were asked before
// and for links to further pages, and cannot be undone by the narrower token.
func TestLeak53NarrowedRefresh(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	const wide = "patient/Observation.rs patient/Condition.rs patient/Patient.r offline_access"
	issued, err := w.tokens.Start(t.Context(), auth.Grant{Scopes: wide, Patient: "eve", Client: "app"}, time.Time{})
	w.must(err)
	next := w.bundle(w.get(issued.Access, "/Observation?_count=2")).link("next")
	w.finds(issued.Access, next, w.bundle(w.get(issued.Access, next)).ids()...)
	refresh := func(given, scopes string) (out auth.Issued, err error) {
		err = w.store.View(store.Unrestricted("a token endpoint")).Transact(t.Context(), func(tx *store.Tx) (err error) {
			out, err = w.tokens.In(tx.Records()).Refresh(t.Context(), given, "app", scopes)
			return err
		})
		return out, err
	}
	for _, more := range []string{"patient/Observation.cruds", "patient/*.rs", "system/Observation.rs", "patient/Patient.rs", "patient/Observation.rs patient/Encounter.rs"} {
		if _, err := refresh(issued.Refresh, more); err == nil {
			t.Errorf("%s was not granted", more)
		}
	}
	narrow, err := refresh(issued.Refresh, "patient/Observation.rs?category=laboratory&code=a patient/Condition.r")
	w.must(err)
	w.everyWay(narrow.Access, "/Observation", "Observation/eve.laboratory.a.amended", "Observation/eve.laboratory.a.final")
	w.everyWay(narrow.Access, "/Observation?status=final", "Observation/eve.laboratory.a.final")
	w.lacks(narrow.Access, "Observation/eve.vital-signs.a.final", "Observation/eve.laboratory.b.final")
	w.forbids(narrow.Access, "Condition")
	w.reads(narrow.Access, "Condition/eve")
	if got := w.get(narrow.Access, "/Patient/eve"); got.status != 403 {
		t.Errorf("%d", got.status)
	}
	if got := w.get(narrow.Access, next); got.status != 400 || strings.Contains(got.body, "Observation/") {
		t.Errorf("the page of the wider token: %d %s", got.status, got.body)
	}
	// The grant has not changed: the first token and a further refresh have all of it.
	w.everyWay(issued.Access, "/Observation", granted([]spoken{{level: "patient", letters: "s"}}, 's')...)
	again, err := refresh(narrow.Refresh, "")
	w.must(err)
	w.everyWay(again.Access, "/Observation", granted([]spoken{{level: "patient", letters: "s"}}, 's')...)
}

// A grant that is narrowed itself counts from the next request on.
func TestLeak53NarrowedGrant(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	token := w.token("patient/Observation.rs patient/Condition.rs", "Patient/eve")
	caller, err := w.tokens.Authenticate(t.Context(), token)
	w.must(err)
	next := w.bundle(w.get(token, "/Observation?_count=2")).link("next")
	g := caller.Grant
	g.Scopes = "patient/Observation.rs?code=a&status=final"
	_, err = w.tokens.Issue(t.Context(), g, time.Hour)
	w.must(err)
	w.everyWay(token, "/Observation?code=a", "Observation/eve..a.final", "Observation/eve.laboratory.a.final", "Observation/eve.vital-signs.a.final")
	w.everyWay(token, "/Observation?code=b")
	w.lacks(token, "Observation/eve..b.final")
	w.forbids(token, "Condition")
	if got := w.get(token, next); got.status != 400 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// Row 54: a grant that is revoked, or expires, is over for every token, link and part of
// an answer that is still to come. (There are no jobs: exports are absent.)
func TestLeak54RevokedMidPage(t *testing.T) {
	for name, end := range map[string]func(*world, auth.Grant){
		"revoked": func(w *world, g auth.Grant) { w.must(w.tokens.Revoke(w.Context(), g.ID)) },
		"expired": func(w *world, _ auth.Grant) { w.Advance(2000 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			w := crossWorld(t, newWorld(t))
			issued, err := w.tokens.Start(t.Context(), auth.Grant{Scopes: "patient/*.cruds", Patient: "eve", Client: "app"}, time.Time{})
			w.must(err)
			other := w.issue(auth.Grant{Scopes: "patient/*.cruds", Patient: "eve"})
			links := []string{"/Observation/eve..a.final", "/Patient/eve/_history"}
			for _, path := range []string{"/Observation?_count=2", "/_history?_count=2", "?_type=Observation&_count=2", "/Patient/eve/Observation?_count=2"} {
				links = append(links, w.bundle(w.get(issued.Access, path)).link("next"))
			}
			for _, link := range links {
				if got := w.get(issued.Access, link); got.status != 200 {
					t.Fatalf("%s before: %d %s", link, got.status, got.body)
				}
			}
			end(w, issued.Grant)
			for _, link := range append(links, "/metadata/nothing", "/Nonsense") {
				got := w.get(issued.Access, link)
				if got.status != 401 && got.status != 404 || strings.Contains(got.body, "eve..") || strings.HasPrefix(link, "/Obs") && got.status != 401 {
					t.Errorf("%s: %d %s", link, got.status, got.body)
				}
			}
			for _, bundle := range []string{sent("batch", asks("GET", "Patient/eve")), sent("transaction", asks("DELETE", "Patient/eve"))} {
				if got := w.send(issued.Access, http.MethodPost, "", bundle); got.status != 401 {
					t.Errorf("%d %s", got.status, got.body)
				}
			}
			if name == "revoked" {
				if got := w.get(other, "/Patient/eve"); got.status != 200 {
					t.Errorf("another grant: %d", got.status)
				}
			}
		})
	}
}

// While an answer is being sent.
func TestLeak54RevokedMidAnswer(t *testing.T) {
	w := newWorld(t, chunksOf(2))
	w.add(chartOf(20)...)
	for _, path := range longPages {
		token := w.token("system/*.rs")
		caller, err := w.tokens.Authenticate(t.Context(), token)
		w.must(err)
		out := w.stream(token, path, func(part int) {
			if part == 3 {
				w.must(w.tokens.Revoke(t.Context(), caller.Grant.ID))
			}
		})
		w.brokenOff(path, out, 6)
		whole := w.stream(w.token("system/*.rs"), path, func(int) {})
		if n := len(whole.matches(w)); n < 20 {
			t.Errorf("%s in one: %d", path, n)
		}
	}
}

func TestLeak54AbsentJobs(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	for _, path := range []string{"/$export", "/Patient/$export", "/Group/g/$export", "/$export-poll-status", "/Patient/eve/$export"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			got := w.send(w.all(), method, path, "", "Prefer: respond-async")
			if got.status != 404 && got.status != 405 {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			}
		}
	}
	for _, rt := range new(server).routes() {
		if strings.Contains(rt.interaction, "export") {
			t.Errorf("%s %s is in the table: it needs tests of row 54", rt.method, rt.pattern)
		}
	}
	if body := w.get("", "/metadata").body; strings.Contains(body, "export") {
		t.Error("the CapabilityStatement has an export")
	}
}
