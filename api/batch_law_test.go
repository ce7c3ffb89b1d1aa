package api

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// single is a request that may stand alone or in a batch.
type single struct{ method, url, resource, condition, value string }

// over HTTP, the names of the conditions.
var conditionHeaders = map[string]string{"ifMatch": "If-Match", "ifNoneMatch": "If-None-Match", "ifNoneExist": "If-None-Exist", "ifModifiedSince": "If-Modified-Since"}

func (s single) entry(t testing.TB) string {
	var more []string
	if s.condition != "" {
		more = []string{`"` + s.condition + `":` + string(fhirjson.Quote(s.value))}
	}
	if s.resource == "" {
		return asks(s.method, s.url, more...)
	}
	return brings("", s.method, s.url, s.resource, more...)
}

// alone sends the request by itself, and writes the answer as an entry shows it.
func (w *world) alone(token string, s single) string {
	w.Helper()
	var headers []string
	if s.condition != "" {
		value := s.value
		if s.condition == "ifModifiedSince" {
			since, err := time.Parse(time.RFC3339, value)
			w.must(err)
			value = since.UTC().Format(http.TimeFormat)
		}
		headers = append(headers, conditionHeaders[s.condition]+": "+value)
	}
	if s.resource != "" {
		headers = append(headers, "Content-Type: "+fhirJSON)
	}
	if strings.Contains(s.url, "_search") {
		headers = append(headers, "Content-Type: application/x-www-form-urlencoded")
	}
	got := w.send(token, s.method, "/"+s.url, s.resource, headers...)
	var response, entry fhirjson.Builder
	response.AddString("status", fmt.Sprintf("%d %s", got.status, http.StatusText(got.status)))
	for _, part := range [][2]string{{"location", "Location"}, {"etag", "ETag"}} {
		if value := got.header.Get(part[1]); value != "" {
			response.AddString(part[0], value)
		}
	}
	if modified := got.header.Get("Last-Modified"); modified != "" {
		at, err := http.ParseTime(modified)
		w.must(err)
		response.AddString("lastModified", at.Format("2006-01-02T15:04:05.000Z"))
	}
	if got.body != "" && got.status >= 400 {
		response.Add("outcome", []byte(got.body))
	} else if got.body != "" {
		body, err := fhirjson.Parse([]byte(got.body))
		w.must(err)
		if id := body.Get("id").Text(); id != "" {
			entry.AddString("fullUrl", base+"/"+body.Get("resourceType").Text()+"/"+id)
		}
		entry.Add("resource", body.Raw())
	}
	entry.Add("response", response.Bytes())
	return string(entry.Bytes())
}

// chooser makes random requests about a handful of resources.
type chooser struct{ *rand.Rand }

func (c chooser) of(choices ...string) string { return choices[c.IntN(len(choices))] }

func (c chooser) single() single {
	typ := c.of("Patient", "Patient", "Observation", "Observation", "Condition", "Nonsense")
	id := c.of("1", "2", "3", "no%2Fid", "free")
	resource := fmt.Sprintf(`{"resourceType":%q,"id":%q,"identifier":[{"system":"s","value":%q}],"subject":{"reference":"Patient/%s"},"status":%q}`,
		c.of(typ, typ, typ, "Patient"), c.of(id, id, id, "2"), c.of("a", "b", "c"), c.of("1", "2"), c.of("final", "amended"))
	criteria := c.of("identifier=s|a", "identifier=s|b", "identifier=s|none", "subject=Patient/1", "nosuch=1", "_id=1")
	s := single{method: c.of("GET", "GET", "HEAD", "POST", "PUT", "PUT", "DELETE")}
	switch s.method {
	case "GET", "HEAD":
		s.url = c.of(typ+"/"+id, typ+"/"+id, typ+"?"+criteria, typ+"?"+criteria, typ+"/"+id+"/_history/1", typ+"/"+id+"/_history",
			"Patient/1/Observation", "?_type=Patient,Observation", "metadata/x", typ+"/"+id+"/$nosuch", typ+"/_search", "metadata?_elements=kind")
		if c.IntN(4) == 0 {
			s.condition, s.value = "ifNoneMatch", c.of(`W/"1"`, `W/"2"`)
		} else if c.IntN(4) == 0 {
			s.condition, s.value = "ifModifiedSince", c.of("2026-03-01T12:00:00Z", "2026-01-01T00:00:00+02:00")
		}
	case "POST":
		if c.IntN(3) == 0 {
			s.url = typ + "/_search?" + criteria
			return s
		}
		s.url, s.resource = typ, resource
		if c.IntN(2) == 0 {
			s.condition, s.value = "ifNoneExist", criteria
		}
	case "PUT":
		s.url, s.resource = c.of(typ+"/"+id, typ+"/"+id, typ+"?"+criteria), resource
	case "DELETE":
		s.url = c.of(typ+"/"+id, typ+"/"+id, typ+"?"+criteria)
	}
	if s.condition == "" && s.method != "GET" && s.method != "HEAD" && s.method != "POST" && c.IntN(3) == 0 {
		s.condition, s.value = "ifMatch", c.of(`W/"1"`, `W/"2"`, `*`)
	}
	return s
}

func (c chooser) scopes() string {
	var scopes []string
	for range 1 + c.IntN(3) {
		scopes = append(scopes, c.of("patient", "patient", "system")+"/"+c.of("*", "Patient", "Observation", "Condition")+"."+
			c.of("cruds", "rs", "r", "s", "cs", "cus", "ud", "uds", "cruds")+c.of("", "", "", "?_id=1"))
	}
	return strings.Join(scopes, " ")
}

func lawWorld(t *testing.T) *world {
	w := newWorld(t)
	for i, id := range []string{"1", "2", "3"} {
		value := []string{"a", "b", "b"}[i]
		w.add(fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"s","value":%q}]}`, id, value))
		for _, typ := range []string{"Observation", "Condition"} {
			w.add(fmt.Sprintf(`{"resourceType":%q,"id":%q,"identifier":[{"system":"s","value":%q}],"subject":{"reference":"Patient/%d"}}`, typ, id, value, 1+i%2))
		}
	}
	return w
}

// leaks row 20: a batch is the same as its entries sent one after the other by the
// same caller: the answers, and what is stored.
func TestLeak20BatchEqualsSingles(t *testing.T) {
	c := chooser{rand.New(rand.NewPCG(20, 3))}
	statuses := map[string]int{}
	for range 12 {
		apart, together := lawWorld(t), lawWorld(t)
		scopes := c.scopes()
		var requests []single
		var entries, want []string
		for range 60 {
			s := c.single()
			requests = append(requests, s)
			entries = append(entries, s.entry(t))
		}
		token := apart.token(scopes, "Patient/1")
		names := renamed{}
		for _, s := range requests {
			want = append(want, names.in(apart.alone(token, s)))
		}
		got := together.entries(together.post(together.token(scopes, "Patient/1"), sent("batch", entries...)))
		for i := range want {
			status, _, _ := strings.Cut(strings.SplitN(want[i], `"status":"`, 2)[1], `"`)
			statuses[status]++
			if got[i] != want[i] {
				t.Fatalf("%s: %+v\n in the batch %s\n        alone %s", scopes, requests[i], got[i], want[i])
			}
		}
		if a, b := (renamed{}).in(apart.everything()), (renamed{}).in(together.everything()); a != b {
			t.Fatalf("%s: stored\n%s\nand\n%s", scopes, a, b)
		}
	}
	for _, status := range []string{"200 OK", "201 Created", "204 No Content", "304 Not Modified", "400 Bad Request", "403 Forbidden", "404 Not Found", "405 Method Not Allowed", "412 Precondition Failed"} {
		if statuses[status] == 0 {
			t.Errorf("no request was answered with %s: %v", status, statuses)
		}
	}
}
