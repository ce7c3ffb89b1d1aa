package api

import (
	"net/url"
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
	var b strings.Builder
	b.WriteString(s.base)
	b.WriteString(r.path())
	for i, p := range pairs {
		if i == 0 {
			b.WriteByte('?')
		} else {
			b.WriteByte('&')
		}
		b.WriteString(escape(p.Name))
		b.WriteByte('=')
		b.WriteString(escape(p.Value))
	}
	return b.String()
}

// unescaped are the escapes that a query string can do without (RFC 3986,
// section 3.4), so that links stay legible; and a space is %20, since a plus is
// a space to some readers only.
var unescaped = strings.NewReplacer("+", "%20", "%3A", ":", "%2F", "/", "%2C", ",")

func escape(text string) string { return unescaped.Replace(url.QueryEscape(text)) }
