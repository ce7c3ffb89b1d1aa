package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// labelled is an Observation with a tag, whose meta the server completes.
func labelled(id, patient, tag string) string {
	return `{"resourceType":"Observation","id":"` + id + `","meta":{"profile":["http://p"],"security":[{"system":"s","code":"R"}],"tag":[{"system":"t","code":"` + tag +
		`"}]},"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/` + patient + `"}}`
}

// metaReply is the answer to $meta of what labelled makes.
func metaReply(version, updated, tag string) string {
	return `{"resourceType":"Parameters","parameter":[{"name":"return","valueMeta":{"versionId":"` + version + `","lastUpdated":"` + updated +
		`","profile":["http://p"],"security":[{"system":"s","code":"R"}],"tag":[{"system":"t","code":"` + tag + `"}]}}]}`
}

func TestMeta(t *testing.T) {
	w := newWorld(t)
	w.add(labelled("o", "p", "one"))
	w.Advance(time.Minute)
	w.add(labelled("o", "p", "two"))
	all := w.token("system/Observation.r")
	first, second := metaReply("1", "2026-03-01T12:00:00.000Z", "one"), metaReply("2", "2026-03-01T12:01:00.000Z", "two")
	for path, want := range map[string]string{"/Observation/o/$meta": second, "/Observation/o/_history/1/$meta": first, "/Observation/o/_history/2/$meta": second} {
		got := w.get(all, path)
		w.is(path, got, 200, want)
		w.same("POST", got, w.send(all, http.MethodPost, path, `{"resourceType":"Parameters"}`))
		w.same("POST without a body", got, w.send(all, http.MethodPost, path, ""))
		if head := w.send(all, http.MethodHead, path, ""); head.status != 200 || head.body != "" {
			t.Errorf("HEAD %s: %v", path, head)
		}
		for _, typ := range []string{"batch", "transaction"} {
			for _, method := range []string{"GET", "POST"} {
				b := w.bundle(w.send(all, http.MethodPost, "", `{"resourceType":"Bundle","type":"`+typ+`","entry":[{"request":{"method":"`+method+`","url":"`+path[1:]+`"}}]}`))
				if len(b.Entry) != 1 || string(b.Entry[0].Resource) != want || b.Entry[0].FullURL != "" {
					t.Errorf("%s in a %s: %s", method, typ, b.Entry[0].Resource)
				}
			}
		}
		w.is("a parameter", w.get(all, path+"?meta=x"), 400, oops("invalid", "http.meta", "search parameter meta is no parameter of $meta"))
		w.is("a parameter in the body", w.send(all, http.MethodPost, path, `{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{}}]}`), 400,
			oops("not-supported", "Parameters.parameter[0]", "$meta has no parameter of this name"))
	}
	w.is("deleted", w.send(w.all(), http.MethodDelete, "/Observation/o", ""), 204, "")
	if got := w.get(all, "/Observation/o/$meta"); got.status != 410 {
		t.Errorf("deleted: %d %s", got.status, got.body)
	}
}

// The meta of a resource is shown to those who may read it, and to nobody else; of a
// version under the rules of vread. For types and the system there is none.
func TestLeak25MetaIsARead(t *testing.T) {
	w := newWorld(t)
	w.add(labelled("mine", "p", "open"), labelled("theirs", "q", "canary"), labelled("was", "p", "closed"), labelled("was", "p", "open"),
		labelled("closed", "p", "closed"))
	own := w.token("patient/Observation.rs", "Patient/p")
	open := w.token("patient/Observation.rs?_tag=t|open", "Patient/p")
	const versions = "/_history/1/$meta"
	for _, c := range []struct {
		token, path string
		status      int
	}{
		{own, "/Observation/mine/$meta", 200}, {own, "/Observation/closed/$meta", 200}, {own, "/Observation/was" + versions, 200},
		{open, "/Observation/mine/$meta", 200}, {open, "/Observation/closed/$meta", 404}, {open, "/Observation/was/$meta", 200},
		{open, "/Observation/was" + versions, 404}, {open, "/Observation/was/_history/2/$meta", 200},
		{own, "/Observation/theirs/$meta", 404}, {own, "/Observation/theirs" + versions, 404}, {w.all(), "/Observation/theirs/$meta", 200},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			got := w.send(c.token, method, c.path, "")
			read := w.get(c.token, strings.TrimSuffix(c.path, "/$meta"))
			if got.status != c.status || read.status != c.status {
				t.Errorf("%s %s: %d, the read %d, want %d", method, c.path, got.status, read.status, c.status)
			}
		}
	}
	for _, version := range []string{"", "/_history/1"} {
		w.same("hidden and absent", w.get(own, "/Observation/theirs"+version+"/$meta"), w.get(own, "/Observation/nobody"+version+"/$meta"))
		for letter, want := range map[string]int{"c": 403, "r": 200, "u": 403, "d": 403, "s": 403} {
			if got := w.get(w.token("system/Observation."+letter), "/Observation/mine"+version+"/$meta"); got.status != want {
				t.Errorf("%s: %d", letter, got.status)
			}
		}
		w.same("403 before any look-up", w.get(w.token("system/Observation.s"), "/Observation/mine"+version+"/$meta"), w.get(w.token("system/Observation.s"), "/Observation/nobody"+version+"/$meta"))
	}
	for _, path := range []string{"/$meta", "/Observation/$meta"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if got := w.send(w.all(), method, path, ""); got.status != 404 {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			}
		}
	}
}

// Tags and labels, which scopes may be about, change by updates alone, which are
// checked: the operations that would change them do not exist.
func TestLeak31MetaChangesByUpdatesAlone(t *testing.T) {
	w := newWorld(t)
	w.add(labelled("o", "p", "closed"))
	const tag = `{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"t","code":"open"}]}}]}`
	for _, token := range []string{w.all(), w.token("patient/Observation.cruds?_tag=t|open", "Patient/p")} {
		for _, path := range []string{"/Observation/o/$meta-add", "/Observation/o/$meta-delete", "/Observation/o/_history/1/$meta-add"} {
			if got := w.send(token, http.MethodPost, path, tag); got.status != 404 || !strings.Contains(got.body, `"not-`) {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		}
	}
	if got := w.send(w.token("patient/Observation.cruds?_tag=t|open", "Patient/p"), http.MethodPut, "/Observation/o", labelled("o", "p", "open")); got.status != 405 {
		t.Errorf("an update into the scope: %d %s", got.status, got.body)
	}
	if got := w.get(w.all(), "/Observation/o/$meta"); !strings.Contains(got.body, `"code":"closed"`) || !strings.Contains(got.body, `"versionId":"1"`) {
		t.Errorf("it was changed: %s", got.body)
	}
}
