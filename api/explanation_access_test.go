package api

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

func (w *world) administrator(scopes string) string {
	w.Helper()
	token, err := w.tokens.Issue(w.Context(), auth.Grant{Scopes: scopes, User: "Practitioner/9", Administrator: true}, time.Hour)
	w.must(err)
	return token
}

var changing = regexp.MustCompile(`time=\S+ |took=\S+`)

// Outside a sandbox the header of who is no administrator is as if it were not there:
// nothing of the answer depends on it, nor of the log. An administrator's does something.
func TestExplanationsAreForAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(eve)
	chart, admin := w.token("patient/*.cruds", "Patient/eve"), w.administrator("user/*.cruds")
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/Patient/eve", ""}, {"GET", "/Patient?name=x", ""}, {"GET", "/Patient/adam", ""}, {"GET", "/Group", ""}, {"HEAD", "/Patient/eve", ""},
		{"PUT", "/Patient/eve", eve}, {"DELETE", "/Observation/x", ""}, {"GET", "/metadata", ""}, {"GET", "/nowhere/at/all/x/y", ""}, {"OPTIONS", "/Patient", ""},
		{"POST", "", `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/eve"}}]}`},
	} {
		send := func(token string, headers ...string) (reply, string) {
			w.logs.Reset()
			got := w.send(token, c.method, c.path, c.body, append(headers, "X-Request-Id: same")...)
			return got, changing.ReplaceAllString(w.logs.String(), "")
		}
		without, logged := send(chart)
		for _, value := range []string{"true", "false", "nonsense", ""} {
			with, also := send(chart, explainHeader+": "+value)
			w.same(c.method+" "+c.path, without, with)
			if also != logged || logged == "" {
				t.Errorf("%s %s: the log is\n%s\nand without the header\n%s", c.method, c.path, also, logged)
			}
		}
		public := slices.Contains([]string{"/metadata", "/nowhere/at/all/x/y"}, c.path) || c.method == "OPTIONS"
		if got, _ := send(admin, explain); (got.header.Get("Link") == "") != public {
			t.Errorf("%s %s: an administrator's link is %q", c.method, c.path, got.header.Get("Link"))
		}
	}
}

// Who may ask for explanations says so in one of two words.
func TestExplainHeader(t *testing.T) {
	t.Parallel()
	w := explaining(t)
	token := w.token("system/*.rs")
	for value, linked := range map[string]bool{"true": true, "True": true, "false": false} {
		if got := w.get(token, "/Patient/1", explainHeader+": "+value); got.status != http.StatusOK || (got.header.Get("Link") != "") != linked {
			t.Errorf("%s: %d, %q", value, got.status, got.header.Get("Link"))
		}
	}
	w.is("another word", w.get(token, "/Patient/1", explainHeader+": yes"), http.StatusBadRequest,
		oops("invalid", "http.X-Granary-Explain", "X-Granary-Explain is true or false"), "Link:")
	w.is("no token", w.get("", "/Patient/1", explain), http.StatusUnauthorized,
		oops("login", "", "this server wants an access token: Authorization: Bearer <token>"), "Link:")
}

// An explanation is there for the token of the request and for administrators, for a
// while.
func TestExplanationsBelongToTheirToken(t *testing.T) {
	t.Parallel()
	w := explaining(t)
	own, other, admin := w.token("patient/*.rs", "Patient/1"), w.token("patient/*.rs", "Patient/1"), w.administrator("user/Patient.r")
	path := w.explanationOf(w.get(own, "/Patient/1", explain))
	theirs := w.explanationOf(w.get(admin, "/Patient/1", explain))
	missing := w.get(own, "/$explanation/nothing")
	w.is("no such", missing, http.StatusNotFound, oops("not-found", "", "there is no such resource, or the access token does not reach it"))
	w.same("another token's", w.get(other, path), missing)
	w.same("an administrator's", w.get(own, theirs), missing)
	w.is("no token", w.get("", path), http.StatusUnauthorized, oops("login", "", "this server wants an access token: Authorization: Bearer <token>"))
	for name, token := range map[string]string{"its token": own, "an administrator": admin} {
		if got := w.get(token, path, explain); got.status != http.StatusOK || got.header.Get("Link") != "" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := w.get(own, path+"?_pretty=true"); got.status != http.StatusOK {
		t.Errorf("pretty: %d", got.status)
	}
	if got := w.get(own, path+"?x=1"); got.status != http.StatusBadRequest {
		t.Errorf("a parameter: %d", got.status)
	}
	w.Advance(explanationAge - time.Second)
	if got := w.get(own, path); got.status != http.StatusOK {
		t.Errorf("before its time: %d", got.status)
	}
	w.Advance(time.Second)
	w.same("after its time", w.get(own, path), missing)
}

// The oldest explanations go first, by their number and by their size.
func TestExplanationsAreBounded(t *testing.T) {
	t.Parallel()
	x := newExplanations(Config{Clock: func() time.Time { return start }})
	x.limit, x.limitBytes = 100, 100_000
	put := func(i, size int) {
		r := &request{method: strings.Repeat("x", size), entry: store.Whole}
		e := &explanation{id: fmt.Sprint(i), trace: store.NewTrace(), parts: map[int]*explained{store.Whole: {request: r, status: 200}}}
		x.put(e)
		x.put(e) // once more, when it is sent
	}
	there := func(i int) bool {
		_, err := x.get(fmt.Sprint(i), "", false)
		return err == nil
	}
	for i := range x.limit + 5 {
		put(i, 1)
	}
	if there(4) || !there(5) || !there(x.limit+4) || len(x.byID) != x.limit || len(x.order) != x.limit {
		t.Errorf("by number: %v %v, %d and %d are kept", there(4), there(5), len(x.byID), len(x.order))
	}
	for i := range x.limit {
		put(1000+i, 5000)
	}
	size := 0
	for _, kept := range x.order {
		size += len(kept.body)
	}
	if x.bytes != size || size > x.limitBytes || size < x.limitBytes/2 || len(x.byID) != len(x.order) {
		t.Errorf("by size: %d bytes of %d, %d and %d are kept", x.bytes, size, len(x.byID), len(x.order))
	}
}

// Who asks for no explanation, or may have none, pays nothing for what explains; who
// gets one pays many times what the measure is out by (pools and goroutines of the
// background allocate too, more so under the race detector).
func TestExplanationsCostNothingUnasked(t *testing.T) {
	testbackend.OnlySQLite(t, "the driver of MongoDB makes a different number of allocations each time")
	const outBy = 3
	allocations := func(explained bool, headers ...string) float64 {
		w := newWorld(t, func(c *Config) { c.ExplainToEveryone = explained })
		w.add(eve)
		r := httptest.NewRequest(http.MethodGet, base+"/Patient/eve", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+w.token("patient/*.rs", "Patient/eve"))
		for _, name := range headers {
			r.Header.Set(name, "true")
		}
		least := math.Inf(1) // what the background adds is not the request's
		for range 5 {
			least = min(least, testing.AllocsPerRun(50, func() { w.handler.ServeHTTP(&discard{header: make(http.Header)}, r) }))
		}
		return least
	}
	without, refused, given := allocations(false), allocations(false, explainHeader), allocations(true, explainHeader)
	if refused > without+outBy {
		t.Errorf("%v allocations without the header, %v with it for who may have nothing explained", without, refused)
	}
	if given < without+5*outBy {
		t.Errorf("%v allocations without the header, %v for who gets an explanation: the test would not see one", without, given)
	}
}
