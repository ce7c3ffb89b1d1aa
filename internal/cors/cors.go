// Package cors says which pages of other origins may read an answer
// (app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support; the
// protocol is https://fetch.spec.whatwg.org/#http-cors-protocol). No answer depends on
// cookies, so that none is ever allowed with credentials.
package cors

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Mode is whose pages may read the answers of a route.
type Mode int

// The modes.
const (
	Never      Mode = iota // only those of the server itself
	Anyone                 // everybody's: what is public
	Registered             // those of registered clients, and each only its own answers
)

// Origins knows the origins of clients, as browsers write them:
// "https://app.example.org".
type Origins interface {
	// Registered tells whether some client has the origin.
	Registered(ctx context.Context, origin string) (bool, error)
	// Of tells whether this client has the origin.
	Of(ctx context.Context, client, origin string) (bool, error)
}

// Policy writes the headers of CORS.
type Policy struct {
	Origins Origins // nil: no origin is registered
	Log     *slog.Logger
	Headers string // of requests, that are allowed beside those that always are
	Exposed string // of answers, that pages may read beside those that they always may
}

// preflightAge is how long a browser need not ask again. Clients come and go, so that
// it is short.
const preflightAge = 10 * time.Minute

// IsPreflight tells whether a browser asks on behalf of a page whether it may send a
// request of its own.
func IsPreflight(method string, header http.Header) bool {
	return method == http.MethodOptions && header.Get("Origin") != "" && header.Get("Access-Control-Request-Method") != ""
}

// Preflight answers a preflight for a route of these methods. The client is not known
// then, so that any registered origin passes.
func (p *Policy) Preflight(ctx context.Context, header, answer http.Header, mode Mode, methods []string) {
	if !p.allow(ctx, header, answer, mode, "") {
		return
	}
	answer.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
	answer.Set("Access-Control-Allow-Headers", p.Headers)
	answer.Set("Access-Control-Max-Age", strconv.Itoa(int(preflightAge.Seconds())))
}

// Answer says whether the page that asked may read the answer to a client. Where no
// client is known, "", the answer is an error that tells of the request alone, and any
// registered origin may read it: an app has to learn that its token has expired.
func (p *Policy) Answer(ctx context.Context, header, answer http.Header, mode Mode, client string) {
	if p.allow(ctx, header, answer, mode, client) && p.Exposed != "" {
		answer.Set("Access-Control-Expose-Headers", p.Exposed)
	}
}

// allow names the origin that may read the answer, if there is one. What depends on it
// says so, also to those who sent none, since caches serve both.
func (p *Policy) allow(ctx context.Context, header, answer http.Header, mode Mode, client string) bool {
	if mode == Anyone {
		answer.Set("Access-Control-Allow-Origin", "*")
		return true
	}
	answer.Add("Vary", "Origin")
	origin := header.Get("Origin")
	if mode != Registered || p.Origins == nil || origin == "" || len(header.Values("Origin")) > 1 {
		return false
	}
	allowed, err := p.known(ctx, client, origin)
	if err != nil {
		p.Log.Error("the origins of clients cannot be read", "error", err)
		return false
	}
	if allowed {
		answer.Set("Access-Control-Allow-Origin", origin)
	}
	return allowed
}

func (p *Policy) known(ctx context.Context, client, origin string) (bool, error) {
	if client == "" {
		return p.Origins.Registered(ctx, origin)
	}
	return p.Origins.Of(ctx, client, origin)
}
