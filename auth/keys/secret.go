package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/granary-fhir/granary/store"
)

const (
	secretKind  = "secret"
	secretBytes = 32
)

// Secret returns 32 random bytes that are kept with the data: the same ones for a
// purpose in every process, after a restart too, and others for another purpose.
func Secret(ctx context.Context, records store.Records, purpose string) ([]byte, error) {
	found, err := records.Get(ctx, secretKind, purpose)
	if !errors.Is(err, store.ErrNotFound) {
		return found.Value, err
	}
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand.Read
	_, err = records.Swap(ctx, secretKind, purpose, 0, secret, time.Time{})
	if errors.Is(err, store.ErrRecordChanged) { // another process was first
		found, err = records.Get(ctx, secretKind, purpose)
		return found.Value, err
	}
	return secret, err
}
