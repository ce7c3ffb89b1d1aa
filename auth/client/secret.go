package client

import (
	"crypto/subtle"
	"time"

	"github.com/granary-fhir/granary/auth/handle"
)

// Secret is a client secret as it is kept. The secret itself is shown once and has
// 256 bits, so that a plain digest of it is as good as a slow one.
type Secret struct {
	Digest  string    `json:"digest"` // SHA-256, as hex
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero for never
}

// maxSecrets is how many secrets a client has at most while one replaces another.
const maxSecrets = 2

// matches tells whether a secret is one of the client's at a time. It takes as long
// whatever is given and whatever is kept.
func (c Client) matches(secret string, now time.Time) bool {
	digest := []byte(handle.Digest(secret))
	match := 0
	for i := range maxSecrets {
		kept, counts := make([]byte, len(digest)), 0
		if i < len(c.Secrets) && c.hasSecret() && c.Secrets[i].good(now) {
			kept, counts = []byte(c.Secrets[i].Digest), 1
		}
		match |= counts & subtle.ConstantTimeCompare(digest, kept)
	}
	return match == 1
}

func (s Secret) good(now time.Time) bool { return s.Expires.IsZero() || now.Before(s.Expires) }

// renew adds a fresh secret. Those that were good remain so until the given time,
// or end if that is now; of more than fit the oldest goes.
func (c *Client) renew(now, until time.Time) (secret string) {
	secret = handle.ClientSecret.New()
	var kept []Secret
	for _, s := range c.Secrets {
		if s.good(now) && now.Before(until) {
			if s.Expires.IsZero() {
				s.Expires = until
			}
			kept = append(kept, s)
		}
	}
	kept = append(kept, Secret{Digest: handle.Digest(secret), Created: now})
	c.Secrets = kept[max(0, len(kept)-maxSecrets):]
	return secret
}
