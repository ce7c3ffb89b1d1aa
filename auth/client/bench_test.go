package client

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// BenchmarkAuthenticate is a service that authenticates once: signature, claims, and
// the record that its assertion was used, on the disk. Many do at the same time, and
// their records are committed together.
func BenchmarkAuthenticate(b *testing.B) {
	for _, c := range []struct {
		method jwt.SigningMethod
		kid    string
		key    any
	}{
		{jwt.SigningMethodRS384, "rsa", rsaKey()},
		{jwt.SigningMethodES384, "ec", ecKey()},
	} {
		b.Run(c.method.Alg(), func(b *testing.B) {
			w := newWorld(b)
			w.add(b, service("service", public("ec", ecKey()), public("rsa", rsaKey())))
			texts := make(chan string, b.N)
			for range b.N {
				a := w.assertion("service")
				a.method, a.key, a.header["kid"] = c.method, c.key, c.kid
				texts <- a.text(b)
			}
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := w.auth.Authenticate(b.Context(), nil, asserting(<-texts)); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkVerify is the same without the store: what a refused assertion costs.
func BenchmarkVerify(b *testing.B) {
	w := newWorld(b)
	w.add(b, service("service", public("ec", ecKey()), public("rsa", rsaKey())))
	for _, c := range []struct {
		method jwt.SigningMethod
		kid    string
		key    any
	}{
		{jwt.SigningMethodRS384, "rsa", rsaKey()},
		{jwt.SigningMethodES384, "ec", ecKey()},
	} {
		b.Run(c.method.Alg(), func(b *testing.B) {
			a := w.assertion("service")
			a.method, a.key, a.header["kid"], a.claims["jti"] = c.method, c.key, c.kid, ""
			text := a.text(b)
			for b.Loop() {
				if _, err := w.auth.Authenticate(b.Context(), nil, asserting(text)); err == nil {
					b.Fatal("it is used")
				}
			}
		})
	}
}
