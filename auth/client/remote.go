package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	fetchTimeout = 5 * time.Second
	// retryAfter is how long no further attempt is made for a key that was not
	// there, or after one that failed.
	retryAfter = 10 * time.Second
	// maxRemote is how many sets are kept.
	maxRemote = 1000
)

// remote fetches JWK sets from clients' URLs and keeps them as long as these allow
// (client-confidential-asymmetric.html#signature-verification). Each URL is asked by
// one request at a time. It is safe for concurrent use.
type remote struct {
	client        *http.Client
	allowLoopback bool
	clock         func() time.Time
	flight        singleflight.Group

	mu   sync.Mutex
	sets map[string]remoteSet // by URL
}

// remoteSet is what is known of a URL.
type remoteSet struct {
	keys     keySet
	until    time.Time // keys may be used before
	tried    time.Time // when the last attempt began
	failure  error     // of the last attempt
	attempts int
}

func newRemote(transport http.RoundTripper, allowLoopback bool, clock func() time.Time) *remote {
	return &remote{
		client: &http.Client{
			Transport: transport,
			Timeout:   fetchTimeout,
			// A redirect could lead anywhere; the set is at the URL that is registered.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		allowLoopback: allowLoopback, clock: clock, sets: map[string]remoteSet{},
	}
}

// find returns a key of the set at a URL. A set that lacks it is fetched anew, unless
// that was tried a moment ago.
func (r *remote) find(ctx context.Context, uri, kid, alg string) (key, error) {
	known, now := r.known(uri), r.clock()
	fresh, tried := now.Before(known.until), now.Before(known.tried.Add(retryAfter))
	if fresh {
		if k, err := known.keys.find(kid, alg); err == nil || tried {
			return k, err
		}
	}
	if tried && known.failure != nil {
		return key{}, known.failure
	}
	keys, err := r.refresh(ctx, uri, known)
	if err != nil {
		return key{}, err
	}
	return keys.find(kid, alg)
}

func (r *remote) known(uri string) remoteSet {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sets[uri]
}

// refresh fetches a set that is known no better than given, for all who wait for
// it. It goes on if one of them leaves.
func (r *remote) refresh(ctx context.Context, uri string, known remoteSet) (keySet, error) {
	lasting := context.WithoutCancel(ctx)
	done := r.flight.DoChan(uri, func() (any, error) {
		if latest := r.known(uri); latest.attempts != known.attempts { // somebody was faster
			return latest.keys, latest.failure
		}
		began := r.clock()
		keys, lifetime, err := r.fetch(lasting, uri)
		r.keep(uri, began, keys, lifetime, err)
		return keys, err
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-done:
		keys, _ := result.Val.(keySet)
		return keys, result.Err
	}
}

// keep remembers the outcome of an attempt. One that failed takes nothing away from
// the set before it, which is good for as long as its response has said.
func (r *remote) keep(uri string, began time.Time, keys keySet, lifetime time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, there := r.sets[uri]
	set := remoteSet{keys: keys, until: began.Add(lifetime), tried: began, failure: err, attempts: before.attempts + 1}
	if err != nil {
		set.keys, set.until = before.keys, before.until
	}
	if !there && len(r.sets) >= maxRemote {
		clear(r.sets)
	}
	r.sets[uri] = set
}

// fetch gets a set.
func (r *remote) fetch(ctx context.Context, uri string) (keySet, time.Duration, error) {
	if err := r.checkScheme(uri); err != nil {
		return nil, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("its jwks_uri: %w", err)
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("its jwks_uri: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("its jwks_uri answers with status %d, not 200", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxJWKS+1))
	if err != nil {
		return nil, 0, fmt.Errorf("its jwks_uri: %w", err)
	}
	keys, err := parseFetched(body)
	if err != nil {
		return nil, 0, fmt.Errorf("the JWK set at its jwks_uri: %w", err)
	}
	return keys, lifetime(response.Header), nil
}

// checkScheme: keys come over TLS, since whoever can change them can sign.
func (r *remote) checkScheme(uri string) error {
	parsed, err := url.Parse(uri)
	switch {
	case err != nil:
		return errors.New("its jwks_uri is no URL")
	case parsed.Scheme == "https", parsed.Scheme == "http" && r.allowLoopback && isLoopback(parsed.Hostname()):
		return nil
	}
	return errors.New("its jwks_uri should begin with https://")
}
