package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// body is what a client looks at in an answer.
type body struct {
	ResourceType string
	Total        *int
	Entry        []struct {
		FullURL string
		Search  struct{ Mode string }
		// Status is that of a response within a transaction's.
		Response struct{ Status string }
	}
}

func (b *body) found() []string {
	var found []string
	for _, e := range b.Entry {
		found = append(found, e.FullURL)
	}
	return found
}

func (b *body) count(mode string) int {
	n := 0
	for _, e := range b.Entry {
		if e.Search.Mode == mode {
			n++
		}
	}
	return n
}

// checked is what the requests of a row were answered before it is measured.
type checked struct {
	found    [][]string // of each request
	bodies   [][]byte   // of the first requests
	matches  int
	includes int
}

// keptBodies is how many bodies of a row the floor sends.
const keptBodies = 64

// check makes each request of the row once, and holds the answers to what the row
// wants. Where the requests only read, it remembers how long the answers are, so
// that a short one is an error later.
func (r *Row) check(ctx context.Context, server Server, token string) (checked, error) {
	c := newClient(server, token)
	defer c.close()
	var all checked
	for i := range r.Requests {
		if r.want == wantStatus || r.want == wantWritten && i > 0 {
			break // a write, of which one is enough to see how it is answered
		}
		request := &r.Requests[i]
		answer, err := c.do(ctx, request, true)
		if err == nil {
			err = request.check(answer)
		}
		if err != nil {
			return all, fmt.Errorf("%w%s", err, diagnostics(answer.Body))
		}
		if err := r.inspect(&all, answer.Body); err != nil {
			return all, fmt.Errorf("%s %s: %w", request.Method, request.Path, err)
		}
		if r.want != wantWritten {
			request.Length = answer.Length
		}
		if len(all.bodies) < keptBodies {
			all.bodies = append(all.bodies, answer.Body)
		}
	}
	if r.want == wantIncludes && all.includes == 0 {
		return all, fmt.Errorf("nothing is included in any answer")
	}
	return all, nil
}

func (r *Row) inspect(all *checked, raw []byte) error {
	var b body
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("the answer is not JSON: %w", err)
	}
	all.found = append(all.found, b.found())
	all.matches += b.count("match")
	all.includes += b.count("include")
	switch r.want {
	case wantMatches, wantIncludes:
		if b.count("match") == 0 {
			return fmt.Errorf("nothing is found")
		}
	case wantResource:
		if b.ResourceType != "Observation" {
			return fmt.Errorf("a %s is read", b.ResourceType)
		}
	case wantTotal:
		if b.Total == nil || *b.Total == 0 {
			return fmt.Errorf("no total, or 0")
		}
	case wantWritten:
		return b.written(r.Resources)
	}
	return nil
}

// written checks the responses within one transaction's.
func (b *body) written(n int) error {
	if len(b.Entry) != n {
		return fmt.Errorf("%d entries, not %d", len(b.Entry), n)
	}
	for i, e := range b.Entry {
		if !strings.HasPrefix(e.Response.Status, "2") {
			return fmt.Errorf("entry %d: %q", i, e.Response.Status)
		}
	}
	return nil
}

// sameAs checks that another row's requests, which may not have been answered as
// they should, found the same, in the same order.
func (c *checked) sameAs(other *checked) error {
	if other == nil {
		return fmt.Errorf("the same without the scope was not answered")
	}
	for i := range c.found {
		if !slices.Equal(c.found[i], other.found[i]) {
			return fmt.Errorf("request %d finds other resources than without the scope", i)
		}
	}
	return nil
}

// diagnostics are what an OperationOutcome says.
func diagnostics(raw []byte) string {
	var outcome struct {
		Issue []struct{ Diagnostics string }
	}
	if json.Unmarshal(raw, &outcome) != nil || len(outcome.Issue) == 0 {
		return ""
	}
	return ": " + outcome.Issue[0].Diagnostics
}
