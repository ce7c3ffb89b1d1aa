package store

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// View is the store under a policy: what one caller can see and do. It is the
// only way to a resource. Each method is authorized for itself: where the policy
// has nothing for the letter and type the error is *Forbidden, and what the
// policy hides is as if it were not there.
type View struct {
	store  *Store
	policy Policy
}

// Allows tells whether the caller may do it to some resource of the type.
func (v *View) Allows(letter Letter, typ string) bool { return v.policy.Allows(letter, typ) }

// Draft checks what is to be written.
func (v *View) Draft(typ string, resource *fhirjson.Node) (Draft, error) {
	return v.store.drafter.Draft(typ, resource)
}

// Snapshot runs fn with a Reader on one state of the data. The Reader is invalid
// once fn returns.
func (v *View) Snapshot(ctx context.Context, fn func(*Reader) error) error {
	return v.store.backend.Read(ctx, func(s Snapshot) error {
		return fn(&Reader{view: v, snapshot: s})
	})
}

// Read is Reader.Read on a snapshot of its own.
func (v *View) Read(ctx context.Context, key Key) (Resource, error) {
	return ask(ctx, v, func(r *Reader) (Resource, error) { return r.Read(ctx, key) })
}

// VersionRead is Reader.VersionRead on a snapshot of its own.
func (v *View) VersionRead(ctx context.Context, key Key, version int64) (Resource, error) {
	return ask(ctx, v, func(r *Reader) (Resource, error) { return r.VersionRead(ctx, key, version) })
}

// History is Reader.History on a snapshot of its own.
func (v *View) History(ctx context.Context, key Key, request HistoryRequest) (History, error) {
	return ask(ctx, v, func(r *Reader) (History, error) { return r.History(ctx, key, request) })
}

// Transact runs fn in a transaction. If fn returns nil and the policy admits
// what its writes leave behind, they are durable when Transact returns nil; else
// none of them has happened. Fn may run more than once, each time from the
// beginning, and must set anew whatever it sets outside itself. An error of fn is
// what Transact returns, unless what was written until then is not admitted.
func (v *View) Transact(ctx context.Context, fn func(*Tx) error) error {
	return v.store.backend.Write(ctx, func(w Writer) error { return v.perform(ctx, w, fn) })
}

// errRehearsed undoes a rehearsal.
var errRehearsed = errors.New("this was a rehearsal")

// Rehearse tells whether Transact would succeed: it does the same, returns the
// error that Transact would return, and undoes everything.
func (v *View) Rehearse(ctx context.Context, fn func(*Tx) error) error {
	err := v.store.backend.Write(ctx, func(w Writer) error {
		if err := v.perform(ctx, w, fn); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// perform is a transaction but for its end.
func (v *View) perform(ctx context.Context, w Writer, fn func(*Tx) error) error {
	tx := &Tx{Reader: &Reader{view: v, snapshot: w}, writer: w}
	if err := fn(tx); err != nil {
		return tx.fail(ctx, err)
	}
	return tx.finish(ctx)
}

// ask answers one question on a snapshot of its own.
func ask[T any](ctx context.Context, v *View, question func(*Reader) (T, error)) (T, error) {
	var answer T
	err := v.Snapshot(ctx, func(r *Reader) (err error) {
		answer, err = question(r)
		return err
	})
	return answer, err
}
