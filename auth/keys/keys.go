package keys

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// The record of the signing keys. It is one, so that they change together.
const (
	ringKind = "signing-key"
	ringKey  = "id-token"
)

// Keys signs ID tokens with keys that are kept with the data, and knows of every
// change of them at once, whichever process makes it. It is safe for concurrent use.
type Keys struct {
	records  store.Records
	clock    func() time.Time
	generate func() (*rsa.PrivateKey, error)

	making sync.Mutex // the first key

	mu    sync.Mutex
	known known
}

// known is the ring as it was read last. It is good as long as the record has the
// revision.
type known struct {
	ring     ring
	revision int64 // 0: nothing is known
}

// Open returns the keys that are kept in the records, and makes the first one where
// there is none. Of several processes that do so at once one makes it. Clock is what
// expiry is measured by: time.Now.
func Open(ctx context.Context, records store.Records, clock func() time.Time) (*Keys, error) {
	return open(ctx, records, clock, generate)
}

// OpenLazily is Open, but that the first key is made when one is asked for: it takes a
// good part of a second, for which a server that starts has better use.
func OpenLazily(ctx context.Context, records store.Records, clock func() time.Time) (*Keys, error) {
	return openLazily(ctx, records, clock, generate)
}

func open(ctx context.Context, records store.Records, clock func() time.Time, generate func() (*rsa.PrivateKey, error)) (*Keys, error) {
	k, err := openLazily(ctx, records, clock, generate)
	if err == nil {
		_, err = k.current(ctx)
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

func openLazily(ctx context.Context, records store.Records, clock func() time.Time, generate func() (*rsa.PrivateKey, error)) (*Keys, error) {
	k := &Keys{records: records, clock: clock, generate: generate}
	if _, err := k.read(ctx); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return k, nil
}

// first makes the first key, unless another process or request has.
func (k *Keys) first(ctx context.Context) (known, error) {
	k.making.Lock()
	defer k.making.Unlock()
	if now, err := k.read(ctx); !errors.Is(err, store.ErrNotFound) {
		return now, err
	}
	now := k.clock().UTC()
	one, err := k.make(now, now)
	if err != nil {
		return known{}, err
	}
	if err := k.save(ctx, ring{[]key{one}}, 0); err != nil && !errors.Is(err, store.ErrRecordChanged) {
		return known{}, err
	}
	return k.read(ctx)
}

// make makes a new key.
func (k *Keys) make(created, from time.Time) (key, error) {
	private, err := k.generate()
	if err != nil {
		return key{}, err
	}
	return newKey(private, created, from)
}

// save writes the ring in place of the one of a revision.
func (k *Keys) save(ctx context.Context, r ring, instead int64) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	revision, err := k.records.Swap(ctx, ringKind, ringKey, instead, value, time.Time{})
	if err != nil {
		return err
	}
	k.remember(known{r, revision})
	return nil
}

// current is the ring as it is now.
func (k *Keys) current(ctx context.Context) (ring, error) {
	now, err := k.latest(ctx)
	return now.ring, err
}

// latest is the ring as it is now, with its revision: there always is one.
func (k *Keys) latest(ctx context.Context) (known, error) {
	now, err := k.read(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return k.first(ctx)
	}
	return now, err
}

// read is the ring that is kept, with its revision; store.ErrNotFound if there is none.
func (k *Keys) read(ctx context.Context) (known, error) {
	revisions, err := k.records.Revisions(ctx, store.RecordName{Kind: ringKind, Key: ringKey})
	if err != nil {
		return known{}, err
	}
	if was := k.remembered(); was.revision != 0 && was.revision == revisions[0] {
		return was, nil
	}
	found, err := k.records.Get(ctx, ringKind, ringKey)
	if err != nil {
		return known{}, err
	}
	r, err := readRing(found.Value)
	if err != nil {
		return known{}, err
	}
	now := known{r, found.Revision}
	k.remember(now)
	return now, nil
}

func (k *Keys) remembered() known {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known
}

func (k *Keys) remember(now known) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known = now
}
