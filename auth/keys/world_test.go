package keys

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// ready are the keys of all tests, short ones, since making one takes a while.
var ready = sync.OnceValue(func() []*rsa.PrivateKey {
	made := make([]*rsa.PrivateKey, 4)
	for i := range made {
		made[i], _ = rsa.GenerateKey(rand.Reader, 1024)
	}
	return made
})

// world is records with a clock that only the test moves.
type world struct {
	testing.TB
	*testclock.Clock
	database *testbackend.Database
	records  store.Records
	made     atomic.Int64
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, Clock: testclock.At(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)), database: testbackend.New(t)}
	w.records = w.process().Records()
	return w
}

// process opens the data as another process does.
func (w *world) process() store.Backend {
	w.Helper()
	return w.database.Open(testbackend.Options{Clock: w.Now})
}

// generate hands out the keys that are ready, one after another.
func (w *world) generate() (*rsa.PrivateKey, error) {
	return ready()[(w.made.Add(1)-1)%int64(len(ready()))], nil
}

func (w *world) open(records store.Records) *Keys {
	w.Helper()
	k, err := open(context.Background(), records, w.Now, w.generate)
	w.must(err)
	return k
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) sign(k *Keys, ttl time.Duration) string {
	w.Helper()
	token, err := k.Sign(context.Background(), jwt.MapClaims{"sub": "a", "exp": w.Now().Add(ttl).Unix()})
	w.must(err)
	return token
}

// signer is the kid of the key that signed a token.
func (w *world) signer(token string) string {
	w.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	w.must(err)
	return parsed.Header["kid"].(string)
}

// is wants the list of keys to be so.
func (w *world) is(k *Keys, want ...Key) {
	w.Helper()
	got, err := k.List(context.Background())
	w.must(err)
	if !slices.Equal(got, want) {
		w.Errorf("keys %+v\nwant %+v", got, want)
	}
}
