package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// ledgerSystem is that of the identifiers by which a ledger's resources are found.
const ledgerSystem = "urn:granary:ledger"

// ledgerClient is a client that writes, one request after the other, and notes each
// in a ledger before it is sent and when it is answered.
type ledgerClient struct {
	ledger *ledger
	base   string
	name   string
	random *rand.Rand
	http   *http.Client
	own    []*item // Observations that are there, all of them acknowledged
	made   int
	acked  func()
}

// run writes until the server goes away or ctx is done.
func (c *ledgerClient) run(ctx context.Context, t *testing.T) {
	for ctx.Err() == nil && c.step(ctx, t) {
		c.acked()
	}
}

// step does one of the interactions, and tells whether it was answered.
func (c *ledgerClient) step(ctx context.Context, t *testing.T) bool {
	switch n := c.random.IntN(100); {
	case n < 30 || len(c.own) < 5:
		return c.create(ctx, t, false)
	case n < 45:
		return c.create(ctx, t, true)
	case n < 50:
		return c.createExisting(ctx, t)
	case n < 75:
		return c.update(ctx, t)
	case n < 85:
		return c.remove(ctx, t)
	}
	return c.transaction(ctx, t)
}

func (c *ledgerClient) fresh(typ string) *item {
	c.made++
	return c.ledger.add(typ, fmt.Sprintf("%s-%d", c.name, c.made))
}

func (c *ledgerClient) create(ctx context.Context, t *testing.T, conditional bool) bool {
	i := c.fresh("Observation")
	change := c.ledger.begin(false, i)
	condition := ""
	if conditional {
		condition = i.name
	}
	answer, ok := c.send(ctx, t, "POST", "/Observation", condition, i.content(1), http.StatusCreated)
	if ok {
		i.id = answer.id()
		c.ledger.ack(change)
		c.own = append(c.own, i)
	}
	return ok
}

// createExisting asks for what is there, and must make nothing.
func (c *ledgerClient) createExisting(ctx context.Context, t *testing.T) bool {
	i := c.pick()
	_, ok := c.send(ctx, t, "POST", "/Observation", i.name, i.content(1), http.StatusOK)
	return ok
}

func (c *ledgerClient) update(ctx context.Context, t *testing.T) bool {
	i := c.pick()
	change := c.ledger.begin(false, i)
	answer, ok := c.send(ctx, t, "PUT", "/Observation/"+i.id, "", i.content(change.want[0].version), http.StatusOK)
	if ok {
		c.ledger.ack(change)
		if want := fmt.Sprintf(`W/"%d"`, i.now.version); answer.etag != want {
			t.Errorf("an update answers the version %s, want %s", answer.etag, want)
		}
	}
	return ok
}

func (c *ledgerClient) remove(ctx context.Context, t *testing.T) bool {
	i := c.pick()
	change := c.ledger.begin(true, i)
	_, ok := c.send(ctx, t, "DELETE", "/Observation/"+i.id, "", "", http.StatusNoContent)
	if ok {
		c.ledger.ack(change)
		c.forget(i)
	}
	return ok
}

// transaction makes a Patient with three Observations, and updates another.
func (c *ledgerClient) transaction(ctx context.Context, t *testing.T) bool {
	items := []*item{c.fresh("Patient"), c.fresh("Observation"), c.fresh("Observation"), c.fresh("Observation"), c.pick()}
	change := c.ledger.begin(false, items...)
	const patient = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
	var entries []string
	for n, i := range items {
		request, fullURL := fmt.Sprintf(`{"method":"POST","url":%q}`, i.typ), ""
		switch {
		case i.id != "":
			request = fmt.Sprintf(`{"method":"PUT","url":"Observation/%s"}`, i.id)
		case n == 0:
			fullURL = fmt.Sprintf(`"fullUrl":%q,`, patient)
		default:
			i.subject = patient
		}
		entries = append(entries, fmt.Sprintf(`{%s"request":%s,"resource":%s}`, fullURL, request, i.content(change.want[n].version)))
	}
	body := `{"resourceType":"Bundle","type":"transaction","entry":[` + strings.Join(entries, ",") + "]}"
	answer, ok := c.send(ctx, t, "POST", "", "", body, http.StatusOK)
	if !ok {
		return false
	}
	for n, i := range items[:4] {
		i.id = idOf(answer.body.Entry[n].Response.Location)
		if n > 0 {
			i.subject = "Patient/" + items[0].id
			c.own = append(c.own, i)
		}
	}
	c.ledger.ack(change)
	return true
}

func (c *ledgerClient) pick() *item { return c.own[c.random.IntN(len(c.own))] }

func (c *ledgerClient) forget(gone *item) {
	for n, i := range c.own {
		if i == gone {
			c.own = append(c.own[:n], c.own[n+1:]...)
			return
		}
	}
}

// content is the resource as a version has it.
func (i *item) content(version int64) string {
	identifier := fmt.Sprintf(`"identifier":[{"system":%q,"value":%q}]`, ledgerSystem, i.name)
	if i.id != "" {
		identifier += fmt.Sprintf(`,"id":%q`, i.id)
	}
	if i.typ == "Patient" {
		return `{"resourceType":"Patient",` + identifier + `}`
	}
	subject := ""
	if i.subject != "" {
		subject = fmt.Sprintf(`,"subject":{"reference":%q}`, i.subject)
	}
	return fmt.Sprintf(`{"resourceType":"Observation","status":"final","code":{"text":"version"},%s,"valueQuantity":{"value":%d}%s}`, identifier, version, subject)
}

// answered is what the server says of a write.
type answered struct {
	etag, location string
	body           struct {
		Entry []struct{ Response struct{ Location string } }
	}
}

func (a answered) id() string { return idOf(a.location) }

// idOf is the id in …/Observation/ID/_history/1.
func idOf(location string) string {
	parts := strings.Split(location, "/")
	if len(parts) < 3 {
		return ""
	}
	return parts[len(parts)-3]
}

// send is false where there is no answer, so that what has happened is not known.
func (c *ledgerClient) send(ctx context.Context, t *testing.T, method, path, unlessExists, body string, status int) (answered, bool) {
	var a answered
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return a, false
	}
	request.Header.Set("Content-Type", "application/fhir+json")
	if unlessExists != "" {
		request.Header.Set("If-None-Exist", "identifier="+ledgerSystem+"%7C"+unlessExists)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return a, false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return a, false
	}
	if response.StatusCode != status {
		t.Errorf("%s %s: %d %s", method, path, response.StatusCode, text)
		return a, false
	}
	a.etag, a.location = response.Header.Get("ETag"), response.Header.Get("Location")
	if len(text) > 0 {
		err = json.Unmarshal(text, &a.body)
	}
	if err != nil {
		t.Errorf("%s %s: %v", method, path, err)
	}
	return a, err == nil
}
