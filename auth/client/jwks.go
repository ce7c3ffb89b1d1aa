package client

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of a JWK set (RFC 7517, 5).
const (
	maxJWKS = 64 << 10
	maxKeys = 100
	minRSA  = 2048
	maxRSA  = 8192 // what a signature costs to verify grows with it
)

// The algorithms of assertions, and the key types that go with them
// (client-confidential-asymmetric.html).
const (
	rs384 = "RS384"
	es384 = "ES384"
)

func algorithms() []string { return []string{rs384, es384} }

// key is a public key of a client.
type key struct {
	id     string
	alg    string // the algorithm that it can verify
	public crypto.PublicKey
}

// keySet is the keys of a client that can verify an assertion.
type keySet []key

// find returns the key of an id for an algorithm: there must be exactly one
// (client-confidential-asymmetric.html#signature-verification).
func (s keySet) find(id, alg string) (key, error) {
	var found []key
	for _, k := range s {
		if k.id == id && k.alg == alg {
			found = append(found, k)
		}
	}
	if len(found) != 1 {
		return key{}, fmt.Errorf("it has %d keys with the kid %q for %s", len(found), id, alg)
	}
	return found[0], nil
}

// jwk is what of a key decides whether it is one, besides its numbers.
type jwk struct {
	Kid    string   `json:"kid"`
	Use    string   `json:"use"`
	KeyOps []string `json:"key_ops"`
	Alg    string   `json:"alg"`
	// The private parts of keys (RFC 7518, 6.2.2, 6.3.2 and 6.4.1).
	D   jsontext.Value `json:"d"`
	P   jsontext.Value `json:"p"`
	Q   jsontext.Value `json:"q"`
	DP  jsontext.Value `json:"dp"`
	DQ  jsontext.Value `json:"dq"`
	QI  jsontext.Value `json:"qi"`
	Oth jsontext.Value `json:"oth"`
	K   jsontext.Value `json:"k"`
}

func (k jwk) private() bool {
	return slices.ContainsFunc([]jsontext.Value{k.D, k.P, k.Q, k.DP, k.DQ, k.QI, k.Oth, k.K},
		func(part jsontext.Value) bool { return part != nil })
}

// errPrivateKey refuses a set as a whole: whoever can read it can sign.
var errPrivateKey = errors.New("it has the private part; register the public key alone, and make a new pair, since this one was disclosed")

// parseRegistered reads a JWK set that is registered, of which each key must be of use.
func parseRegistered(set []byte) (keySet, error) {
	raw, err := split(set)
	if err != nil {
		return nil, err
	}
	var keys keySet
	for i, text := range raw {
		k, err := parseKey(text)
		if err != nil {
			return nil, fmt.Errorf("keys[%d]: %w", i, err)
		}
		if _, err := append(keys, k).find(k.id, k.alg); err != nil {
			return nil, fmt.Errorf("keys[%d]: another key has the kid %s", i, quote(k.id))
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key")
	}
	return keys, nil
}

// parseFetched reads a JWK set from a client's URL. Keys that are of no use here may
// be for others and are passed over (RFC 7517, 5).
func parseFetched(set []byte) (keySet, error) {
	raw, err := split(set)
	if err != nil {
		return nil, err
	}
	keys := keySet{}
	for i, text := range raw {
		k, err := parseKey(text)
		if errors.Is(err, errPrivateKey) {
			return nil, fmt.Errorf("keys[%d]: %w", i, err)
		}
		if err == nil {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

func split(set []byte) ([]jsontext.Value, error) {
	if len(set) > maxJWKS {
		return nil, fmt.Errorf("it is longer than %d bytes", maxJWKS)
	}
	var parsed struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(set, &parsed); err != nil || parsed.Keys == nil {
		return nil, errors.New(`it is not a JWK set: {"keys":[...]}, with each name once`)
	}
	if len(parsed.Keys) > maxKeys {
		return nil, fmt.Errorf("it has %d keys; %d are allowed", len(parsed.Keys), maxKeys)
	}
	return parsed.Keys, nil
}

func parseKey(text jsontext.Value) (key, error) {
	var about jwk
	if err := json.Unmarshal(text, &about); err != nil {
		return key{}, errors.New("it is not a JWK")
	}
	if about.private() {
		return key{}, errPrivateKey
	}
	var parsed jose.JSONWebKey
	if err := parsed.UnmarshalJSON(text); err != nil {
		return key{}, errors.New("it is not a public key of kty RSA, or of kty EC with crv P-384")
	}
	k := key{id: about.Kid, public: parsed.Key}
	var err error
	if k.alg, err = algorithmOf(parsed.Key); err != nil {
		return key{}, err
	}
	switch {
	case k.id == "":
		return key{}, errors.New("it has no kid")
	case about.Alg != "" && about.Alg != k.alg:
		return key{}, fmt.Errorf("its alg is %s; it should be %s for a key of this kty", quote(about.Alg), k.alg)
	case about.Use != "" && about.Use != "sig":
		return key{}, fmt.Errorf("its use is %s; it should be sig", quote(about.Use))
	case about.KeyOps != nil && !slices.Contains(about.KeyOps, "verify"):
		return key{}, errors.New("its key_ops should have verify")
	}
	return k, nil
}

// algorithmOf is the algorithm whose signatures a public key verifies.
func algorithmOf(public any) (string, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSA || bits > maxRSA {
			return "", fmt.Errorf("it has %d bits; an RSA key should have %d to %d", bits, minRSA, maxRSA)
		}
		if k.E < 3 || k.E%2 == 0 || k.N.Bit(0) == 0 || int64(k.E) > 1<<31-1 {
			return "", errors.New("its numbers n and e are those of no RSA key")
		}
		return rs384, nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P384() {
			return "", errors.New("its crv should be P-384")
		}
		return es384, nil
	}
	return "", errors.New("its kty should be RSA or EC")
}
