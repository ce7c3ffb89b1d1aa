package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// hostile is a request that must do no harm, and how it is refused.
type hostile struct {
	name    string
	method  string // "" is POST with a body and GET without
	path    string // and query, as they stand in the request line
	headers []string
	body    string
	stream  io.Reader // the body, where it is no text of a known length

	status int    // or anyStatus
	code   string // of the first issue, or anyCode; "" where the answer is no OperationOutcome
	at     string // the expression of the first issue, "" for none
	anyAt  bool   // whose expression is left open
}

// What is left open where R4 admits several answers.
const (
	anyStatus = 0 // of 400 to 499
	anyCode   = "any"
	anywhere  = "anywhere"
)

// maxHostile is the longest body of a hostile world.
const maxHostile = 4 << 20

// deadline is far beyond what any of these requests needs: what takes longer
// hangs, or costs more than in proportion to its length.
const deadline = 20 * time.Second

// hostileWorld holds a few resources: current ones, one with versions, one that is
// deleted, and two that one identifier fits.
func hostileWorld(t testing.TB) *world {
	t.Helper()
	return newWorld(t, forHostility).populated()
}

// strictHostileWorld is one whose store checks the structure of what is written.
func strictHostileWorld(t testing.TB) *world {
	t.Helper()
	return strictWorld(t, forHostility).populated()
}

func forHostility(c *Config) { c.MaxBody = maxHostile }

func (w *world) populated() *world {
	w.Helper()
	w.add(eve, `{"resourceType":"Patient","id":"twin-a","identifier":[{"system":"urn:s","value":"twin"}]}`,
		`{"resourceType":"Patient","id":"twin-b","identifier":[{"system":"urn:s","value":"twin"}]}`,
		`{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`,
		`{"resourceType":"Patient","id":"gone"}`)
	w.add(`{"resourceType":"Observation","id":"o1","status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/eve"}}`)
	if got := w.send(w.all(), http.MethodDelete, "/Patient/gone", ""); got.status != http.StatusNoContent {
		w.Fatalf("delete: %d %s", got.status, got.body)
	}
	return w
}

// refuses sends each request and proves that it did no harm.
func (w *world) refuses(t *testing.T, token string, cases []hostile) {
	t.Helper()
	before := w.everything()
	for _, h := range cases {
		t.Run(h.name, func(t *testing.T) {
			began := time.Now()
			got := w.hurl(t, token, h)
			if took := time.Since(began); took > deadline {
				t.Errorf("took %v", took)
			}
			h.judge(t, got)
			if after := w.everything(); after != before {
				t.Errorf("the store has changed:\n%s\nwas\n%s", after, before)
				before = after
			}
			if got := w.get(token, "/Patient/eve"); got.status != http.StatusOK {
				t.Errorf("the server answers %d %s", got.status, got.body)
			}
		})
	}
	if log := w.logs.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("there are errors in the log:\n%.2000s", log)
	}
}

// hurl sends a request that httptest.NewRequest, meant for good ones, would not
// make.
func (w *world) hurl(t *testing.T, token string, h hostile) reply {
	t.Helper()
	target, err := url.ParseRequestURI(BasePath + h.path)
	if err != nil {
		t.Fatalf("net/http refuses this itself: %v", err)
	}
	var body io.Reader = strings.NewReader(h.body)
	if h.stream != nil {
		body = h.stream
	}
	r := httptest.NewRequest(http.MethodPost, base, body)
	r.Method, r.URL, r.RequestURI = h.method, target, BasePath+h.path
	if h.method == "" {
		if r.Method = http.MethodGet; h.body != "" || h.stream != nil {
			r.Method = http.MethodPost
		}
	}
	if h.body != "" || h.stream != nil {
		r.Header.Set("Content-Type", fhirJSON)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for _, header := range h.headers {
		name, value, given := strings.Cut(header, ": ")
		r.Header.Del(name)
		if given {
			r.Header[name] = strings.Split(value, "\n")
		}
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return reply{recorder.Code, recorder.Result().Header, recorder.Body.String()}
}

// judge compares an answer with what it should be.
func (h hostile) judge(t *testing.T, got reply) {
	t.Helper()
	if open := h.status == anyStatus && got.status >= 400 && got.status < 500; got.status != h.status && !open {
		t.Errorf("status %d, want %d: %.1000s", got.status, h.status, got.body)
	}
	if leak := insides.FindString(got.body); leak != "" {
		t.Errorf("the answer shows the server's insides, %q: %.1000s", leak, got.body)
	}
	if h.code == "" || h.method == http.MethodHead {
		return
	}
	var outcome struct {
		ResourceType string
		Issue        []struct {
			Severity, Code, Diagnostics string
			Expression                  []string
		}
	}
	if err := json.Unmarshal([]byte(got.body), &outcome); err != nil || outcome.ResourceType != "OperationOutcome" || len(outcome.Issue) == 0 {
		t.Errorf("no OperationOutcome: %v: %.1000s", err, got.body)
		return
	}
	if len(got.body) > maxOutcome {
		t.Errorf("the OperationOutcome has %d bytes", len(got.body))
	}
	first := outcome.Issue[0]
	if first.Severity != "error" || first.Code != h.code && h.code != anyCode || first.Diagnostics == "" {
		t.Errorf("issue %+v, want code %s", first, h.code)
	}
	if at := strings.Join(first.Expression, " "); at != h.at && !h.anyAt {
		t.Errorf("expression %q, want %q (%s)", at, h.at, first.Diagnostics)
	}
}

// maxOutcome is how long an answer to nonsense may be: a client must not be able
// to have its input sent back to it many times over.
const maxOutcome = 256 << 10

// insides is what nobody outside should see: stack traces, types and errors of
// Go, files, SQL.
var insides = regexp.MustCompile(`goroutine |\.go\b|\bpanic|\b0x[0-9a-f]{6}|\b(fhirjson|jsontext|search|store|sqlite|validation|errors|net|url|mime|strconv|runtime|sql|json|fmt)\.[A-Z]|` +
	`\b(jsontext|mime|strconv\.\w+|json|net/http|http|sqlite|sql): |(?i:sqlite)|\bSELECT\b|/tmp/|/root/|/work/|/home/|<nil>|%!\w`)

// everything is every version of every resource, those that are deleted too.
func (w *world) everything() string {
	w.Helper()
	view := w.store.View(store.Unrestricted("dump"))
	history, err := view.HistoryOf(context.Background(), w.store.Registry().Types(), store.HistoryRequest{Count: 1000})
	w.must(err)
	if history.Next != "" {
		w.Fatal("the world has more versions than a dump shows")
	}
	var b strings.Builder
	for _, v := range history.Versions {
		fmt.Fprintf(&b, "%s/%d %v %s\n", v.Key, v.Version, v.Deleted, v.Body)
	}
	return b.String()
}

// A dump that shows nothing would prove nothing.
func TestHostileDumpShowsEveryWrite(t *testing.T) {
	w := hostileWorld(t)
	all := w.all()
	seen := map[string]bool{w.everything(): true}
	for _, write := range []struct{ method, path, body string }{
		{http.MethodPost, "/Patient", `{"resourceType":"Patient"}`},
		{http.MethodPut, "/Patient/eve", `{"resourceType":"Patient","id":"eve","active":true}`},
		{http.MethodDelete, "/Patient/eve", ""},
		{http.MethodPut, "/Patient/gone", `{"resourceType":"Patient","id":"gone"}`},
	} {
		if got := w.send(all, write.method, write.path, write.body); got.status >= 300 {
			t.Fatalf("%s: %d %s", write.method, got.status, got.body)
		}
		if d := w.everything(); seen[d] {
			t.Errorf("%s %s is not in the dump", write.method, write.path)
		} else {
			seen[d] = true
		}
	}
}

// topic runs the table of a topic on a store that checks what is written, as cmd
// serves it.
func topic(t *testing.T, cases []hostile) {
	t.Helper()
	w := strictHostileWorld(t)
	w.refuses(t, w.all(), cases)
}
