package page

import (
	"net/http"
	"slices"
	"strings"
)

// policy is what a page may load, and where its forms may lead.
type policy struct {
	logos  []string // URIs of images that are not Granary's own
	forms  []string // URIs that the answer to one of its forms may redirect to
	frames []string // URIs of what it embeds
	script bool     // it has Granary's own script
	// flow is for pages that an app may have opened in a window of its own and
	// waits for. They must not part from that window, as
	// Cross-Origin-Opener-Policy would make them do.
	flow bool
	// framed is for what asks nothing, and stands in a frame of a page of this server.
	framed bool
}

// set puts the headers of a page.
func (p policy) set(h http.Header) {
	h.Set("Content-Security-Policy", p.contentSecurity())
	h.Set("Cache-Control", "no-store")         // checklist 48: IG; RFC 9700, 4.2
	h.Set("Referrer-Policy", "no-referrer")    // checklist 48: RFC 9700, 4.2.4
	h.Set("X-Frame-Options", "DENY")           // the same as frame-ancestors, to browsers that know no CSP (RFC 6749, 10.13)
	h.Set("X-Content-Type-Options", "nosniff") // it is HTML and nothing else
	if opener := p.opener(); opener != "" {
		h.Set("Cross-Origin-Opener-Policy", opener)
	}
}

// opener is the Cross-Origin-Opener-Policy. A page that embeds an app lets it open a
// window for login and consent, which are never framed, and hear from it.
func (p policy) opener() string {
	switch {
	case p.flow:
		return ""
	case len(p.frames) > 0:
		return "same-origin-allow-popups"
	}
	return "same-origin"
}

// contentSecurity allows what the page needs and nothing else. No page that asks
// something may be framed (checklist 19: RFC 9700, 4.16). Browsers hold the redirects after a form
// to form-action as well, so it names the app that a form returns to.
func (p policy) contentSecurity() string {
	ancestors := "'none'"
	if p.framed {
		ancestors = "'self'"
	}
	directives := []string{
		"default-src 'none'",
		"style-src 'self'",
		"img-src " + sources("'self'", shown(p.logos)),
		"form-action " + sources("'self'", p.forms),
		"frame-ancestors " + ancestors,
		"base-uri 'none'",
	}
	if p.script {
		directives = append(directives, "script-src 'self'")
	}
	if len(p.frames) > 0 {
		// The app sends its frame to the authorization endpoint, which sends it back.
		directives = append(directives, "frame-src "+sources("'self'", p.frames))
	}
	return strings.Join(directives, "; ")
}

// shown are the logos that are shown at all.
func shown(logos []string) []string {
	return slices.DeleteFunc(slices.Clone(logos), func(uri string) bool { return logo(uri) == "" })
}

// sources are first and the origins of the URIs, each once.
func sources(first string, uris []string) string {
	list := []string{first}
	for _, uri := range uris {
		if s := source(uri); s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return strings.Join(list, " ")
}
