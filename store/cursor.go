package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// sealer makes the positions in page links opaque and unforgeable, and binds
// each to the permissions and the query it was made for, so that a link is worth
// nothing to another caller or after a grant was narrowed. The page itself is
// authorized anew whenever it is asked for; the seal only keeps positions, which
// hold sort values of the caller's own rows, out of other hands.
type sealer struct{ aead cipher.AEAD }

// newSealer takes the store's key, and makes one if it has none: links stay good
// over a restart and between processes on one store.
func newSealer(ctx context.Context, records Records) (*sealer, error) {
	key, err := keyOfSealer(ctx, records)
	if err != nil {
		return nil, fmt.Errorf("the key for page links: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("the key for page links: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead}, nil
}

// The record of the key.
const sealingKind, sealingKey = "key", "page-links"

func keyOfSealer(ctx context.Context, records Records) ([]byte, error) {
	found, err := records.Get(ctx, sealingKind, sealingKey)
	if !errors.Is(err, ErrNotFound) {
		return found.Value, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	_, err = records.Swap(ctx, sealingKind, sealingKey, 0, key, time.Time{})
	if errors.Is(err, ErrRecordChanged) { // another process was first
		found, err = records.Get(ctx, sealingKind, sealingKey)
		return found.Value, err
	}
	return key, err
}

// seal returns text that open turns back, given the same bound.
func (s *sealer) seal(text []byte, bound string) string {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(text)+s.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails: crypto/rand.Read
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, []byte(bound)))
}

// open is the inverse of seal; ErrCursor for anything that seal did not return
// for the same bound.
func (s *sealer) open(sealed, bound string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return nil, ErrCursor
	}
	nonce, ciphertext := raw[:s.aead.NonceSize()], raw[s.aead.NonceSize():]
	text, err := s.aead.Open(nil, nonce, ciphertext, []byte(bound))
	if err != nil {
		return nil, ErrCursor
	}
	return text, nil
}
