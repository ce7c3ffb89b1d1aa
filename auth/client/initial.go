package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

const initialKind = "initial-access-token"

// InitialTokens keeps initial access tokens (RFC 7591, 1.2), each of which lets its
// bearer register a number of clients. It is safe for concurrent use.
type InitialTokens struct {
	records store.Records
	clock   func() time.Time
}

// NewInitialTokens keeps the tokens in the records of a store.
func NewInitialTokens(records store.Records, clock func() time.Time) *InitialTokens {
	return &InitialTokens{records, clock}
}

// In is the tokens as a transaction sees and writes them.
func (t *InitialTokens) In(records store.Records) *InitialTokens {
	return &InitialTokens{records, t.clock}
}

type initialRecord struct {
	Uses int `json:"uses"`
}

// Issue makes a token that is good for a time and a number of registrations.
func (t *InitialTokens) Issue(ctx context.Context, ttl time.Duration, uses int) (string, error) {
	if ttl <= 0 || uses < 1 {
		return "", fmt.Errorf("an initial access token for %d registrations within %v: both should be above zero", uses, ttl)
	}
	token := handle.InitialAccess.New()
	_, err := t.put(ctx, handle.Digest(token), 0, uses, t.clock().Add(ttl))
	return token, err
}

func (t *InitialTokens) put(ctx context.Context, key string, revision int64, uses int, expires time.Time) (int64, error) {
	value, err := json.Marshal(initialRecord{uses})
	if err != nil {
		return 0, err
	}
	return t.records.Swap(ctx, initialKind, key, revision, value, expires)
}

// Check tells whether a token could be used now: nil, or an *oauth.Error
// (invalid_token).
func (t *InitialTokens) Check(ctx context.Context, token string) error {
	_, _, err := t.get(ctx, handle.Digest(token))
	return err
}

// Use uses a token for one registration. Of many who use the last one at the same
// time, one does. The error is an *oauth.Error (invalid_token) if it is unknown,
// expired or used up.
func (t *InitialTokens) Use(ctx context.Context, token string) error {
	key := handle.Digest(token)
	for {
		found, kept, err := t.get(ctx, key)
		if err != nil {
			return err
		}
		// A token without uses is kept until it expires, so that it is spent by
		// a swap as well.
		_, err = t.put(ctx, key, found.Revision, kept.Uses-1, found.Expires)
		if !errors.Is(err, store.ErrRecordChanged) {
			return err
		}
	}
}

func (t *InitialTokens) get(ctx context.Context, key string) (store.Record, initialRecord, error) {
	found, err := t.records.Get(ctx, initialKind, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return found, initialRecord{}, err
	}
	var kept initialRecord
	if err == nil {
		if err := json.Unmarshal(found.Value, &kept); err != nil {
			return found, kept, fmt.Errorf("initial access token: %w", err)
		}
	}
	if kept.Uses < 1 {
		return found, kept, oauth.Refuse(oauth.InvalidToken, "the initial access token is unknown, expired or used up")
	}
	return found, kept, nil
}
