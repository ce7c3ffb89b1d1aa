package client

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// maxURI is how long a registered URI may be.
const maxURI = 2000

var (
	errScheme  = errors.New("it should begin with https://, or with http:// for localhost, 127.0.0.1 or [::1]")
	errPrivate = errors.New("it should begin with https://, with http:// for localhost, 127.0.0.1 or [::1], " +
		"or with a scheme of the app's own that is a domain name in reverse, such as com.example.app:/callback")
)

// checkWeb holds a URI to https, or http on this machine (RFC 6749, 3.1.2.1).
func checkWeb(uri string) error {
	parsed, err := absolute(uri)
	if err != nil {
		return err
	}
	if parsed.Hostname() == "" || parsed.Scheme != "https" && (parsed.Scheme != "http" || !isLoopback(parsed.Hostname())) {
		return errScheme
	}
	return nil
}

// checkRedirect holds a redirect URI to RFC 6749 (3.1.2) and RFC 8252 (7 and 8.4):
// absolute, without a fragment, and such that nobody else can receive what is
// sent to it.
func checkRedirect(uri string) error {
	parsed, err := absolute(uri)
	switch {
	case err != nil:
		return err
	case strings.Contains(uri, "*"):
		return errors.New("there are no wildcards; register each URI")
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		return checkPrivate(parsed)
	}
	if checkWeb(uri) != nil {
		return errPrivate
	}
	return nil
}

// checkPrivate holds a private-use scheme to a domain name in reverse: others, such
// as javascript, mean something already, and any app may claim them (RFC 8252, 7.1).
func checkPrivate(parsed *url.URL) error {
	for label := range strings.SplitSeq(parsed.Scheme, ".") {
		if label == "" || !strings.Contains(parsed.Scheme, ".") {
			return errPrivate
		}
	}
	if parsed.Opaque == "" && parsed.Path == "" && parsed.Host == "" {
		return errors.New("something should follow the scheme, such as com.example.app:/callback")
	}
	return nil
}

// checkOrigin holds a web origin to the form in which a browser sends it.
func checkOrigin(origin string) error {
	if err := checkWeb(origin); err != nil {
		return err
	}
	if strings.Contains(origin, "*") {
		return errors.New("there are no wildcards; register each origin")
	}
	if want := originOf(origin); origin != want {
		return fmt.Errorf("an origin is scheme, host and port alone, such as %s", want)
	}
	return nil
}

// absolute parses an absolute URI (RFC 3986, 4.3) in which nothing is hidden.
func absolute(uri string) (*url.URL, error) {
	if uri == "" || len(uri) > maxURI {
		return nil, fmt.Errorf("a URI of 1 to %d characters is wanted", maxURI)
	}
	for i := range len(uri) {
		if c := uri[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\\\"<>^`{|}", c) >= 0 {
			return nil, fmt.Errorf("the character at position %d cannot stand in a URI", i+1)
		}
	}
	parsed, err := url.Parse(uri)
	switch {
	case err != nil || parsed.Scheme == "":
		return nil, errors.New("it should be an absolute URI")
	case strings.Contains(uri, "#"):
		return nil, errors.New("it has a fragment, which is not allowed")
	case parsed.User != nil:
		return nil, errors.New("it has a user name, which is not allowed")
	}
	return parsed, nil
}

// isLoopback tells whether a host is this machine by its name or address alone.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
