package user

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// Argon2 is what a hash of a password costs (RFC 9106, 3.1).
type Argon2 struct {
	Memory  uint32 // KiB
	Time    uint32 // passes over the memory
	Threads uint8
}

// DefaultArgon2 is the first recommendation of OWASP's Password Storage Cheat Sheet
// for Argon2id, and its least memory.
var DefaultArgon2 = Argon2{Memory: 19 * 1024, Time: 2, Threads: 1}

const (
	saltBytes = 16 // RFC 9106, 3.1
	keyBytes  = 32
)

// weaker tells whether a hash of these costs should be made anew with others.
func (p Argon2) weaker(than Argon2) bool { return p.Memory < than.Memory || p.Time < than.Time }

// sane bounds what a record can make the server spend.
func (p Argon2) sane() bool {
	return p.Time >= 1 && p.Time <= 64 && p.Threads >= 1 && p.Threads <= 64 &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= 1<<20
}

// phc is a hash in the form of the Password Hashing Competition, which tells how it
// was made.
type phc struct {
	costs     Argon2
	salt, key []byte
}

const phcFormat = "$argon2id$v=%d$m=%d,t=%d,p=%d$%s"

var phcBase64 = base64.RawStdEncoding.Strict()

func (h phc) String() string {
	return fmt.Sprintf(phcFormat, argon2.Version, h.costs.Memory, h.costs.Time, h.costs.Threads, phcBase64.EncodeToString(h.salt)+"$"+phcBase64.EncodeToString(h.key))
}

func parsePHC(text string) (phc, error) {
	var h phc
	var version int
	var rest string
	_, err := fmt.Sscanf(text, phcFormat, &version, &h.costs.Memory, &h.costs.Time, &h.costs.Threads, &rest)
	if err != nil || version != argon2.Version || !h.costs.sane() {
		return phc{}, errPHC
	}
	for i, c := range rest {
		if c != '$' {
			continue
		}
		salt, saltErr := phcBase64.DecodeString(rest[:i])
		key, keyErr := phcBase64.DecodeString(rest[i+1:])
		if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) != keyBytes {
			break
		}
		h.salt, h.key = salt, key
		return h, nil
	}
	return phc{}, errPHC
}

var errPHC = fmt.Errorf("a password's hash is none of argon2id version %d", argon2.Version)

// hasher makes hashes, few at a time: each needs its costs' memory.
type hasher struct {
	costs Argon2
	seats chan struct{}
}

func newHasher(costs Argon2, atOnce int) *hasher { return &hasher{costs, make(chan struct{}, atOnce)} }

// key waits for its turn.
func (h *hasher) key(ctx context.Context, password string, costs Argon2, salt []byte) ([]byte, error) {
	select {
	case h.seats <- struct{}{}:
		defer func() { <-h.seats }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return argon2.IDKey([]byte(password), salt, costs.Time, costs.Memory, costs.Threads, keyBytes), nil
}

func (h *hasher) hash(ctx context.Context, password string) (phc, error) {
	made := phc{costs: h.costs, salt: make([]byte, saltBytes)}
	_, _ = rand.Read(made.salt) // never fails: crypto/rand.Read
	var err error
	made.key, err = h.key(ctx, password, made.costs, made.salt)
	return made, err
}

// matches compares in constant time.
func (h *hasher) matches(ctx context.Context, password string, with phc) (bool, error) {
	key, err := h.key(ctx, password, with.costs, with.salt)
	return err == nil && subtle.ConstantTimeCompare(key, with.key) == 1, err
}

// nobody is what the passwords of unknown accounts are compared with, so that they
// take as long as others. Nothing matches it.
func (h *hasher) nobody() phc {
	none := phc{costs: h.costs, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	_, _ = rand.Read(none.key)
	return none
}
