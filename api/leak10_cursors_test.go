package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const badLink = "the page link is not valid for this search and access token; begin again with the first page"

// A page link of a search is worth nothing under another grant, and to a token that
// does not count any more; it is authorized anew on each page.
func TestLeak10PageLinksOfSearches(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	own := w.token("patient/Observation.rs patient/Patient.rs", "Patient/a")
	invalid := oops("invalid", "", badLink)
	for _, search := range []string{
		"/Observation?_count=1", "/?_type=Observation,Patient&_count=1", "/Observation?_sort=-code&_count=1", "/Patient/a/Observation?_count=1",
		"/Observation?_include=Observation:has-member&_count=1", "/Observation?patient._id=a&_count=1",
	} {
		first := w.bundle(w.get(own, search))
		next := first.link("next")
		if next == "" {
			t.Fatalf("%s has no next page", search)
		}
		second := w.bundle(w.get(own, next))
		if len(second.ids()) == 0 || second.ids()[0] == first.ids()[0] {
			t.Errorf("%s: the second page has %v", search, second.ids())
		}
		if again := w.bundle(w.get(w.token("patient/Patient.rs patient/Observation.rs", "Patient/a"), next)).ids(); strings.Join(again, " ") != strings.Join(second.ids(), " ") {
			t.Errorf("%s: the same grant has %v", search, again)
		}
		for name, token := range map[string]string{
			"everything":      w.all(),
			"another patient": w.token("patient/Observation.rs patient/Patient.rs", "Patient/b"),
			"wider":           w.token("patient/*.rs", "Patient/a"),
			"narrower":        w.token("patient/Observation.rs?category=vital-signs patient/Patient.rs", "Patient/a"),
			"fewer letters":   w.token("patient/Observation.s patient/Patient.s", "Patient/a"),
			"as a user":       w.token("user/Observation.rs user/Patient.rs", "Practitioner/doc"),
		} {
			got := w.get(token, next)
			w.is(name+" "+next, got, http.StatusBadRequest, invalid)
			if head := w.send(token, http.MethodHead, next, ""); head.status != http.StatusBadRequest {
				t.Errorf("HEAD %s: %d", next, head.status)
			}
			if got := w.inBundle("batch", token, asks("GET", strings.TrimPrefix(next, "/"))); got.status != http.StatusBadRequest {
				t.Errorf("%s in a batch: %d %s", name, got.status, got.body)
			}
			path, query, _ := strings.Cut(next, "?")
			w.is(name+" POST "+next, w.send(token, http.MethodPost, searchPath(path), query, urlencoded), http.StatusBadRequest, invalid)
		}
		if got := w.get(w.token("patient/Condition.rs", "Patient/a"), next); got.status != http.StatusForbidden && !strings.HasPrefix(search, "/Patient") {
			t.Errorf("without s %s: %d %s", search, got.status, got.body)
		}
		if got := w.get("", next); got.status != http.StatusUnauthorized {
			t.Errorf("without a token: %d", got.status)
		}
		// A link of one search is none of another.
		_, cursor, _ := strings.Cut(next, "_cursor=")
		w.is("of another search", w.get(own, "/Observation?status=final&_cursor="+cursor), http.StatusBadRequest, invalid)
	}
}

// Between two pages a token can end, and a resource can leave what it reaches.
func TestLeak10LinksAreAuthorizedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	own := w.token("patient/Observation.rs", "Patient/a")
	first := w.bundle(w.get(own, "/Observation?_count=1&_sort=_id"))
	next := first.link("next")
	if got := w.bundle(w.get(own, next)).ids(); strings.Join(got, " ") != "Observation/a-vital" {
		t.Fatalf("the second page has %v", got)
	}
	moved := strings.Replace(of("a", "b")[1].resource(), `"subject":{"reference":"Patient/a"}`, `"subject":{"reference":"Patient/b"}`, 1)
	w.add(moved)
	if got := w.bundle(w.get(own, next)).ids(); len(got) != 0 {
		t.Errorf("when it is of another: %v", got)
	}
	w.add(of("a", "b")[1].resource())
	w.Advance(2 * time.Hour)
	if got := w.get(own, next); got.status != http.StatusUnauthorized {
		t.Errorf("when the token has ended: %d %s", got.status, got.body)
	}
	again := w.token("patient/Observation.rs", "Patient/a")
	if got := w.bundle(w.get(again, next)).ids(); strings.Join(got, " ") != "Observation/a-vital" {
		t.Errorf("with a new token of the same grant: %v", got)
	}
}
