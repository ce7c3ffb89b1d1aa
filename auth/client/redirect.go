package client

import (
	"regexp"
	"slices"
)

// Redirects tells whether a redirect URI is registered: letter by letter, but for
// the port of a loopback address, which a native app does not know before it
// runs (RFC 9700, 2.1; RFC 8252, 7.3).
func (c Client) Redirects(uri string) bool {
	return slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		return uri == registered || sameButPort(uri, registered)
	})
}

// loopbackURI splits an http URI on a loopback address around its port. It reads
// text and decodes nothing, so that no two spellings become one.
var loopbackURI = regexp.MustCompile(`^(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::[1-9][0-9]{0,4})?((?:[/?].*)?)$`)

func sameButPort(uri, registered string) bool {
	a, b := loopbackURI.FindStringSubmatch(uri), loopbackURI.FindStringSubmatch(registered)
	return a != nil && b != nil && a[1] == b[1] && a[2] == b[2]
}
