package page

import (
	"html/template"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// runs are the schemes by which a browser may run what a URI says, or open what
// is on the user's own machine.
var runs = []string{"javascript", "vbscript", "data", "blob", "about", "file", "filesystem", "view-source"}

// source is a URI's origin as a source of a Content-Security-Policy, and "" for
// what is none: the scheme and host of a web address, the scheme of a private-use
// one (RFC 8252, 7.1), which has no host.
func source(uri string) string {
	if logo(uri) != "" && strings.HasPrefix(uri, "data:") {
		return "data:"
	}
	u, err := url.Parse(uri)
	if err != nil || slices.Contains(runs, u.Scheme) {
		return ""
	}
	switch {
	case u.Scheme == "":
		return ""
	case u.Scheme != "http" && u.Scheme != "https":
		return u.Scheme + ":"
	case strings.HasPrefix(u.Host, "["):
		// A policy cannot name an address of IPv6 (CSP 3, 2.3.1 host-part).
		return u.Scheme + ":"
	case u.Host == "" || !plainHost(u.Host):
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// plainHost tells whether a host and port are of characters that cannot end a
// source or a directive. [url.Parse] admits a semicolon and a comma.
func plainHost(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != ':' && r != '_'
	})
}

// webLink is the URI if it leads to a page of the web, and "" if not.
func webLink(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return uri
}

// logo is the URI if it can be shown as an image: over https, from this machine,
// or within the URI itself.
func logo(uri string) template.URL {
	if kind, _, ok := strings.Cut(strings.TrimPrefix(uri, "data:"), ","); ok && strings.HasPrefix(uri, "data:") {
		kind, _, _ = strings.Cut(kind, ";")
		if slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"}, kind) {
			return template.URL(uri) // #nosec G203: an image runs no script
		}
		return ""
	}
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || !plainHost(u.Host) && !strings.HasPrefix(u.Host, "[") {
		return ""
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return template.URL(uri) // #nosec G203: the scheme is checked
	}
	return ""
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// host is where a URI leads, as people read it: a host, or the scheme of a
// private-use URI.
func host(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return ""
	case u.Host != "":
		return u.Host
	}
	return u.Scheme
}
