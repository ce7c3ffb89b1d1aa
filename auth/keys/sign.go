package keys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ErrInvalid says that a token is not an ID token of this server, or no longer good.
// It is wrapped with the reason, which is for the log.
var ErrInvalid = errors.New("not a good ID token of this server")

// Sign returns the claims as a JWT, signed by RS256 with the key whose turn it is,
// which the header names. It wants `exp`, no more than MaxLifetime away: a key is
// published as long as that.
func (k *Keys) Sign(ctx context.Context, claims jwt.MapClaims) (string, error) {
	now := k.clock()
	if err := checkExpiry(claims, now); err != nil {
		return "", err
	}
	r, err := k.current(ctx)
	if err != nil {
		return "", err
	}
	by := r.Keys[r.signing(now)]
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = by.KID
	return token.SignedString(by.private)
}

// checkExpiry reads `exp` as a client will, whatever its type is here.
func checkExpiry(claims jwt.MapClaims, now time.Time) error {
	text, err := json.Marshal(claims)
	if err != nil {
		return fmt.Errorf("an ID token: %w", err)
	}
	var read jwt.RegisteredClaims
	switch err := json.Unmarshal(text, &read); {
	case err != nil:
		return fmt.Errorf("an ID token: %w", err)
	case read.ExpiresAt == nil:
		return errors.New("an ID token needs exp")
	case read.ExpiresAt.After(now.Add(MaxLifetime)):
		return fmt.Errorf("an ID token cannot be good for more than %v", MaxLifetime)
	}
	return nil
}

// Verify returns the claims of a JWT that Sign returned and that has not expired;
// ErrInvalid for anything else, and any other error is the store's.
func (k *Keys) Verify(ctx context.Context, token string) (jwt.MapClaims, error) {
	return k.verify(ctx, token, jwt.WithExpirationRequired(), jwt.WithTimeFunc(k.clock))
}

// Recognize is Verify for a JWT that may have expired: it tells of whom it was, and not
// that they are still who they were.
func (k *Keys) Recognize(ctx context.Context, token string) (jwt.MapClaims, error) {
	return k.verify(ctx, token, jwt.WithoutClaimsValidation())
}

func (k *Keys) verify(ctx context.Context, token string, options ...jwt.ParserOption) (jwt.MapClaims, error) {
	r, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	ring := ring{r.published(k.clock())}
	claims := jwt.MapClaims{}
	// The algorithm is ours, whatever the header says (RFC 8725, 3.1).
	options = append(options, jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithStrictDecoding())
	_, err = jwt.ParseWithClaims(token, claims, ring.verifier, options...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return claims, nil
}

// verifier is the public key that a token's header names.
func (r ring) verifier(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	i := r.find(kid)
	if i < 0 {
		return nil, errors.New("its kid names none of the keys")
	}
	return &r.Keys[i].private.PublicKey, nil
}
