package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/granary-fhir/granary/store"
)

// Waiting says that the next key is there already, and when it signs.
type Waiting struct {
	KID  string
	From time.Time
}

func (e *Waiting) Error() string {
	return fmt.Sprintf("the next key is published already, and signs from %s on: %s", e.From.Format(time.RFC3339), e.KID)
}

// Errors of Remove.
var (
	ErrUnknownKey = errors.New("there is no such key")
	ErrSigning    = errors.New("this key signs; rotate first, so that another one does")
)

// Rotate makes the next key. It is published at once and signs after Overlap; until
// then there cannot be a further one: *Waiting.
func (k *Keys) Rotate(ctx context.Context) (kid string, err error) {
	return k.rotate(ctx, Overlap)
}

// RotateNow makes a new key that signs at once, in place of one that waits too.
// Clients that keep the JWKS have to look it up.
func (k *Keys) RotateNow(ctx context.Context) (kid string, err error) {
	return k.rotate(ctx, 0)
}

func (k *Keys) rotate(ctx context.Context, overlap time.Duration) (string, error) {
	now := k.clock().UTC()
	next, err := k.make(now, now.Add(overlap))
	if err != nil {
		return "", err
	}
	return next.KID, k.change(ctx, func(r ring) (ring, error) {
		last := r.Keys[len(r.Keys)-1]
		if overlap > 0 && last.From.After(now) {
			return ring{}, &Waiting{last.KID, last.From}
		}
		return r.with(next, now), nil
	})
}

// Remove takes a key out of the JWKS before its time, so that nothing that it has
// signed is good any longer: for a key that others may have. ErrSigning for the key
// that signs, ErrUnknownKey where there is none of this name.
func (k *Keys) Remove(ctx context.Context, kid string) error {
	return k.change(ctx, func(r ring) (ring, error) {
		switch i := r.find(kid); {
		case i < 0:
			return ring{}, ErrUnknownKey
		case i == r.signing(k.clock()):
			return ring{}, ErrSigning
		default:
			return ring{slices.Delete(slices.Clone(r.Keys), i, i+1)}, nil
		}
	})
}

// change replaces the ring by what fn makes of it, as often as others are faster.
func (k *Keys) change(ctx context.Context, fn func(ring) (ring, error)) error {
	for {
		now, err := k.latest(ctx)
		if err != nil {
			return err
		}
		changed, err := fn(now.ring)
		if err != nil {
			return err
		}
		if err = k.save(ctx, changed, now.revision); !errors.Is(err, store.ErrRecordChanged) {
			return err
		}
	}
}
