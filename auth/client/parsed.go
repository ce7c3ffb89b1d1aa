package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"
	"sync"
)

// maxParsed is how many registered JWK sets are kept parsed.
const maxParsed = 1000

// parsedSets keeps registered JWK sets parsed, by their content, which cannot go
// out of date.
type parsedSets struct {
	mu   sync.Mutex
	sets map[[sha256.Size]byte]keySet
}

func newParsedSets() *parsedSets { return &parsedSets{sets: map[[sha256.Size]byte]keySet{}} }

func (p *parsedSets) get(set []byte) (keySet, error) {
	sum := sha256.Sum256(set)
	p.mu.Lock()
	defer p.mu.Unlock()
	if keys, ok := p.sets[sum]; ok {
		return keys, nil
	}
	keys, err := parseRegistered(set)
	if err != nil {
		return nil, err
	}
	if len(p.sets) >= maxParsed {
		clear(p.sets) // rare, and parsed again in no time
	}
	p.sets[sum] = keys
	return keys, nil
}

// newDecoys are keys by which nobody has signed. What they verify fails as slowly as
// it does with a client's own key.
func newDecoys() (map[string]key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("a key: %w", err)
	}
	n := make([]byte, minRSA/8)
	_, _ = rand.Read(n) // never fails: crypto/rand.Read
	n[0], n[len(n)-1] = n[0]|0x80, n[len(n)-1]|1
	return map[string]key{
		es384: {alg: es384, public: &private.PublicKey},
		rs384: {alg: rs384, public: &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}},
	}, nil
}
