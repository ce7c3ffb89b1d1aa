package client

import (
	"net/url"
	"slices"
	"strings"
)

// AllowedOrigins are the web origins that may read responses meant for the client:
// those of its redirect URIs on the web, and those that were registered besides.
// Each is there once, as a browser writes it.
func (c Client) AllowedOrigins() []string {
	var origins []string
	for _, uri := range slices.Concat(c.RedirectURIs, c.Origins) {
		if origin := originOf(uri); origin != "" && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return origins
}

// originOf is the origin of an http or https URI (RFC 6454, 6.2), "" for others.
func originOf(uri string) string {
	parsed, err := url.Parse(uri)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(parsed.Host)
	if parsed.Port() == "" || parsed.Port() == map[string]string{"http": "80", "https": "443"}[parsed.Scheme] {
		host = strings.TrimSuffix(host, ":"+parsed.Port())
	}
	return parsed.Scheme + "://" + host
}
