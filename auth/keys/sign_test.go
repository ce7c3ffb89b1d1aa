package keys

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestSignAndVerify(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	want := jwt.MapClaims{"iss": "https://h", "sub": "a", "exp": float64(w.Now().Add(time.Hour).Unix())}
	token, err := k.Sign(t.Context(), want)
	w.must(err)
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	w.must(err)
	if got := `{"alg":"RS256","kid":"` + w.signer(token) + `","typ":"JWT"}`; string(header) != got {
		t.Errorf("header %s, want %s", header, got)
	}
	got, err := k.Verify(t.Context(), token)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v %v", got, err)
	}
	w.Advance(time.Hour - time.Second)
	if _, err := k.Verify(t.Context(), token); err != nil {
		t.Errorf("in its last second: %v", err)
	}
	w.Advance(time.Second)
	if _, err := k.Verify(t.Context(), token); !errors.Is(err, ErrInvalid) {
		t.Errorf("expired: %v", err)
	}
}

func TestSignWantsExpiry(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	for name, c := range map[string]struct {
		exp any
		ok  bool
	}{
		"a date":      {jwt.NewNumericDate(w.Now().Add(time.Minute)), true},
		"the longest": {w.Now().Add(MaxLifetime).Unix(), true},
		"too long":    {w.Now().Add(MaxLifetime + time.Second).Unix(), false},
		"no number":   {"tomorrow", false},
		"none":        {nil, false},
	} {
		claims := jwt.MapClaims{"sub": "a"}
		if c.exp != nil {
			claims["exp"] = c.exp
		}
		if _, err := k.Sign(t.Context(), claims); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A token is verified by our key and our algorithm, whatever it says itself.
func TestVerifyRefuses(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	good := w.sign(k, time.Hour)
	kid := w.signer(good)
	own, stranger := ready()[0], ready()[1]
	claims := jwt.MapClaims{"sub": "a", "exp": w.Now().Add(time.Hour).Unix()}
	forge := func(method jwt.SigningMethod, kid any, claims jwt.MapClaims, by any) string {
		token := jwt.NewWithClaims(method, claims)
		if kid != nil {
			token.Header["kid"] = kid
		}
		text, err := token.SignedString(by)
		w.must(err)
		return text
	}
	public, err := x509.MarshalPKIXPublicKey(&own.PublicKey)
	w.must(err)
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"another key":             forge(jwt.SigningMethodRS256, kid, claims, stranger),
		"an unknown kid":          forge(jwt.SigningMethodRS256, thumbprint(&stranger.PublicKey), claims, stranger),
		"no kid":                  forge(jwt.SigningMethodRS256, nil, claims, own),
		"a kid that is no text":   forge(jwt.SigningMethodRS256, 1, claims, own),
		"RS384":                   forge(jwt.SigningMethodRS384, kid, claims, own),
		"PS256":                   forge(jwt.SigningMethodPS256, kid, claims, own),
		"none":                    forge(jwt.SigningMethodNone, kid, claims, jwt.UnsafeAllowNoneSignatureType),
		"HS256 by the public key": forge(jwt.SigningMethodHS256, kid, claims, inPEM),
		"no exp":                  forge(jwt.SigningMethodRS256, kid, jwt.MapClaims{"sub": "a"}, own),
		"without a signature":     parts[0] + "." + parts[1] + ".",
		"other claims":            parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"b","exp":99999999999}`)) + "." + parts[2],
		"no JWT":                  "gr_abc", "nothing": "",
	} {
		if got, err := k.Verify(t.Context(), token); !errors.Is(err, ErrInvalid) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := k.Verify(t.Context(), good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}
