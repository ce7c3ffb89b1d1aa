package proxy

import (
	"net/http"
	"strings"
)

// xForwarded reads the headers that have no standard. Of a list, the last item is what
// the proxy says that is connected to us; those before it may be anybody's words.
func xForwarded(h http.Header) (hop, error) {
	return hop{
		address: address(last(h, "X-Forwarded-For")),
		proto:   last(h, "X-Forwarded-Proto"),
		host:    last(h, "X-Forwarded-Host"),
		prefix:  last(h, "X-Forwarded-Prefix"),
	}, nil
}

// last is the last item of the lists in a header.
func last(h http.Header, name string) string {
	values := h.Values(name)
	if len(values) == 0 {
		return ""
	}
	text := values[len(values)-1]
	return strings.TrimSpace(text[strings.LastIndexByte(text, ',')+1:])
}
