package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func serverOf(t *testing.T, handler http.Handler) Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return Server{Address: strings.TrimPrefix(s.URL, "http://"), PID: os.Getpid()}
}

const (
	oneMatch   = `{"resourceType":"Bundle","entry":[{"fullUrl":"a","search":{"mode":"match"}}]}`
	oneInclude = `{"resourceType":"Bundle","entry":[{"fullUrl":"a","search":{"mode":"match"}},{"fullUrl":"b","search":{"mode":"include"}}]}`
)

// What is answered wrongly is not measured.
func TestRowsThatFail(t *testing.T) {
	responses := `{"resourceType":"Bundle","entry":[{"response":{"status":"201 Created"}},{"response":{"status":"%s"}}]}`
	for _, c := range []struct {
		want   want
		status int
		body   string
		err    string
	}{
		{wantMatches, 200, oneMatch, ""},
		{wantMatches, 200, `{"resourceType":"Bundle"}`, "GET /x: nothing is found"},
		{wantMatches, 200, `{"resourceType":"Bundle","entry":[{"search":{"mode":"outcome"}}]}`, "GET /x: nothing is found"},
		{wantMatches, 200, `<html>`, "GET /x: the answer is not JSON: invalid character '<' looking for beginning of value"},
		{wantMatches, 403, `{"resourceType":"OperationOutcome","issue":[{"diagnostics":"no"}]}`, "GET /x: HTTP 403, not 200: no"},
		{wantIncludes, 200, oneInclude, ""},
		{wantIncludes, 200, oneMatch, "nothing is included in any answer"},
		{wantResource, 200, `{"resourceType":"Observation"}`, ""},
		{wantResource, 200, oneMatch, "GET /x: a Bundle is read"},
		{wantTotal, 200, `{"resourceType":"Bundle","total":1}`, ""},
		{wantTotal, 200, `{"resourceType":"Bundle","total":0}`, "GET /x: no total, or 0"},
		{wantTotal, 200, oneMatch, "GET /x: no total, or 0"},
		{wantWritten, 200, fmt.Sprintf(responses, "200 OK"), ""},
		{wantWritten, 200, fmt.Sprintf(responses, "400"), `GET /x: entry 1: "400"`},
		{wantWritten, 200, oneMatch, "GET /x: 1 entries, not 2"},
	} {
		server := serverOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		row := Row{want: c.want, Requests: []Request{get("/x")}, Resources: 2}
		_, err := row.check(t.Context(), server, "")
		if got := fmt.Sprint(err); err == nil && c.err != "" || err != nil && got != c.err {
			t.Errorf("%s: %v, want %q", c.body, err, c.err)
		}
	}
}

func TestMeasure(t *testing.T) {
	var asked atomic.Int64
	server := serverOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+r.URL.Query().Get("token") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body := oneMatch
		switch {
		case r.URL.Path == "/hidden":
			body = strings.Replace(oneMatch, `"a"`, `"b"`, 1)
		case r.URL.Path == "/short" && asked.Add(1) > 1:
			body = `{}`
		}
		_, _ = w.Write([]byte(body))
	}))
	row := func(name, path, scope, same string) Row {
		return Row{Name: name, Group: "g", Scope: scope, SameAs: same, want: wantMatches, Floor: same == "", Requests: []Request{get(path)}}
	}
	driver := Driver{
		Server: server, Floor: serverOf(t, NewFloor()), Clients: 2, Duration: 20 * time.Millisecond,
		Tokens: map[string]string{"all": "1", "some": "2"},
	}
	results, err := driver.Measure(t.Context(), []Row{
		row("plain", "/x?token=1", "all", ""),
		row("scoped", "/x?token=2", "some", "plain"),
		row("narrower", "/hidden?token=2", "some", "plain"),
		row("short", "/short?token=1", "all", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]Result)
	for _, r := range results {
		byName[r.Name] = r
	}
	if len(results) != 6 {
		t.Errorf("%d results", len(results))
	}
	for _, name := range []string{"plain", "plain / floor", "scoped", "short / floor"} {
		r := byName[name]
		if r.Refused != "" || r.Errors > 0 || r.Ops == 0 || len(r.Latency) != r.Ops || r.BytesEach() != int64(len(oneMatch)) || r.Elapsed < 20*time.Millisecond || r.Clients != 2 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if got := byName["narrower"].Refused; got != "request 0 finds other resources than without the scope" {
		t.Errorf("narrower: %q", got)
	}
	if r := byName["short"]; r.Ops != 0 || r.Errors == 0 || !strings.HasSuffix(r.Fault, fmt.Sprintf("2 bytes, fewer than %d", len(oneMatch))) {
		t.Errorf("short: %d operations, %d errors, %q", r.Ops, r.Errors, r.Fault)
	}
}

func TestAServerThatIsGone(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	driver := Driver{Server: Server{Address: strings.TrimPrefix(s.URL, "http://")}, Clients: 1, Duration: time.Millisecond}
	results, err := driver.Measure(t.Context(), []Row{{Name: "r", want: wantMatches, Requests: []Request{get("/x")}}})
	if err != nil || len(results) != 1 || !strings.Contains(results[0].Refused, "connection refused") {
		t.Errorf("%v %v", results, err)
	}
}
