package client

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// usualLifetime is how long a JWK set is kept of which nothing is said.
	usualLifetime = 5 * time.Minute
	// maxLifetime bounds how long a key counts that its client has withdrawn.
	maxLifetime = 24 * time.Hour
)

// lifetime is how long a response may be kept: no longer than its Cache-Control
// says, be it not at all (client-confidential-asymmetric.html#signature-verification;
// RFC 9111, 5.2.2). What is said unclearly is taken for nothing.
func lifetime(header http.Header) time.Duration {
	directives := strings.Join(header.Values("Cache-Control"), ",")
	if strings.TrimSpace(directives) == "" {
		return usualLifetime
	}
	keep, said := maxLifetime, false
	for directive := range strings.SplitSeq(directives, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			keep, said = min(keep, seconds(strings.Trim(value, `"`))), true
		}
	}
	if !said {
		keep = usualLifetime
	}
	return max(0, keep-seconds(header.Get("Age")))
}

// seconds is a number of seconds (RFC 9111, 1.2.2), 0 if it is none.
func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}
