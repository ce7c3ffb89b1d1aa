package client

import (
	"crypto/rand"
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/auth/oauth"
)

// validID are the unreserved characters of URIs. Without colon and slash a client
// id is never the `sub` of a user ("user:…") nor a reference to a resource, so
// that nobody can register as somebody (RFC 9700, 4.15), and it needs no encoding
// in a URL, a header or a shell.
var validID = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

// newID is a fresh client id.
func newID() string { return "app-" + strings.ToLower(rand.Text()) }

func checkID(id string) error {
	if !validID.MatchString(id) {
		return oauth.Refuse(oauth.InvalidClientMetadata,
			"client_id: it should be 1 to 128 letters, digits or any of - . _ ~, and so not look like a user or a reference")
	}
	return nil
}
