package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// soakClient is one client of TestSoak: it works on the chart of one patient, and
// remembers what is in it.
type soakClient struct {
	t       *testing.T
	http    http.Client
	base    string
	patient string
	all     string // a token for the chart
	vital   string // a token for the vital signs in it
	random  *rand.Rand
	known   map[string]remembered // by id
	value   int                   // the last that was written
	done    map[string]int
}

type remembered struct {
	version, value int
	vital, deleted bool
}

func newSoakClient(t *testing.T, s *served, data string, transport *http.Transport, n int) *soakClient {
	t.Helper()
	c := &soakClient{
		t: t, http: http.Client{Transport: transport, Timeout: 2 * time.Minute}, base: s.base,
		patient: fmt.Sprintf("soak-%d", n), random: rand.New(rand.NewPCG(4, uint64(n))),
		known: map[string]remembered{}, done: map[string]int{},
	}
	token := func(args ...string) string {
		return lastLine(must(t, append([]string{"token", "--data", data, "--ttl", "24h"}, args...)...))
	}
	c.all = token("--scope", "patient/Observation.cruds", "--patient", c.patient)
	c.vital = token("--scope", "patient/Observation.rs?category="+categories+"|vital-signs", "--patient", c.patient)
	admin := token("--scope", "system/Patient.cu")
	if got := c.send(t.Context(), admin, "PUT", "/Patient/"+c.patient, "", `{"resourceType":"Patient","id":"`+c.patient+`"}`); got.status != 201 {
		t.Fatalf("%+v", got)
	}
	return c
}

type soakAnswer struct {
	status int // 0: there was no answer
	etag   string
	body   soakBody
}

type soakBody struct {
	ID           string
	Total        int
	ValueInteger int
	Entry        []struct {
		Resource struct{ ID string }
		Response struct{ Status, Location, Etag string }
	}
	Issue []struct{ Code string }
}

// send sends a request; match is its If-Match, "" for none.
func (c *soakClient) send(ctx context.Context, token, method, path, match, body string) soakAnswer {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return soakAnswer{}
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/fhir+json")
	if match != "" {
		request.Header.Set("If-Match", match)
	}
	c.done["requests"]++
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() == nil {
			c.t.Errorf("%s %s: %v", method, path, err)
		}
		return soakAnswer{}
	}
	defer response.Body.Close()
	got := soakAnswer{status: response.StatusCode, etag: response.Header.Get("ETag")}
	text, err := io.ReadAll(response.Body)
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &got.body)
	}
	if err != nil {
		if ctx.Err() == nil {
			c.t.Errorf("%s %s: %d %v", method, path, got.status, err)
		}
		return soakAnswer{}
	}
	return got
}

// ask sends until the server has a place, and wants one status.
func (c *soakClient) ask(what, token, method, path, body string, status int) (soakAnswer, bool) {
	for {
		got := c.send(c.t.Context(), token, method, path, "", body)
		if got.status == http.StatusServiceUnavailable && !c.t.Failed() { // nothing was done
			c.done["refused"]++
			continue
		}
		c.done[what]++
		if got.status != status {
			c.t.Errorf("%s: %s %s: %+v, want %d", what, method, path, got, status)
		}
		return got, got.status == status
	}
}

// step does one thing at random.
func (c *soakClient) step() {
	live := c.live(func(remembered) bool { return true })
	if len(live) < 5 {
		c.create()
		return
	}
	id := live[c.random.IntN(len(live))]
	switch n := c.random.IntN(100); {
	case n < 15 && len(live) < 60:
		c.create()
	case n < 30:
		c.update(id)
	case n < 38:
		c.delete(id)
	case n < 60:
		c.read(id)
	case n < 70:
		c.search("search", c.all, func(remembered) bool { return true })
	case n < 80:
		c.search("scoped search", c.vital, func(r remembered) bool { return r.vital })
	case n < 85:
		c.history(id)
	case n < 90:
		c.transaction(id)
	case n < 95:
		c.cancelledUpdate(id)
	default:
		c.cancelledRead()
	}
}

// live are the ids of what is not deleted, sorted.
func (c *soakClient) live(of func(remembered) bool) []string {
	var ids []string
	for id, r := range c.known {
		if !r.deleted && of(r) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (c *soakClient) next() (value int, vital bool) {
	c.value++
	return c.value, c.random.IntN(2) == 0
}

func (c *soakClient) create() {
	value, vital := c.next()
	if got, ok := c.ask("create", c.all, "POST", "/Observation", observation("", c.patient, vital, value), 201); ok {
		c.known[got.body.ID] = remembered{1, value, vital, false}
	}
}

func (c *soakClient) update(id string) {
	value, vital := c.next()
	if got, ok := c.ask("update", c.all, "PUT", "/Observation/"+id, observation(id, c.patient, vital, value), 200); ok {
		c.known[id] = remembered{c.known[id].version + 1, value, vital, false}
		c.isKnown("update", id, got)
	}
}

func (c *soakClient) delete(id string) {
	if _, ok := c.ask("delete", c.all, "DELETE", "/Observation/"+id, "", 204); ok {
		was := c.known[id]
		c.known[id] = remembered{was.version + 1, was.value, was.vital, true}
		c.ask("read", c.all, "GET", "/Observation/"+id, "", 410)
	}
}

func (c *soakClient) read(id string) {
	if got, ok := c.ask("read", c.all, "GET", "/Observation/"+id, "", 200); ok {
		c.isKnown("read", id, got)
	}
	hidden := 404
	if c.known[id].vital {
		hidden = 200
	}
	c.ask("read", c.vital, "GET", "/Observation/"+id, "", hidden)
}

func (c *soakClient) isKnown(what, id string, got soakAnswer) {
	if want := c.known[id]; got.body.ValueInteger != want.value || got.etag != fmt.Sprintf(`W/"%d"`, want.version) {
		c.t.Errorf("%s of %s: %+v, remembered is %+v", what, id, got, want)
	}
}

func (c *soakClient) search(what, token string, shown func(remembered) bool) {
	got, ok := c.ask(what, token, "GET", "/Observation?_count=1000&_total=accurate", "", 200)
	var ids []string
	for _, e := range got.body.Entry {
		ids = append(ids, e.Resource.ID)
	}
	slices.Sort(ids)
	if want := c.live(shown); ok && (!slices.Equal(ids, want) || got.body.Total != len(want)) {
		c.t.Errorf("%s: %v of %d, remembered are %v", what, ids, got.body.Total, want)
	}
}

func (c *soakClient) history(id string) {
	got, ok := c.ask("history", c.all, "GET", "/Observation/"+id+"/_history?_count=1", "", 200)
	if ok && got.body.Total != c.known[id].version {
		c.t.Errorf("history of %s: %d versions, remembered are %d", id, got.body.Total, c.known[id].version)
	}
}

// transaction deletes one, updates another, and creates three.
func (c *soakClient) transaction(id string) {
	var entries []string
	after := map[string]remembered{}
	add := func(method, url, resource string) {
		entries = append(entries, fmt.Sprintf(`{%s"request":{"method":"%s","url":"%s"}}`, resource, method, url))
	}
	resource := func(id string, vital bool, value int) string {
		return `"resource":` + observation(id, c.patient, vital, value) + `,`
	}
	was := c.known[id]
	add("DELETE", "Observation/"+id, "")
	after[id] = remembered{was.version + 1, was.value, was.vital, true}
	for _, other := range c.live(func(remembered) bool { return true }) {
		if other != id {
			value, vital := c.next()
			add("PUT", "Observation/"+other, resource(other, vital, value))
			after[other] = remembered{c.known[other].version + 1, value, vital, false}
			break
		}
	}
	first := len(entries)
	var made []remembered
	for range 3 {
		value, vital := c.next()
		add("POST", "Observation", resource("", vital, value))
		made = append(made, remembered{1, value, vital, false})
	}
	got, ok := c.ask("transaction", c.all, "POST", "", `{"resourceType":"Bundle","type":"transaction","entry":[`+strings.Join(entries, ",")+`]}`, 200)
	if !ok || len(got.body.Entry) != len(entries) {
		c.t.Errorf("transaction: %+v", got)
		return
	}
	maps.Copy(c.known, after)
	for i, r := range made {
		_, location, _ := strings.Cut(got.body.Entry[first+i].Response.Location, "/Observation/")
		id, _, _ := strings.Cut(location, "/")
		c.known[id] = r
	}
}

// soon is a context that ends within the time of most requests, on whatever
// machine: after 64 microseconds to 64 milliseconds.
func (c *soakClient) soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.t.Context(), time.Duration(64<<c.random.IntN(11))*time.Microsecond)
}

func (c *soakClient) cancelledRead() {
	ctx, cancel := c.soon()
	defer cancel()
	c.send(ctx, c.all, "GET", "/Observation?_count=1000", "", "")
	c.done["cancelled read"]++
}

// cancelledUpdate leaves before the answer comes: the update is done as a whole,
// or not at all, and which of the two is asked by another update of the version
// that was, which is not possible after the first and makes it impossible.
func (c *soakClient) cancelledUpdate(id string) {
	was := c.known[id]
	match := fmt.Sprintf(`W/"%d"`, was.version)
	value, vital := c.next()
	first := remembered{was.version + 1, value, vital, false}
	value, vital = c.next()
	second := remembered{was.version + 1, value, vital, false}
	put := func(ctx context.Context, r remembered) int {
		return c.send(ctx, c.all, "PUT", "/Observation/"+id, match, observation(id, c.patient, r.vital, r.value)).status
	}
	ctx, cancel := c.soon()
	defer cancel()
	told := put(ctx, first) // 0: it left
	c.done["cancelled update"]++
	found := http.StatusServiceUnavailable
	for found == http.StatusServiceUnavailable && !c.t.Failed() {
		found = put(c.t.Context(), second)
	}
	switch {
	case found == http.StatusPreconditionFailed && (told == 0 || told == http.StatusOK):
		c.known[id] = first
	case found == http.StatusOK && (told == 0 || told == http.StatusServiceUnavailable):
		c.known[id] = second
	default:
		c.t.Errorf("an update was answered with %d, and the next one of the same version with %d", told, found)
	}
	c.read(id)
}

// compareAll reads everything that is remembered.
func (c *soakClient) compareAll() {
	c.search("search", c.all, func(remembered) bool { return true })
	c.search("scoped search", c.vital, func(r remembered) bool { return r.vital })
	for id, r := range c.known {
		if r.deleted {
			c.ask("read", c.all, "GET", "/Observation/"+id, "", 410)
		} else {
			c.read(id)
			c.history(id)
		}
	}
}
