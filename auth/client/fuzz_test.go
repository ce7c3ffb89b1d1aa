package client

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/oauth"
)

// FuzzAssertion has the client, and somebody else, sign any header and any claims, and
// gives any bytes for a signature. What gets by is signed by the client and right in
// each claim; all else is refused in OAuth's words.
func FuzzAssertion(f *testing.F) {
	w := newWorld(f)
	w.add(f, service("service", public("ec", ecKey()), public("rsa", rsaKey())))
	for _, header := range []string{`{"alg":"ES384","kid":"ec"}`, `{"alg":"RS384","kid":"rsa","typ":"JWT"}`, `{"alg":"none","kid":"ec"}`, `{"alg":"HS384","kid":"ec","jku":"https://evil.example"}`} {
		f.Add(header, string(generated(json.Marshal(w.assertion("service").claims))), []byte{})
		f.Add(header, `{"iss":"service","sub":"service","aud":["`+tokenURL+`","x"],"exp":1e300,"nbf":-1,"iat":"0","jti":1}`, []byte("x"))
	}
	f.Fuzz(func(t *testing.T, header, claims string, signature []byte) {
		unsigned := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
		for _, c := range []struct {
			by        string
			signature []byte
		}{
			{"anybody", signature},
			{"another", sign(t, unsigned, otherKey())},
			{"the client", sign(t, unsigned, ecKey())},
		} {
			text := unsigned + "." + base64.RawURLEncoding.EncodeToString(c.signature)
			got, err := w.auth.Authenticate(t.Context(), nil, asserting(text))
			var told *oauth.Error
			switch {
			case err == nil && (c.by != "the client" || got.ID != "service" || w.doubt(claims) != nil):
				t.Fatalf("%s.%s by %s is taken for %q: %v", header, claims, c.by, got.ID, w.doubt(claims))
			case err != nil && (!errors.As(err, &told) || got.ID != "" || strings.ContainsAny(told.Description, "\"\\")):
				t.Fatalf("%s.%s by %s: %q, %v", header, claims, c.by, got.ID, err)
			}
		}
	})
}

func sign(t *testing.T, unsigned string, by *ecdsa.PrivateKey) []byte {
	t.Helper()
	signature, err := jwt.SigningMethodES384.Sign(unsigned, by)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// doubt is what is wrong with claims, found in another way.
func (w *world) doubt(text string) error {
	var claims map[string]any
	if err := json.Unmarshal([]byte(text), &claims); err != nil {
		return err
	}
	exp, _ := claims["exp"].(float64)
	jti, _ := claims["jti"].(string)
	now := float64(w.Now().Unix())
	switch aud := fmt.Sprint(claims["aud"]); {
	case claims["iss"] != "service" || claims["sub"] != "service":
		return errors.New("iss or sub")
	case aud != tokenURL && aud != "["+tokenURL+"]":
		return errors.New("aud")
	case exp < now-30 || exp >= now+331:
		return errors.New("exp")
	case jti == "":
		return errors.New("jti")
	}
	return nil
}
