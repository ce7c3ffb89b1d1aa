package keys

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

// jwk is the public part of a key, as everyone may see it (RFC 7517, 4; RFC 7518,
// 6.3.1).
type jwk struct {
	KTY string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	KID string `json:"kid"`
	N   string `json:"n"`
	E   string `json:"e"`
}

// JWKS is the JSON Web Key Set that clients verify ID tokens by: the public parts of
// the key that signs, of one that will, and of those whose ID tokens may still be
// good.
func (k *Keys) JWKS(ctx context.Context) ([]byte, error) {
	r, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	set := struct {
		Keys []jwk `json:"keys"`
	}{}
	for _, one := range r.published(k.clock()) {
		public := &one.private.PublicKey
		set.Keys = append(set.Keys, jwk{KTY: "RSA", Use: "sig", Alg: "RS256", KID: one.KID, N: modulus(public), E: exponent(public)})
	}
	return json.Marshal(set)
}

// thumbprint names a key by what it is (RFC 7638, 3).
func thumbprint(public *rsa.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"e":"` + exponent(public) + `","kty":"RSA","n":"` + modulus(public) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func modulus(public *rsa.PublicKey) string {
	return base64.RawURLEncoding.EncodeToString(public.N.Bytes())
}

func exponent(public *rsa.PublicKey) string {
	return base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes())
}
