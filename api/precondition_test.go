package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

func TestPrecondition(t *testing.T) {
	type versions = store.Versions
	for _, c := range []struct {
		header http.Header
		want   store.Precondition
	}{
		{http.Header{}, store.Precondition{}},
		{http.Header{"If-Match": {`W/"3"`}}, store.Precondition{Match: versions{3}}},
		{http.Header{"If-Match": {`"3"`}}, store.Precondition{Match: versions{3}}},
		{http.Header{"If-Match": {` W/"12" `}}, store.Precondition{Match: versions{12}}},
		{http.Header{"If-Match": {`W/"1", "2"`, `W/"3"`}}, store.Precondition{Match: versions{1, 2, 3}}},
		{http.Header{"If-Match": {` * `}}, store.Precondition{Match: versions{store.AnyVersion}}},
		// What cannot be a version of ours matches none: never "any".
		{http.Header{"If-Match": {`W/"0"`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {`W/"-1"`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {`W/"03"`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {`W/"a"`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {`3`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {`"`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {``}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-Match": {`*, W/"1"`}}, store.Precondition{Match: versions{noVersion, 1}}},
		{http.Header{"If-Match": {`W/"99999999999999999999"`}}, store.Precondition{Match: versions{noVersion}}},
		{http.Header{"If-None-Match": {`*`}}, store.Precondition{NoneMatch: versions{store.AnyVersion}}},
		{http.Header{"If-None-Match": {`W/"1", W/"2"`}}, store.Precondition{NoneMatch: versions{1, 2}}},
		{http.Header{"If-Unmodified-Since": {`Sun, 01 Mar 2026 12:00:00 GMT`}}, store.Precondition{UnmodifiedSince: start}},
		{http.Header{"If-Unmodified-Since": {`nonsense`}, "If-Match": {`"3"`}}, store.Precondition{Match: versions{3}}},
	} {
		got, err := (&request{header: c.header}).precondition()
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v: %+v, %v; want %+v", c.header, got, err, c.want)
		}
	}
}

// Each header on each write, against a resource of version 2 or, without
// "there", against none. Status 0: the write is made.
var preconditions = []struct {
	name, there string
	headers     []string
	status      int
	want        string
}{
	{"current", "there", []string{`If-Match: W/"2"`}, 0, ""},
	{"one of a list", "there", []string{`If-Match: "1", "2"`}, 0, ""},
	{"stale", "there", []string{`If-Match: W/"1"`}, 412, conflict(stale)},
	{"not ours", "there", []string{`If-Match: W/"x"`}, 412, conflict(stale)},
	{"of what is absent", "", []string{`If-Match: W/"1"`}, 412, conflict(stale)},
	{"any", "there", []string{`If-Match: *`}, 0, ""},
	{"any, absent", "", []string{`If-Match: *`}, 412, conflict("If-Match asks for a resource that is there, and there is none")},
	{"none, absent", "", []string{`If-None-Match: *`}, 0, ""},
	{"none", "there", []string{`If-None-Match: *`}, 412, conflict("If-None-Match asks that there be no such resource, and there is one")},
	{"not this", "there", []string{`If-None-Match: W/"2"`}, 412, conflict("the current version is one that If-None-Match excludes")},
	{"not another", "there", []string{`If-None-Match: W/"1"`}, 0, ""},
	{"not nonsense", "there", []string{`If-None-Match: 1`}, 400, oops("invalid", "http.If-None-Match", `If-None-Match takes * or the tags of versions, such as W/"3"`)},
	{"unmodified", "there", []string{`If-Unmodified-Since: Sun, 01 Mar 2026 13:00:00 GMT`}, 0, ""},
	{"modified", "there", []string{`If-Unmodified-Since: Sun, 01 Mar 2026 12:59:59 GMT`}, 412, conflict("the resource has changed since the time in If-Unmodified-Since; read it again")},
	{"never modified", "", []string{`If-Unmodified-Since: Sun, 01 Mar 2026 12:00:00 GMT`}, 0, ""},
	{"no time", "there", []string{`If-Unmodified-Since: yesterday`}, 400, oops("invalid", "http.If-Unmodified-Since", "If-Unmodified-Since takes one time, such as Sun, 01 Mar 2026 12:00:00 GMT")},
	{"If-Match wins", "there", []string{`If-Unmodified-Since: Sun, 01 Mar 2026 12:00:00 GMT`, `If-Match: W/"2"`}, 0, ""},
	{"contradiction", "there", []string{`If-Match: W/"2"`, `If-None-Match: *`}, 400, oops("invalid", "http.If-None-Match", "If-Match and If-None-Match contradict each other; send one of them")},
	{"of a create", "there", []string{`If-None-Exist: _id=p`}, 400, oops("invalid", "http.If-None-Exist", "If-None-Exist is for a create, POST [type]; the criteria of an update, patch or delete stand in the URL")},
}

const stale = "If-Match does not name the current version; read the resource again, and send its ETag as it is"

func conflict(text string) string { return oops("conflict", "", text) }

func TestPreconditions(t *testing.T) {
	w := newWorld(t)
	id := func(i int, method string) string { return "p" + strconv.Itoa(i) + method }
	numbered := func(i int, method string) string {
		return `{"resourceType":"Patient","id":"` + id(i, method) + `","identifier":[{"value":"` + id(i, method) + `"}]`
	}
	var first, second []string
	for i, c := range preconditions {
		for _, method := range []string{"PUT", "DELETE", "CPUT", "CDELETE"} {
			if c.there != "" {
				first = append(first, numbered(i, method)+`}`)
				second = append(second, numbered(i, method)+`,"active":true}`)
			}
		}
	}
	w.add(first...)
	w.Advance(time.Hour)
	w.add(second...)
	w.Advance(time.Hour)
	all := w.all()
	made, refused := 0, 0
	for i, c := range preconditions {
		if c.status == 0 {
			made++
		} else if c.there != "" {
			refused++
		}
		for _, method := range []string{"PUT", "DELETE", "CPUT", "CDELETE"} {
			verb, conditional := strings.CutPrefix(method, "C")
			path, body := "/Patient/"+id(i, method), ""
			if conditional { // the same of the match of criteria
				path = "/Patient?identifier=" + id(i, method)
			}
			if verb == "PUT" {
				body = numbered(i, method) + `,"active":false}`
			}
			got := w.send(all, verb, path, body, append(c.headers, "Prefer: return=minimal")...)
			if c.status != 0 {
				w.is(method+", "+c.name, got, c.status, c.want)
				continue
			}
			want := map[string]map[string]int{"PUT": {"there": 200, "": 201}, "DELETE": {"there": 204, "": 204}}[verb][c.there]
			w.is(method+", "+c.name, got, want, "")
		}
	}
	// What was refused is as it was.
	if n := *w.bundle(w.get(all, "/Patient?active=false&_summary=count")).Total; n != 2*made {
		t.Errorf("%d are updated, want %d", n, 2*made)
	}
	if n := *w.bundle(w.get(all, "/Patient?active=true&_summary=count")).Total; n != 4*refused {
		t.Errorf("%d are as they were, want %d", n, 4*refused)
	}
}

// leaks row 18: every precondition on a hidden id answers as on an absent one.
// Whoever sees the resource gets the table above.
func TestLeak18Preconditions(t *testing.T) {
	w := newWorld(t)
	w.add(eve, adam,
		`{"resourceType":"Observation","id":"e","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/adam"}}`)
	eves := w.token("patient/Observation.cruds", "Patient/eve")
	for _, headers := range [][]string{
		nil,
		{`If-Match: W/"1"`}, {`If-Match: W/"9"`}, {`If-Match: *`},
		{`If-None-Match: W/"1"`}, {`If-None-Match: *`},
		{`If-Unmodified-Since: Sun, 01 Mar 2026 11:00:00 GMT`}, {`If-Unmodified-Since: Sun, 01 Mar 2026 13:00:00 GMT`},
		{`If-Modified-Since: Sun, 01 Mar 2026 11:00:00 GMT`}, {`If-Modified-Since: Sun, 01 Mar 2026 13:00:00 GMT`},
		{`If-Match: *`, `If-None-Match: *`},
	} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			send := func(token, id string) reply {
				body := ""
				if method == "PUT" {
					body = `{"resourceType":"Observation","id":"` + id + `","status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`
				}
				return w.send(token, method, "/Observation/"+id, body, headers...)
			}
			w.same(method+" "+strings.Join(headers, ", "), send(eves, "a"), send(eves, "absent"))
		}
	}
	w.finds(w.all(), "/Observation", "Observation/a", "Observation/e")
	w.is("the one who sees it", w.send(w.token("patient/Observation.cruds", "Patient/adam"), "DELETE", "/Observation/a", "", `If-Match: W/"9"`), 412, conflict(stale))
	w.is("and deletes it", w.send(w.token("patient/Observation.cruds", "Patient/adam"), "DELETE", "/Observation/a", "", `If-Match: W/"1"`), 204, "")
}
