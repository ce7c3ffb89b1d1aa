package user

import "net/netip"

// network is what attempts from an address are counted by: an IPv6 address is one of
// the many that its /64 has.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		if pair, err := netip.ParseAddrPort(address); err == nil {
			parsed = pair.Addr()
		}
	}
	parsed = parsed.Unmap().WithZone("")
	switch {
	case !parsed.IsValid():
		return address
	case parsed.Is6():
		prefix, _ := parsed.Prefix(64) // 64 is one of its lengths
		return prefix.String()
	}
	return parsed.String()
}
