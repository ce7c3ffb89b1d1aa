package api

import (
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// resourceURL is the absolute URL of a resource.
func (s *server) resourceURL(key store.Key) string { return s.base + "/" + key.String() }

// versionURL is the absolute URL of a version.
func (s *server) versionURL(version store.Resource) string {
	return s.resourceURL(version.Key) + "/_history/" + strconv.FormatInt(version.Version, 10)
}

// link is the absolute URL of the path of a request with other parameters. It
// keeps the format that the client asked for by parameters.
func (s *server) link(r *request, pairs []search.Pair) string {
	if r.format.explicit != "" {
		pairs = append(pairs[:len(pairs):len(pairs)], search.Pair{Name: "_format", Value: r.format.explicit})
	}
	if r.format.pretty {
		pairs = append(pairs[:len(pairs):len(pairs)], search.Pair{Name: "_pretty", Value: "true"})
	}
	path, size := r.path(), 0
	for _, p := range pairs {
		size += len(p.Name) + len(p.Value) + len("&=")
	}
	b := make([]byte, 0, len(s.base)+len(path)+size+size/4) // for what is escaped
	b = append(append(b, s.base...), path...)
	for i, p := range pairs {
		if i == 0 {
			b = append(b, '?')
		} else {
			b = append(b, '&')
		}
		b = appendEscaped(append(appendEscaped(b, p.Name), '='), p.Value)
	}
	return string(b)
}

// appendEscaped writes a text as part of a query string (RFC 3986, section 3.4). What
// can stand there as it is does, so that links stay legible; and a space is %20, since
// a plus is a space to some readers only.
func appendEscaped(b []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.~:/,", c) >= 0:
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&0xF])
		}
	}
	return b
}
