package proxy

import (
	"fmt"
	"net/url"
	"strings"
)

// reaches refuses a request that was sent elsewhere than to the server's own URL, as
// far as the proxy says where.
func (h hop) reaches(own *url.URL) error {
	what := ""
	switch {
	case h.proto != "" && !strings.EqualFold(h.proto, own.Scheme):
		what = "scheme"
	case h.host != "" && !sameHost(h.host, own):
		what = "host"
	case h.prefix != "" && strings.TrimRight(h.prefix, "/") != strings.TrimRight(own.Path, "/"):
		what = "path prefix"
	default:
		return nil
	}
	return fmt.Errorf("the proxy says that this request was sent to another %s than that of %s, where this server is; its --base-url and what the proxy forwards have to agree", what, own)
}

// sameHost compares hosts. Without a port a host stands for each port, since some
// proxies leave it out.
func sameHost(host string, own *url.URL) bool {
	said := &url.URL{Scheme: own.Scheme, Host: host}
	if !strings.EqualFold(said.Hostname(), own.Hostname()) {
		return false
	}
	return said.Port() == "" || port(said) == port(own)
}

// port is the port that is meant.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
