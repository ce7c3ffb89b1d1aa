package keys

import (
	"context"
	"time"
)

// State is what a key is there for.
type State string

// The states of keys.
const (
	Next    State = "next"    // published, and will sign
	Signing State = "signing" // signs
	Retired State = "retired" // published, and signs no longer
)

// Key tells of a signing key. It has nothing secret.
type Key struct {
	KID     string
	State   State
	Created time.Time
	From    time.Time // when it signs, or began to
	Until   time.Time // when it is no longer published; zero if nothing follows it yet
}

// List tells of the keys that are published, in the order in which they sign.
func (k *Keys) List(ctx context.Context) ([]Key, error) {
	r, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	now := k.clock()
	r = ring{r.published(now)}
	signing := r.signing(now)
	listed := make([]Key, len(r.Keys))
	for i, one := range r.Keys {
		state := Signing
		switch {
		case i < signing:
			state = Retired
		case i > signing:
			state = Next
		}
		listed[i] = Key{KID: one.KID, State: state, Created: one.Created, From: one.From, Until: r.until(i)}
	}
	return listed, nil
}
