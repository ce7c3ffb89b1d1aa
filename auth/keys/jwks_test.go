package keys

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The example of RFC 7638, 3.1.
func TestThumbprint(t *testing.T) {
	n, err := base64.RawURLEncoding.DecodeString("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")
	if err != nil {
		t.Fatal(err)
	}
	if got := thumbprint(&rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Error(got)
	}
}

// The set has the public parts and nothing else, and whoever has only the set can
// verify what is signed.
func TestJWKS(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	_, err := k.Rotate(t.Context())
	w.must(err)
	body, err := k.JWKS(t.Context())
	w.must(err)
	var set struct{ Keys []map[string]string }
	w.must(json.Unmarshal(body, &set))
	if len(set.Keys) != 2 {
		t.Fatalf("%s", body)
	}
	for i, one := range set.Keys {
		if one["kty"] != "RSA" || one["use"] != "sig" || one["alg"] != "RS256" || one["e"] != "AQAB" || len(one) != 6 || one["kid"] != thumbprint(&ready()[i].PublicKey) {
			t.Errorf("key %v", one)
		}
	}
	token := w.sign(k, time.Hour)
	n, err := base64.RawURLEncoding.DecodeString(set.Keys[0]["n"])
	w.must(err)
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	if _, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return public, nil }, jwt.WithTimeFunc(w.Now)); err != nil {
		t.Error(err)
	}
}
