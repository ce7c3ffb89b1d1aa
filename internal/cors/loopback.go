package cors

import (
	"context"
	"net"
	"net/url"
)

// IsLoopback tells whether an origin is a page that this machine serves itself, on
// whatever port.
func IsLoopback(origin string) bool {
	parsed, err := url.Parse(origin)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || origin != parsed.Scheme+"://"+parsed.Host {
		return false
	}
	host := parsed.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Loopback are the origins of this machine alone, for every client: for a server that
// knows no clients.
type Loopback struct{}

// Registered implements Origins.
func (Loopback) Registered(_ context.Context, origin string) (bool, error) {
	return IsLoopback(origin), nil
}

// Of implements Origins.
func (Loopback) Of(_ context.Context, _, origin string) (bool, error) { return IsLoopback(origin), nil }
