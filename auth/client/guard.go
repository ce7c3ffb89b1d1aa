package client

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

// guarded is the transport by which clients' URLs are fetched: from public addresses
// only, so that nobody makes this server ask its own network (SSRF). The address is
// checked when it is dialled: whatever a name resolved to before does not count.
// No proxy is used, which would resolve names itself.
func guarded(allowLoopback bool) http.RoundTripper {
	dialer := &net.Dialer{
		Control: func(_, address string, _ syscall.RawConn) error { return checkAddress(address, allowLoopback) },
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		MaxResponseHeaderBytes: 16 << 10,
		DisableKeepAlives:      true,
		DisableCompression:     true,
	}
}

func checkAddress(address string, allowLoopback bool) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s is no address", address)
	}
	ip := dialled.Addr().Unmap()
	if isPublic(ip) || allowLoopback && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s is not a public address", ip)
}

// special are the prefixes that IANA's registries of special-purpose addresses do
// not call globally reachable, with those that only wrap an IPv4 address.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("10.0.0.0/8"),      // private
	netip.MustParsePrefix("100.64.0.0/10"),   // behind a carrier's NAT
	netip.MustParsePrefix("127.0.0.0/8"),     // loopback
	netip.MustParsePrefix("169.254.0.0/16"),  // link-local
	netip.MustParsePrefix("172.16.0.0/12"),   // private
	netip.MustParsePrefix("192.0.0.0/24"),    // protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("192.168.0.0/16"),  // private
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("224.0.0.0/4"),     // multicast
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, broadcast
	netip.MustParsePrefix("2001::/23"),       // protocols, Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4
	netip.MustParsePrefix("3fff::/20"),       // documentation
}

// global is what of IPv6 is given out: loopback, private, link-local, NAT64 and
// multicast addresses are outside of it.
var global = netip.MustParsePrefix("2000::/3")

func isPublic(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Is6() && !global.Contains(ip) {
		return false
	}
	for _, prefix := range special {
		if prefix.Contains(ip) {
			return false
		}
	}
	return true
}
