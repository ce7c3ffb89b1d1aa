package seed

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// HTTP is the Target that writes to a FHIR server by PUT (http.html#update).
type HTTP struct {
	base   string
	token  string
	client *http.Client
	pause  func(context.Context, time.Duration) error
}

// Limits of the HTTP target.
const (
	concurrency = 8
	maxTries    = 6
	maxPause    = 30 * time.Second
	maxAnswer   = 4 << 20 // bytes of an answer that are looked at
	timeout     = 2 * time.Minute
)

// NewHTTP writes to the server with this FHIR base URL, with a bearer token
// unless it is "".
func NewHTTP(base, token string) *HTTP {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: concurrency, ForceAttemptHTTP2: true}
	client := &http.Client{Transport: transport, Timeout: timeout}
	return &HTTP{base: strings.TrimRight(base, "/"), token: token, client: client, pause: pause}
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// Close hangs up.
func (t *HTTP) Close() error {
	t.client.CloseIdleConnections()
	return nil
}

// Put writes the items, several at a time: those with conditional references
// after the others, which they may mean.
func (t *HTTP) Put(ctx context.Context, items []Item) ([]Result, error) {
	results := make([]Result, len(items))
	var literal, conditional []int
	for i, item := range items {
		if hasConditional(item.Resource.Raw()) {
			conditional = append(conditional, i)
		} else {
			literal = append(literal, i)
		}
	}
	err := t.each(ctx, literal, items, results)
	if err == nil {
		err = t.each(ctx, conditional, items, results)
	}
	return finished(results), err
}

// each writes the items with these indexes.
func (t *HTTP) each(ctx context.Context, indexes []int, items []Item, results []Result) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan int)
	var workers sync.WaitGroup
	for range min(concurrency, len(indexes)) {
		workers.Go(func() {
			for i := range work {
				result, err := t.put(ctx, items[i])
				if err != nil {
					cancel(err)
					return
				}
				results[i] = result
			}
		})
	}
	for _, i := range indexes {
		select {
		case work <- i:
		case <-ctx.Done():
		}
	}
	close(work)
	workers.Wait()
	return context.Cause(ctx)
}

// finished are the results up to the first item that was not decided.
func finished(results []Result) []Result {
	for i, result := range results {
		if result == (Result{}) {
			return results[:i]
		}
	}
	return results
}

// put writes one item. Whether it changed anything is told by its version before
// and after, since servers answer 200 to both.
func (t *HTTP) put(ctx context.Context, item Item) (Result, error) {
	resource, reason, err := item.resolve(func(c conditional) (resolution, error) { return t.resolve(ctx, c) })
	if err != nil || reason != "" {
		return Result{Refused: reason}, err
	}
	before, err := t.send(ctx, http.MethodHead, item.Key.String(), nil)
	if err != nil {
		return Result{}, err
	}
	after, err := t.send(ctx, http.MethodPut, item.Key.String(), resource.Raw())
	if err != nil {
		return Result{}, err
	}
	switch {
	case after.status == http.StatusNotFound && !after.outcome():
		return Result{}, fmt.Errorf("%s is not the base of a FHIR server, such as http://127.0.0.1:8080/fhir: PUT %s is answered with %s", t.base, item.Key, after.reason())
	case after.status == http.StatusCreated:
		return Result{Outcome: store.Created}, nil
	case after.status != http.StatusOK:
		return Result{Refused: after.reason()}, nil
	case before.status == http.StatusOK && before.etag != "" && before.etag == after.etag:
		return Result{Outcome: store.Unchanged}, nil
	}
	return Result{Outcome: store.Updated}, nil
}

// resolve finds what a conditional reference means on the server.
func (t *HTTP) resolve(ctx context.Context, c conditional) (resolution, error) {
	query := url.Values{}
	for _, pair := range c.criteria {
		query.Add(pair.Name, pair.Value)
	}
	query.Set("_count", "2")
	got, err := t.send(ctx, http.MethodGet, c.typ+"?"+query.Encode(), nil)
	if err != nil || got.status != http.StatusOK {
		return resolution{reason: got.reason()}, err
	}
	bundle, err := fhirjson.Parse(got.body)
	if err != nil {
		return resolution{reason: err.Error()}, nil
	}
	var keys []store.Key
	for _, entry := range bundle.Get("entry").Items() {
		if resource := entry.Get("resource"); resource.Get("resourceType").Text() == c.typ {
			keys = append(keys, store.Key{Type: c.typ, ID: resource.Get("id").Text()})
		}
	}
	return resolution{keys: keys}, nil
}

type answer struct {
	status int
	etag   string
	retry  string // Retry-After
	body   []byte
}

// send makes a request, again if the server is busy. A token that the server
// does not accept ends the import: it would refuse everything.
func (t *HTTP) send(ctx context.Context, method, path string, body []byte) (answer, error) {
	for try := 1; ; try++ {
		got, err := t.once(ctx, method, path, body)
		switch {
		case err != nil:
			return answer{}, err
		case got.status == http.StatusUnauthorized && t.token == "":
			return answer{}, fmt.Errorf("the server wants an access token, and none was given: %s", got.reason())
		case got.status == http.StatusUnauthorized:
			return answer{}, fmt.Errorf("the server does not accept the token: %s", got.reason())
		case !got.busy():
			return got, nil
		case try == maxTries:
			return answer{}, fmt.Errorf("the server is too busy: %s, %d times", got.reason(), maxTries)
		}
		if err := t.pause(ctx, got.wait(try)); err != nil {
			return answer{}, err
		}
	}
}

func (t *HTTP) once(ctx context.Context, method, path string, body []byte) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.base+"/"+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Accept", "application/fhir+json")
	if body != nil {
		request.Header.Set("Content-Type", "application/fhir+json")
		request.Header.Set("Prefer", "return=minimal")
	}
	if t.token != "" {
		request.Header.Set("Authorization", "Bearer "+t.token)
	}
	response, err := t.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, err
	}
	return answer{response.StatusCode, response.Header.Get("ETag"), response.Header.Get("Retry-After"), text}, nil
}

func (a answer) busy() bool {
	return a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests
}

// wait is how long to wait: what the server asks for, else longer each time.
func (a answer) wait(try int) time.Duration {
	if seconds, err := strconv.Atoi(a.retry); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, maxPause)
	}
	return min(250*time.Millisecond<<try, maxPause)
}

// outcome tells whether an answer is of a FHIR server: its errors have an
// OperationOutcome.
func (a answer) outcome() bool {
	body, err := fhirjson.Parse(a.body)
	return err == nil && body.Get("resourceType").Text() == "OperationOutcome"
}

// reason is what an answer says is wrong: its status and, if the body is an
// OperationOutcome, the texts of its issues.
func (a answer) reason() string {
	reason := fmt.Sprintf("HTTP %d %s", a.status, http.StatusText(a.status))
	outcome, err := fhirjson.Parse(a.body)
	if err != nil {
		return reason
	}
	for _, issue := range outcome.Get("issue").Items() {
		text := issue.Get("diagnostics").Text()
		if text == "" {
			text = issue.At("details", "text").Text()
		}
		if text != "" {
			reason += ": " + text
		}
	}
	return reason
}
