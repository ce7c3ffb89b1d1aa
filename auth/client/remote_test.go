package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is a client's web site, as a transport sees it.
type site struct {
	mu      sync.Mutex
	status  int
	header  http.Header
	body    string
	err     error
	fetches int
	gate    chan struct{} // if set, responses wait for it
}

func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.fetches++
	gate := s.gate
	response := &http.Response{StatusCode: s.status, Header: s.header.Clone(), Body: io.NopCloser(strings.NewReader(s.body)), Request: r}
	err := s.err
	s.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

func (s *site) set(body string, cacheControl string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.body, s.err = http.StatusOK, body, err
	s.header = http.Header{"Cache-Control": {cacheControl}}
}

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

// newSite is a service whose keys are on a web site.
func newSite(t *testing.T) (*world, *site) {
	t.Helper()
	s := &site{}
	w := newWorld(t, func(o *Options) { o.Transport = s })
	c := service("service")
	c.JWKS, c.JWKSURI = nil, "https://service.example/jwks"
	w.add(t, c)
	return w, s
}

// wants asserts with a key, and wants it to be good or not after so many fetches.
func (w *world) wants(t *testing.T, s *site, name, kid string, good bool, fetches int) {
	t.Helper()
	a := w.assertion("service")
	a.header["kid"] = kid
	if kid == "new" {
		a.key = otherKey()
	}
	_, err := w.assert(t, a)
	if good != (err == nil) || err != nil && refused(t, err) != unprovedText {
		t.Errorf("%s: %v", name, err)
	}
	if got := s.count(); got != fetches {
		t.Errorf("%s: %d fetches, want %d", name, got, fetches)
	}
}

// Keys at a URL are kept as long as Cache-Control allows, and fetched anew for a key
// that is not there, once in a while.
func TestAuth30CacheHeaders(t *testing.T) {
	w, s := newSite(t)
	before, after := string(setOf(public("ec", ecKey()))), string(setOf(public("ec", ecKey()), public("new", otherKey())))
	s.set(before, "max-age=100", nil)
	w.wants(t, s, "first", "ec", true, 1)
	w.wants(t, s, "kept", "ec", true, 1)
	w.wants(t, s, "not there, just fetched", "new", false, 1)
	w.Advance(retryAfter)
	w.wants(t, s, "not there", "new", false, 2)
	w.wants(t, s, "not there, again", "new", false, 2)
	s.set(after, "max-age=100", nil)
	w.wants(t, s, "there, too early", "new", false, 2)
	w.Advance(retryAfter)
	w.wants(t, s, "rotated", "new", true, 3)
	w.Advance(99 * time.Second)
	w.wants(t, s, "kept for 99 s", "ec", true, 3)
	s.set("", "", errors.New("down"))
	w.wants(t, s, "down and not there", "other", false, 4)
	w.wants(t, s, "down and kept", "ec", true, 4)
	w.Advance(time.Second)
	w.wants(t, s, "over, failed a moment ago", "ec", false, 4)
	w.Advance(retryAfter)
	w.wants(t, s, "over and down", "ec", false, 5)
	w.wants(t, s, "over and down, again", "ec", false, 5)
	s.set(before, "no-store", nil)
	w.Advance(retryAfter)
	w.wants(t, s, "back, not to be kept", "ec", true, 6)
	w.wants(t, s, "fetched each time", "ec", true, 7)
	w.wants(t, s, "a key that was withdrawn", "new", false, 8)
}

// Many who need a set wait for one fetch of it, and one that leaves ends nothing.
func TestAuth30OneFetch(t *testing.T) {
	w, s := newSite(t)
	s.set(string(setOf(public("ec", ecKey()))), "max-age=100", nil)
	s.gate = make(chan struct{})
	gone, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for i := range 10 {
		text := w.assertion("service").text(t)
		all.Go(func() {
			ctx := t.Context()
			if i == 0 {
				ctx = gone
			}
			_, err := w.auth.Authenticate(ctx, nil, asserting(text))
			if i == 0 && !errors.Is(err, context.Canceled) || i > 0 && err != nil {
				t.Errorf("%d: %v", i, err)
			}
			if i == 0 {
				close(s.gate)
			}
		})
	}
	leave()
	all.Wait()
	if got := s.count(); got != 1 {
		t.Errorf("%d fetches", got)
	}
}

// What is at a URL is read with caps, and only where it was registered.
func TestAuth30Content(t *testing.T) {
	good := string(setOf(public("ec", ecKey())))
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   string // in the server's own records; "" if it is good
	}{
		{"good", 200, good, ""},
		{"others' keys too", 200, `{"keys":[{"kty":"OKP","crv":"X25519","x":"x"},` + strings.TrimPrefix(good, `{"keys":[`), ""},
		{"redirect", 302, good, "answers with status 302, not 200"},
		{"not found", 404, good, "answers with status 404, not 200"},
		{"accepted", 202, good, "answers with status 202, not 200"},
		{"no JSON", 200, "<html>", "is not a JWK set"},
		{"long", 200, good + strings.Repeat(" ", maxJWKS), "longer than 65536 bytes"},
		{"many", 200, `{"keys":[` + strings.Repeat("{},", maxKeys) + strings.TrimPrefix(good, `{"keys":[`), "it has 101 keys"},
		{"private", 200, string(setOf(ecKey2(), public("ec", ecKey()))), "private part"},
		{"no key", 200, `{"keys":[]}`, `0 keys with the kid "ec"`},
	} {
		w, s := newSite(t)
		s.set(c.body, "", nil)
		s.status, s.header = c.status, http.Header{"Location": {"https://elsewhere.example/"}}
		_, err := w.assert(t, w.assertion("service"))
		if c.want == "" && err != nil || c.want != "" && (err == nil || refused(t, err) != unprovedText || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
		if s.count() != 1 {
			t.Errorf("%s: %d fetches", c.name, s.count())
		}
	}
}

// The guard is on the address that is dialled, whatever name led there, and a name is
// resolved for each connection.
func TestAuth30Addresses(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1:248:1893:25c8:1946]:443": true, "8.8.8.8:8443": true,
		"127.0.0.1:443": false, "127.1.2.3:443": false, "[::1]:443": false, "[::ffff:127.0.0.1]:443": false,
		"10.0.0.1:443": false, "172.16.0.1:443": false, "172.31.255.255:443": false, "192.168.1.1:443": false, "[::ffff:10.0.0.1]:443": false,
		"172.32.0.1:443": true, "172.15.0.1:443": true, "100.63.0.1:443": true, "100.128.0.1:443": true,
		"169.254.169.254:80": false, "[fe80::1]:443": false, "[fe80::1%eth0]:443": false, "[fd00:ec2::254]:80": false, "[fec0::1]:443": false,
		"100.64.0.1:443": false, "100.127.255.255:443": false,
		"0.0.0.0:443": false, "0.1.2.3:443": false, "[::]:443": false, "[::10.0.0.1]:443": false,
		"224.0.0.1:443": false, "239.1.1.1:443": false, "[ff02::1]:443": false, "255.255.255.255:443": false, "240.0.0.1:443": false,
		"[64:ff9b::a00:1]:443": false, "[2002:a00:1::]:443": false, "[2001:0:a00:1::]:443": false, "[2001:db8::1]:443": false,
		"192.0.2.1:443": false, "198.18.0.1:443": false, "": false, "example.org:443": false,
	} {
		if err := checkAddress(address, false); (err == nil) != want {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	for address, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "10.0.0.1:1": false, "169.254.169.254:80": false, "0.0.0.0:1": false} {
		if err := checkAddress(address, true); (err == nil) != want {
			t.Errorf("%s with loopback: %v, want %v", address, err, want)
		}
	}
}

// A server on this machine is reached only where that is allowed, by its name too.
func TestAuth30Loopback(t *testing.T) {
	fetches := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetches++
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/jwks", http.StatusFound)
			return
		}
		_, _ = w.Write(setOf(public("ec", ecKey())))
	}))
	defer server.Close()
	port := server.Listener.Addr().(*net.TCPAddr).Port
	named := "http://localhost:" + strconv.Itoa(port) + "/jwks"
	for _, c := range []struct {
		uri     string
		allowed bool
		want    string
		fetches int
	}{
		{server.URL + "/jwks", false, "should begin with https://", 0},
		{strings.Replace(server.URL, "http://", "https://", 1) + "/jwks", false, "127.0.0.1 is not a public address", 0},
		{strings.Replace(named, "http://", "https://", 1), false, "is not a public address", 0},
		{server.URL + "/jwks", true, "", 1},
		{named, true, "", 1},
		{server.URL + "/redirect", true, "answers with status 302, not 200", 1},
	} {
		fetches = 0
		w := newWorld(t, func(o *Options) { o.AllowLoopback = c.allowed })
		registered := service("service")
		registered.JWKS, registered.JWKSURI = nil, c.uri
		w.add(t, registered)
		_, err := w.assert(t, w.assertion("service"))
		if c.want == "" && err != nil || c.want != "" && (err == nil || refused(t, err) != unprovedText || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s, %v: %v\nwant %s", c.uri, c.allowed, err, c.want)
		}
		if fetches != c.fetches {
			t.Errorf("%s, %v: %d fetches", c.uri, c.allowed, fetches)
		}
	}
}

// A site that does not answer is left after a while.
func TestAuth30Timeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-release // the body never comes
	}))
	defer server.Close()
	defer close(release)
	r := newRemote(guarded(true), true, time.Now)
	if r.client.Timeout != fetchTimeout {
		t.Errorf("the timeout is %v", r.client.Timeout)
	}
	r.client.Timeout = 50 * time.Millisecond
	if _, err := r.find(t.Context(), server.URL, "ec", es384); err == nil || !strings.Contains(err.Error(), "Timeout") {
		t.Error(err)
	}
}

// An assertion's jku must be what is registered.
func TestAuth29JKU(t *testing.T) {
	w, s := newSite(t)
	s.set(string(setOf(public("ec", ecKey()))), "max-age=100", nil)
	for jku, want := range map[string]string{
		"https://service.example/jwks":  "",
		"https://service.example/jwks/": unprovedText,
		"https://SERVICE.example/jwks":  unprovedText,
		"https://evil.example/jwks":     unprovedText,
		"":                              "invalid_client: client_assertion: the jku in its header should be a text",
	} {
		w.try(t, jku, want, func(a *assertion) { a.header["jku"] = jku })
	}
	if s.count() != 1 {
		t.Errorf("%d fetches", s.count())
	}
}

func TestLifetime(t *testing.T) {
	for _, c := range []struct {
		control, age string
		want         time.Duration
	}{
		{"", "", usualLifetime},
		{"", "100", usualLifetime},
		{"public", "", usualLifetime},
		{"max-age=60", "", time.Minute},
		{"public, Max-Age=\"60\"", "", time.Minute},
		{"max-age=60, max-age=3600", "", time.Minute},
		{"max-age=60", "20", 40 * time.Second},
		{"max-age=60", "100", 0},
		{"max-age=0", "", 0},
		{"max-age=-1", "", 0},
		{"max-age=soon", "", 0},
		{"max-age", "", 0},
		{"max-age=99999999999", "", 0},
		{"max-age=2147483647", "", maxLifetime},
		{"no-store", "", 0},
		{"max-age=60, no-store", "", 0},
		{"no-cache, max-age=60", "", 0},
		{"s-maxage=60, max-age=10", "", 10 * time.Second},
	} {
		header := http.Header{}
		if c.control != "" {
			header.Set("Cache-Control", c.control)
		}
		if c.age != "" {
			header.Set("Age", c.age)
		}
		if got := lifetime(header); got != c.want {
			t.Errorf("%q, Age %q: %v, want %v", c.control, c.age, got, c.want)
		}
	}
}
