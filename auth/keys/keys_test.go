package keys

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

// Of processes that start at once on the same data one makes the key, and all have it.
func TestOpenTogether(t *testing.T) {
	w := newWorld(t)
	const processes = 4
	all := make([]*Keys, processes)
	backends := make([]store.Records, processes)
	for i := range processes {
		backends[i] = w.process().Records()
	}
	var group sync.WaitGroup
	for i := range processes {
		group.Go(func() {
			var err error
			if all[i], err = open(t.Context(), backends[i], w.Now, w.generate); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	kid := w.signer(w.sign(all[0], time.Hour))
	for _, k := range all {
		w.is(k, Key{KID: kid, State: Signing, Created: w.Now(), From: w.Now()})
		if by := w.signer(w.sign(k, time.Hour)); by != kid {
			t.Errorf("signed by %s and by %s", kid, by)
		}
	}
}

// The key is there again after a restart.
func TestOpenAgain(t *testing.T) {
	w := newWorld(t)
	token := w.sign(w.open(w.records), time.Hour)
	again := w.open(w.process().Records())
	if _, err := again.Verify(t.Context(), token); err != nil || w.made.Load() != 1 {
		t.Errorf("%v, %d keys made", err, w.made.Load())
	}
}

// A key that is made has the size that it should have.
func TestGenerate(t *testing.T) {
	if made, err := generate(); err != nil || made.N.BitLen() != 2048 {
		t.Errorf("%d bits, %v", made.N.BitLen(), err)
	}
}

// What is kept and cannot be read is an error, and is not replaced by a new key.
func TestOpenDamaged(t *testing.T) {
	for name, kept := range map[string]string{
		"no JSON": `{`, "no key": `{"keys":[]}`, "no PKCS #8": `{"keys":[{"kid":"a","private":"AAAA"}]}`,
	} {
		w := newWorld(t)
		_, err := w.records.Put(t.Context(), ringKind, ringKey, []byte(kept), time.Time{})
		w.must(err)
		for _, open := range []func(context.Context, store.Records, func() time.Time) (*Keys, error){Open, OpenLazily} {
			if _, err := open(t.Context(), w.records, w.Now); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	}
	w := newWorld(t)
	w.open(w.records)
	found, err := w.records.Get(t.Context(), ringKind, ringKey)
	w.must(err)
	kid := thumbprint(&ready()[0].PublicKey)
	renamed := bytes.Replace(found.Value, []byte(kid), []byte("another"), 1)
	_, err = w.records.Put(t.Context(), ringKind, ringKey, renamed, time.Time{})
	w.must(err)
	if _, err := Open(t.Context(), w.records, w.Now); !errors.Is(err, errNotThatKey) {
		t.Errorf("a key under another name: %v", err)
	}
}

// A secret is one for each purpose, in all processes.
func TestSecret(t *testing.T) {
	w := newWorld(t)
	k, other := w.open(w.records), w.open(w.process().Records())
	secret, err := Secret(t.Context(), k.records, "cookies")
	w.must(err)
	same, err := Secret(t.Context(), other.records, "cookies")
	w.must(err)
	another, err := Secret(t.Context(), other.records, "launches")
	w.must(err)
	if len(secret) != 32 || !slices.Equal(secret, same) || slices.Equal(secret, another) {
		t.Errorf("%x %x %x", secret, same, another)
	}
	const callers = 8
	all := make([][]byte, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { all[i], _ = Secret(t.Context(), []*Keys{k, other}[i%2].records, "at once") })
	}
	group.Wait()
	for _, one := range all {
		if len(one) != 32 || !slices.Equal(one, all[0]) {
			t.Errorf("%x and %x", one, all[0])
		}
	}
}

// To open the keys lazily makes none: the first is made when one is asked for, once for
// all who ask at the same time.
func TestOpenLazily(t *testing.T) {
	w := newWorld(t)
	k, err := openLazily(t.Context(), w.records, w.Now, w.generate)
	w.must(err)
	if made := w.made.Load(); made != 0 {
		t.Errorf("%d keys were made by opening", made)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if set, err := k.JWKS(t.Context()); err != nil || !strings.Contains(string(set), thumbprint(&ready()[0].PublicKey)) {
				t.Errorf("%s, %v", set, err)
			}
		})
	}
	group.Wait()
	if made := w.made.Load(); made != 1 {
		t.Errorf("%d keys were made", made)
	}
}
