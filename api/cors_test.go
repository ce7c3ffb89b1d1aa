package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/cors"
)

// origins are clients with the one origin of each.
type origins map[string]string

func (o origins) Registered(_ context.Context, origin string) (bool, error) {
	for _, one := range o {
		if one == origin {
			return true, nil
		}
	}
	return false, nil
}

func (o origins) Of(_ context.Context, client, origin string) (bool, error) {
	return o[client] == origin, nil
}

// The client "test" is that of the tokens of a world.
var twoApps = origins{"test": "https://app.example.org", "other": "https://other.example.org"}

func shared(c *Config) { c.Origins = twoApps }

// readable are the headers of an answer that the page of an origin may read, and those
// of one that it may not.
func readable(origin string) []string {
	return []string{"Access-Control-Allow-Origin: " + origin, "Access-Control-Expose-Headers: " + corsExposed, "Access-Control-Allow-Credentials:"}
}

var hidden = []string{"Access-Control-Allow-Origin:", "Access-Control-Expose-Headers:", "Access-Control-Allow-Credentials:", "Access-Control-Allow-Methods:"}

// varies wants caches to know that the answer depends on who asks.
func (w *world) varies(name string, got reply) {
	w.Helper()
	if all := strings.Join(got.header.Values("Vary"), ", "); !strings.Contains(all, "Origin") {
		w.Errorf("%s: Vary %q", name, all)
	}
}

// An answer is for the pages of the token's client, whether it is a resource or an
// error.
func TestAuth46AnswersAreForTheTokensClient(t *testing.T) {
	w := newWorld(t, shared)
	w.add(eve)
	own := w.token("system/Patient.rs")
	for _, c := range []struct {
		path   string
		status int
	}{{"/Patient/eve", 200}, {"/Patient/nobody", 404}, {"/Observation", 403}, {"/Patient?nonsense=1", 400}, {"/Patient?_format=xml", 406}} {
		for origin, headers := range map[string][]string{
			"https://app.example.org":      readable("https://app.example.org"),
			"https://other.example.org":    hidden,
			"https://evil.example.org":     hidden,
			"http://app.example.org":       hidden,
			"https://app.example.org:8443": hidden,
			"https://app.example.org.evil": hidden,
			"null":                         hidden,
			"*":                            hidden,
		} {
			got := w.get(own, c.path, "Origin: "+origin)
			w.is(c.path+" from "+origin, got, c.status, got.body, headers...)
			w.varies(c.path+" from "+origin, got)
		}
		got := w.get(own, c.path)
		w.is(c.path+" from nowhere", got, c.status, got.body, hidden...)
		w.varies(c.path, got)
	}
	twice := w.get(own, "/Patient/eve", "Origin: https://app.example.org", "Origin: https://evil.example.org")
	w.is("two origins", twice, 200, twice.body, hidden...)
}

// That no token counts may be read by the pages of every client, and of nobody else.
func TestAuth46ErrorsWithoutAClient(t *testing.T) {
	w := newWorld(t, shared)
	w.add(eve)
	ended := w.token("system/Patient.rs")
	w.get(ended, "/Patient/eve") // now it is remembered
	w.Advance(2 * time.Hour)
	for name, token := range map[string]string{"no token": "", "no good one": "gr_abc", "one that has expired": ended} {
		for origin, headers := range map[string][]string{
			"https://app.example.org":   readable("https://app.example.org"),
			"https://other.example.org": readable("https://other.example.org"),
			"https://evil.example.org":  hidden,
			"":                          hidden,
		} {
			for _, path := range []string{"/Patient/eve", "/Patient"} {
				got := w.get(token, path, "Origin: "+origin)
				w.is(name+" from "+origin, got, 401, got.body, headers...)
				w.varies(name, got)
			}
		}
	}
	nowhere := w.get("", "/a/b/c/d/e", "Origin: https://evil.example.org")
	w.is("no path", nowhere, 404, nowhere.body, hidden...)
}

// The CapabilityStatement is everybody's, also what is said about a wrong request for it.
func TestAuth46MetadataIsForEveryone(t *testing.T) {
	for name, w := range map[string]*world{"with clients": newWorld(t, shared), "without": newWorld(t)} {
		for path, status := range map[string]int{"/metadata": 200, "/metadata?_format=xml": 406} {
			got := w.get("", path, "Origin: https://evil.example.org")
			w.is(name+path, got, status, got.body, readable("*")...)
		}
		preflight := w.send("", http.MethodOptions, "/metadata", "", "Origin: https://evil.example.org", "Access-Control-Request-Method: GET")
		w.is(name, preflight, 204, "", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET, HEAD, OPTIONS")
	}
}

// A preflight passes for the pages of every client, since it comes without a token; for
// a path that leads nowhere too, so that the app can read that it does.
func TestAuth46Preflight(t *testing.T) {
	w := newWorld(t, shared)
	preflight := func(path, origin string) reply {
		return w.send("", http.MethodOptions, path, "", "Origin: "+origin, "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: authorization, if-match")
	}
	for path, methods := range map[string]string{
		"/Patient/eve": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
		"/Patience":    "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
		"/_search":     "OPTIONS, POST",
		"/a/b/c/d/e":   "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE",
	} {
		for _, origin := range []string{"https://app.example.org", "https://other.example.org"} {
			got := preflight(path, origin)
			w.is(path+" from "+origin, got, 204, "", "Access-Control-Allow-Origin: "+origin, "Access-Control-Allow-Methods: "+methods,
				"Access-Control-Allow-Headers: "+corsHeaders, "Access-Control-Max-Age: 600", "Access-Control-Allow-Credentials:")
			w.varies(path, got)
		}
		got := preflight(path, "https://evil.example.org")
		w.is(path+" from elsewhere", got, 204, "", append([]string{"Access-Control-Max-Age:", "Access-Control-Allow-Headers:"}, hidden...)...)
		w.varies(path, got)
	}
}

// Without clients, pages of other origins read nothing but what is public; with
// cors.Loopback those of this machine do.
func TestAuth46WithoutClients(t *testing.T) {
	none := newWorld(t)
	got := none.get(none.all(), "/Patient", "Origin: http://localhost:3000")
	none.is("none", got, 200, got.body, hidden...)
	local := newWorld(t, func(c *Config) { c.AuthOff, c.Origins = true, cors.Loopback{} })
	got = local.get("", "/Patient", "Origin: http://localhost:3000")
	local.is("loopback", got, 200, got.body, readable("http://localhost:3000")...)
	got = local.get("", "/Patient", "Origin: https://evil.example.org")
	local.is("elsewhere", got, 200, got.body, hidden...)
}

type brokenOrigins struct{ origins }

func (brokenOrigins) Of(context.Context, string, string) (bool, error) {
	return true, errors.New("the disk is gone")
}

// Where the clients cannot be read the answer is given all the same, and no page of
// another origin reads it.
func TestAuth46OriginsFail(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Origins = brokenOrigins{} })
	got := w.get(w.all(), "/Patient", "Origin: https://app.example.org")
	w.is("broken", got, 200, got.body, hidden...)
	if !strings.Contains(w.logs.String(), "the disk is gone") {
		t.Errorf("the log has %s", w.logs.String())
	}
}
