// Package proxy reads what a reverse proxy says of the requests that it passes on: from
// where they came, and to which URL. It is believed only where it was asked for, and
// only by the headers that the proxy is known to set, since those that it does not set
// are the client's. A server has one URL, at which its links, the references below it
// and its tokens are good; so what a proxy says of the URL changes nothing, and a
// request to another one is refused.
package proxy

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Trust is which headers are believed.
type Trust string

// The headers. A proxy that sets one kind lets clients write the other.
const (
	None       Trust = "none"
	Forwarded  Trust = "forwarded"   // RFC 7239
	XForwarded Trust = "x-forwarded" // X-Forwarded-For, -Proto, -Host and -Prefix
)

// hop is what a proxy says of a request. What it does not say is zero.
type hop struct {
	address             netip.Addr // from where it came
	proto, host, prefix string     // to which URL
}

// about are the headers that tell of what was before a proxy.
var about = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix",
	"X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Ssl", "X-Real-Ip",
}

// Around passes requests on to next as they came from the client: their RemoteAddr is
// the client's address, and there are no headers about proxies any longer, believed or
// not. Only a proxy on a loopback, private or link-local address is believed. A request
// that was sent to another URL than base is refused with 421.
func Around(next http.Handler, trust Trust, base string) (http.Handler, error) {
	own, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	read, known := map[Trust]func(http.Header) (hop, error){None: nil, Forwarded: forwarded, XForwarded: xForwarded}[trust]
	if !known {
		return nil, fmt.Errorf("headers of a proxy are %q, %q or %q, not %q", None, Forwarded, XForwarded, trust)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var said hop
		if read != nil && near(address(r.RemoteAddr)) {
			var err error
			if said, err = read(r.Header); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if err := said.reaches(own); err != nil {
				http.Error(w, err.Error(), http.StatusMisdirectedRequest)
				return
			}
		}
		next.ServeHTTP(w, said.undo(r))
	}), nil
}

// near tells whether an address is one of this machine or of its own network.
func near(a netip.Addr) bool { return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() }

// undo is the request as it came to the proxy.
func (h hop) undo(r *http.Request) *http.Request {
	if !slices.ContainsFunc(about, func(name string) bool { return r.Header[name] != nil }) {
		return r
	}
	came := r.WithContext(r.Context())
	came.Header = r.Header.Clone()
	for _, name := range about {
		delete(came.Header, name)
	}
	if h.address.IsValid() {
		came.RemoteAddr = netip.AddrPortFrom(h.address, 0).String()
	}
	return came
}

// ClientAddress is the address from which a request comes, for limits and records: the
// client's where the proxy in front is believed, and else that of whoever is connected.
func ClientAddress(r *http.Request) string {
	if a := address(r.RemoteAddr); a.IsValid() {
		return a.String()
	}
	return r.RemoteAddr
}

// address reads an address with or without a port, as "192.0.2.1:80" or "[2001:db8::1]";
// it is invalid if there is none.
func address(text string) netip.Addr {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone("")
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
