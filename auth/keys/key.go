package keys

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// keyBits is the size of an RSA key (RFC 7518, 3.3: 2048 or more).
const keyBits = 2048

// key is a signing key: what is kept of it, and what that stands for.
type key struct {
	KID     string    `json:"kid"`
	Created time.Time `json:"created"`
	From    time.Time `json:"from"`    // it signs from then on, until the next one does
	Private []byte    `json:"private"` // PKCS #8

	private *rsa.PrivateKey
}

// newKey makes a key that signs from a time on.
func newKey(private *rsa.PrivateKey, created, from time.Time) (key, error) {
	kept, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return key{}, err
	}
	kid := thumbprint(&private.PublicKey)
	return key{KID: kid, Created: created, From: from, Private: kept, private: private}, nil
}

// parse turns what is kept into a key that can sign.
func (k *key) parse() error {
	parsed, err := x509.ParsePKCS8PrivateKey(k.Private)
	if err != nil {
		return fmt.Errorf("signing key %s: %w", k.KID, err)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok || thumbprint(&private.PublicKey) != k.KID {
		return fmt.Errorf("signing key %s: %w", k.KID, errNotThatKey)
	}
	k.private = private
	return nil
}

var errNotThatKey = errors.New("what is kept is not the RSA key of this name")

// generate makes the RSA key of a signing key.
func generate() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }
