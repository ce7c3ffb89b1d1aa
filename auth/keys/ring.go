package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// How long keys live. A new key is published before it signs, so that clients that
// keep the JWKS have it by then; and an old one as long as something that it has
// signed may still be verified.
const (
	// Overlap is how long a new key is published before it signs.
	Overlap = 24 * time.Hour
	// MaxLifetime is the longest that an ID token may be good.
	MaxLifetime = 24 * time.Hour
	// afterwards is how long a key remains published when every ID token that it
	// has signed has expired.
	afterwards = 24 * time.Hour
)

// ring is all signing keys there are, in the order in which they sign. Each signs
// until the next one does; there is one at least.
type ring struct {
	Keys []key `json:"keys"`
}

// readRing parses a ring that is kept.
func readRing(kept []byte) (ring, error) {
	var r ring
	if err := json.Unmarshal(kept, &r); err != nil {
		return ring{}, fmt.Errorf("signing keys: %w", err)
	}
	if len(r.Keys) == 0 {
		return ring{}, errors.New("signing keys: there is none")
	}
	for i := range r.Keys {
		if err := r.Keys[i].parse(); err != nil {
			return ring{}, err
		}
	}
	return r, nil
}

// signing is the place of the key that signs at a time. It is the first one also
// before that one's time, as another process may see it whose clock is behind.
func (r ring) signing(now time.Time) int {
	for i := len(r.Keys) - 1; i > 0; i-- {
		if !r.Keys[i].From.After(now) {
			return i
		}
	}
	return 0
}

// until is when a key is no longer published; zero if nothing follows it.
func (r ring) until(i int) time.Time {
	if i+1 >= len(r.Keys) {
		return time.Time{}
	}
	return r.Keys[i+1].From.Add(MaxLifetime + afterwards)
}

// published are the keys that the JWKS has at a time.
func (r ring) published(now time.Time) []key {
	var keys []key
	for i, k := range r.Keys {
		if until := r.until(i); until.IsZero() || now.Before(until) {
			keys = append(keys, k)
		}
	}
	return keys
}

// with is the ring in which a further key follows, without those whose time is over.
// Keys that would sign only after the new one never do, and are left out.
func (r ring) with(next key, now time.Time) ring {
	keys := slices.DeleteFunc(r.published(now), func(k key) bool { return k.From.After(next.From) })
	return ring{append(keys, next)}
}

// find is the place of the key of a name, below 0 if there is none.
func (r ring) find(kid string) int {
	return slices.IndexFunc(r.Keys, func(k key) bool { return k.KID == kid })
}
