package user

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// limit says how often a login may fail. After the failures that are free each
// further attempt has to wait, twice as long each time.
type limit struct {
	kind    string        // of the records
	free    int           // failures before the first wait
	longest time.Duration // wait
	forget  time.Duration // in which one failure is forgotten
}

// The limits. A person who mistypes is held up by the first alone. The second bounds
// what many addresses together can try on one account; its waits are short, since
// strangers could else lock somebody out. The third bounds what one address can try
// on many accounts.
var (
	pairLimit    = limit{"login-pair", 5, 15 * time.Minute, time.Hour}
	accountLimit = limit{"login-account", 50, time.Minute, 15 * time.Minute}
	addressLimit = limit{"login-address", 100, 15 * time.Minute, time.Minute}
)

// known is how long a pair of account and address that has logged in is exempt from the
// account's limit, so that others cannot lock it out.
const known = 90 * 24 * time.Hour

// tally is what is kept of attempts.
type tally struct {
	Failures int       `json:"failures"`
	Since    time.Time `json:"since"` // from when on failures are forgotten
	Until    time.Time `json:"until"` // the end of the wait
	Known    time.Time `json:"known"` // the end of being known
}

// wait is how long the next attempt has to wait after so many failures.
func (l limit) wait(failures int) time.Duration {
	switch doublings := failures - l.free; {
	case doublings < 0:
		return 0
	case doublings < 30 && time.Second<<doublings < l.longest:
		return time.Second << doublings
	}
	return l.longest
}

// age forgets what is long ago.
func (t *tally) age(l limit, now time.Time) {
	forgotten := int(min(now.Sub(t.Since)/l.forget, math.MaxInt32))
	if t.Failures <= forgotten {
		t.Failures, t.Since = 0, now
	} else if forgotten > 0 {
		t.Failures -= forgotten
		t.Since = t.Since.Add(time.Duration(forgotten) * l.forget)
	}
}

// expires is when nothing of a tally counts any more.
func (t *tally) expires(l limit) time.Time {
	latest := t.Since.Add(time.Duration(t.Failures) * l.forget)
	for _, other := range []time.Time{t.Until, t.Known} {
		if other.After(latest) {
			latest = other
		}
	}
	return latest
}

// begin counts an attempt as a failure, unless there is a wait.
func (t *tally) begin(l limit, now time.Time) error {
	t.age(l, now)
	if wait := t.Until.Sub(now); wait > 0 {
		return &Refused{RetryAfter: wait}
	}
	t.Failures++
	t.Until = now.Add(l.wait(t.Failures))
	return nil
}

// undo takes back what begin has counted, and its wait if that is still the last one.
func (t *tally) undo(until time.Time) {
	t.Failures = max(t.Failures-1, 0)
	if t.Until.Equal(until) {
		t.Until = time.Time{}
	}
}

// limiter counts attempts in records, so that limits hold across processes and
// restarts.
type limiter struct {
	records store.Records
	clock   func() time.Time
}

// update changes a tally as it is at that instant, and returns it as it then is.
func (l limiter) update(ctx context.Context, of limit, key string, change func(t *tally, now time.Time) error) (tally, error) {
	for {
		var t tally
		found, err := l.records.Get(ctx, of.kind, key)
		if err == nil {
			err = json.Unmarshal(found.Value, &t)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return tally{}, fmt.Errorf("%s: %w", of.kind, err)
		}
		if err := change(&t, l.clock()); err != nil {
			return t, err
		}
		value, err := json.Marshal(t)
		if err != nil {
			return tally{}, err
		}
		_, err = l.records.Swap(ctx, of.kind, key, found.Revision, value, t.expires(of))
		if !errors.Is(err, store.ErrRecordChanged) {
			return t, err
		}
	}
}

// counted is an attempt in one tally.
type counted struct {
	limit limit
	key   string
	until time.Time
}

// attempt is one that counts as failed until it is told otherwise: of attempts at the
// same time no more get through than of one after the other.
type attempt struct {
	limiter limiter
	pair    string
	counted []counted // the pair first
}

// begin counts an attempt, or refuses it with *Refused, which counts nowhere.
func (l limiter) begin(ctx context.Context, name, address string) (*attempt, error) {
	a := &attempt{limiter: l, pair: handle.Digest(name + "\x00" + address)}
	pair, err := a.count(ctx, pairLimit, a.pair)
	if err == nil && !pair.Known.After(l.clock()) {
		_, err = a.count(ctx, accountLimit, handle.Digest(name))
	}
	if err == nil {
		_, err = a.count(ctx, addressLimit, handle.Digest(address))
	}
	if err != nil {
		return nil, errors.Join(err, a.cancel(ctx))
	}
	return a, nil
}

func (a *attempt) count(ctx context.Context, of limit, key string) (tally, error) {
	t, err := a.limiter.update(ctx, of, key, func(t *tally, now time.Time) error { return t.begin(of, now) })
	if err == nil {
		a.counted = append(a.counted, counted{of, key, t.Until})
	}
	return t, err
}

// cancel takes back an attempt in which no password was looked at.
func (a *attempt) cancel(ctx context.Context) error {
	return a.undo(ctx, a.counted)
}

// succeed takes back an attempt that was right, and forgets the failures of the pair.
func (a *attempt) succeed(ctx context.Context) error {
	_, err := a.limiter.update(ctx, pairLimit, a.pair, func(t *tally, now time.Time) error {
		*t = tally{Since: now, Known: now.Add(known)}
		return nil
	})
	return errors.Join(err, a.undo(ctx, a.counted[1:]))
}

// undo is done also if the caller does not wait for it.
func (a *attempt) undo(ctx context.Context, some []counted) error {
	ctx = context.WithoutCancel(ctx)
	var errs error
	for _, c := range some {
		_, err := a.limiter.update(ctx, c.limit, c.key, func(t *tally, _ time.Time) error {
			t.undo(c.until)
			return nil
		})
		errs = errors.Join(errs, err)
	}
	return errs
}
