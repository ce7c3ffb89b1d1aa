package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/store"
)

// usedKind are the assertions that were used, until they would have expired.
const usedKind = "client-assertion"

// checkClaims holds the claims of a verified assertion to what they should be
// (client-confidential-asymmetric.html#authenticating-to-the-token-endpoint; RFC
// 7523, 3). The client has proved itself, and so its developer is told.
func (a *Authenticator) checkClaims(c Client, formID string, claims jwt.MapClaims) error {
	iss, _ := claims["iss"].(string)
	sub, _ := claims["sub"].(string)
	if iss != c.ID || sub != c.ID {
		return invalid("iss and sub should both be the client id")
	}
	if formID != "" && formID != c.ID { // RFC 7521, 4.2
		return invalid("its sub is not the client_id of the request")
	}
	if err := a.checkAudience(claims); err != nil {
		return err
	}
	if err := checkTimes(claims, a.options.Clock()); err != nil {
		return err
	}
	if jti, _ := claims["jti"].(string); jti == "" {
		return invalid("jti is missing: a text that no other assertion of the client has")
	}
	return nil
}

// checkAudience: an assertion is for this server and no other, which could use it
// here (draft-ietf-oauth-rfc7523bis).
func (a *Authenticator) checkAudience(claims jwt.MapClaims) error {
	good := []string{a.options.TokenURL}
	if a.options.Issuer != "" {
		good = append(good, a.options.Issuer)
	}
	aud, err := claims.GetAudience()
	if err != nil || len(aud) != 1 || !slices.Contains(good, aud[0]) {
		return invalid("aud should be %s and nothing else", a.options.TokenURL)
	}
	return nil
}

func checkTimes(claims jwt.MapClaims, now time.Time) error {
	exp, err := instant(claims, "exp")
	if err != nil {
		return err
	}
	nbf, err := instant(claims, "nbf")
	if err != nil {
		return err
	}
	iat, err := instant(claims, "iat")
	if err != nil {
		return err
	}
	switch latest := now.Add(leeway); {
	case exp.IsZero():
		return invalid("exp is missing")
	case !now.Before(exp.Add(leeway)):
		return invalid("it has expired")
	case exp.After(latest.Add(maxAhead)):
		return invalid("exp is more than %d minutes ahead", int(maxAhead.Minutes()))
	case nbf.After(latest):
		return invalid("nbf is ahead: it is not valid yet")
	case iat.After(latest):
		return invalid("iat is ahead: is the client's clock right?")
	}
	return nil
}

// instant reads a NumericDate (RFC 7519, 2); zero if there is none.
func instant(claims jwt.MapClaims, name string) (time.Time, error) {
	value, ok := claims[name]
	if !ok {
		return time.Time{}, nil
	}
	const latest = 1 << 40 // in the year 36812
	seconds, ok := value.(float64)
	if !ok || seconds < 1 || seconds > latest {
		return time.Time{}, invalid("%s should be a number of seconds since 1970", name)
	}
	return time.Unix(int64(seconds), 0), nil
}

// spend makes an assertion count once: of many requests with it one gets by. It
// comes after every other check, so that nobody spoils the jti of somebody else.
func (a *Authenticator) spend(ctx context.Context, c Client, claims jwt.MapClaims) error {
	exp, err := instant(claims, "exp")
	if err != nil {
		return err
	}
	jti, _ := claims["jti"].(string)
	_, err = a.options.Records.Swap(ctx, usedKind, handle.Digest(c.ID+"\n"+jti), 0, []byte("{}"), exp.Add(leeway))
	if errors.Is(err, store.ErrRecordChanged) {
		return invalid("its jti was used already")
	}
	return err
}
