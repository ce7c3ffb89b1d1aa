package keys

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// A new key is published at once and signs when clients know it; the old one is
// published as long as what it signed may be good. Another process sees each step.
func TestRotate(t *testing.T) {
	w := newWorld(t)
	k, other := w.open(w.records), w.open(w.process().Records())
	begun := w.Now()
	old := w.signer(w.sign(other, time.Hour))
	w.Advance(time.Hour)
	rotated := w.Now()
	next, err := k.Rotate(t.Context())
	w.must(err)
	from := rotated.Add(Overlap)
	until := from.Add(MaxLifetime + 24*time.Hour)
	w.is(other,
		Key{KID: old, State: Signing, Created: begun, From: begun, Until: until},
		Key{KID: next, State: Next, Created: rotated, From: from})
	w.Advance(Overlap - time.Nanosecond)
	last := w.sign(other, MaxLifetime)
	if w.signer(last) != old {
		t.Error("the next key signs before its time")
	}
	w.Advance(time.Nanosecond)
	if by := w.signer(w.sign(other, time.Hour)); by != next {
		t.Errorf("%s signs, not the next key", by)
	}
	w.is(k,
		Key{KID: old, State: Retired, Created: begun, From: begun, Until: until},
		Key{KID: next, State: Signing, Created: rotated, From: from})
	w.Advance(MaxLifetime - time.Nanosecond - time.Second)
	if _, err := other.Verify(t.Context(), last); err != nil {
		t.Errorf("what the old key signed last: %v", err)
	}
	w.Advance(24*time.Hour + time.Second)
	if keys, _ := other.List(t.Context()); len(keys) != 2 {
		t.Errorf("published: %+v", keys)
	}
	w.Advance(time.Nanosecond)
	w.is(other, Key{KID: next, State: Signing, Created: rotated, From: from})
	// The old key goes from what is kept with the next change.
	_, err = k.Rotate(t.Context())
	w.must(err)
	r, err := k.current(t.Context())
	w.must(err)
	if r.find(old) >= 0 || len(r.Keys) != 2 {
		t.Errorf("%d keys are kept", len(r.Keys))
	}
}

// There is one next key at most; RotateNow puts another in its place.
func TestRotateNow(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	begun := w.Now()
	old := w.signer(w.sign(k, time.Hour))
	next, err := k.Rotate(t.Context())
	w.must(err)
	var waiting *Waiting
	if _, err := k.Rotate(t.Context()); !errors.As(err, &waiting) || waiting.KID != next || !waiting.From.Equal(begun.Add(Overlap)) {
		t.Errorf("a second rotation: %v", err)
	}
	if want := "the next key is published already, and signs from 2030-01-02T00:00:00Z on: " + next; waiting.Error() != want {
		t.Errorf("%s", waiting)
	}
	w.Advance(time.Minute)
	now, err := k.RotateNow(t.Context())
	w.must(err)
	w.is(k,
		Key{KID: old, State: Retired, Created: begun, From: begun, Until: w.Now().Add(MaxLifetime + 24*time.Hour)},
		Key{KID: now, State: Signing, Created: w.Now(), From: w.Now()})
	if by := w.signer(w.sign(k, time.Hour)); by != now {
		t.Errorf("%s signs", by)
	}
}

// Whatever rotates at once, each key that was made is there.
func TestRotateTogether(t *testing.T) {
	w := newWorld(t)
	all := []*Keys{w.open(w.records), w.open(w.process().Records()), w.open(w.process().Records())}
	var group sync.WaitGroup
	for _, k := range all {
		group.Go(func() {
			if _, err := k.RotateNow(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if keys, err := all[0].List(t.Context()); err != nil || len(keys) != 4 || keys[3].State != Signing {
		t.Errorf("%+v, %v", keys, err)
	}
}

func TestRemove(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	token := w.sign(k, time.Hour)
	old := w.signer(token)
	if err := k.Remove(t.Context(), old); !errors.Is(err, ErrSigning) {
		t.Errorf("the key that signs: %v", err)
	}
	if err := k.Remove(t.Context(), "nothing"); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("no key: %v", err)
	}
	now, err := k.RotateNow(t.Context())
	w.must(err)
	if _, err := k.Verify(t.Context(), token); err != nil {
		t.Errorf("before: %v", err)
	}
	w.must(k.Remove(t.Context(), old))
	if _, err := k.Verify(t.Context(), token); !errors.Is(err, ErrInvalid) {
		t.Errorf("afterwards: %v", err)
	}
	w.is(k, Key{KID: now, State: Signing, Created: w.Now(), From: w.Now()})
}

// A key whose process has a clock ahead of ours signs, rather than none.
func TestSigningBeforeItsTime(t *testing.T) {
	w := newWorld(t)
	k := w.open(w.records)
	w.Advance(-time.Hour)
	if keys, err := k.List(t.Context()); err != nil || len(keys) != 1 || keys[0].State != Signing {
		t.Errorf("%+v, %v", keys, err)
	}
	w.sign(k, time.Minute)
}
