// Package handle makes the secrets that a holder shows and of which the server keeps
// the digest alone: tokens, codes, cookies, one-time links. Each has 256 random bits, so
// that a plain digest is as good as a slow one.
package handle

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Kind is what a handle is for. It stands in front of it, so that secret scanners
// recognise one that has leaked, and that none is taken for one of another kind.
type Kind string

// The kinds.
const (
	AccessToken   Kind = "gr_"
	RefreshToken  Kind = "grr_"
	Code          Kind = "grc_" // an authorization code
	Launch        Kind = "grl_" // of an EHR launch
	Session       Kind = "grs_" // the cookie of a login
	Browser       Kind = "grb_" // the cookie of a browser before a login
	Invitation    Kind = "gri_" // the token of a one-time link
	ClientSecret  Kind = "gcs_"
	InitialAccess Kind = "gci_" // an initial access token (RFC 7591, 1.2)
)

// size are the random bytes of a handle.
const size = 32

// New is a fresh handle.
func (k Kind) New() string { return string(k) + Text(size) }

// Of is the handle of 32 bytes that are as good as random.
func (k Kind) Of(secret [size]byte) string {
	return string(k) + base64.RawURLEncoding.EncodeToString(secret[:])
}

// Digest names the record of a handle, so that the records give none away. ok is false
// for what New cannot have returned.
func (k Kind) Digest(handle string) (digest string, ok bool) {
	body, found := strings.CutPrefix(handle, string(k))
	if !found || len(body) != base64.RawURLEncoding.EncodedLen(size) {
		return "", false
	}
	var raw [size]byte
	if n, err := strictly.Decode(raw[:], []byte(body)); err != nil || n != size {
		return "", false
	}
	return Digest(handle), true
}

var strictly = base64.RawURLEncoding.Strict()

// Digest is the digest of a text, as text: SHA-256 in hexadecimal.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], sum[:])
	return string(digits[:])
}

// Text is n random bytes as base64url.
func Text(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails: crypto/rand.Read
	return base64.RawURLEncoding.EncodeToString(raw)
}
