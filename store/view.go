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
	store    *Store
	policy   Policy
	standing Standing // nil: the policy counts for good
	witness  Witness  // nil: nobody is told
	trace    *Trace   // nil: nothing is to be explained
}

// Standing tells whether a policy still counts, by the records of the state that is
// about to be read or changed: nil, or the error that the View returns in place of
// an answer. It is asked for each state anew.
type Standing func(ctx context.Context, revisions Revisions) error

// Revisions is [Records.Revisions] of one state.
type Revisions func(ctx context.Context, of ...RecordName) ([]int64, error)

// stands asks for the standing on a state.
func (v *View) stands(ctx context.Context, state Snapshot) error {
	if v.standing == nil {
		return nil
	}
	return v.trace.Aside(func() error { return v.standing(ctx, state.Revisions) })
}

// Allows tells whether the caller may do it to some resource of the type.
func (v *View) Allows(letter Letter, typ string) bool { return v.on(letter, typ).Allows(letter, typ) }

// on is the policy, for a question about a letter and type: the trace is told that
// these were needed.
func (v *View) on(letter Letter, typ string) Policy {
	v.trace.need(v.policy, letter, typ)
	return v.policy
}

// Traced is the same view, which tells a trace how it decides and answers.
func (v *View) Traced(t *Trace) *View {
	traced := *v
	traced.trace = t
	return &traced
}

// Within is the View inside an operation, where the caller may see what a scope on the
// operation shows. Entitled tells whether they have such a scope.
func (v *View) Within(operation Operation) (inside *View, entitled bool) {
	widened := *v
	widened.policy, entitled = v.policy.Within(operation)
	return &widened, entitled
}

// Draft checks what is to be written.
func (v *View) Draft(typ string, resource *fhirjson.Node) (Draft, error) {
	return v.store.drafter.Draft(typ, resource)
}

// Snapshot runs fn with a Reader on one state of the data. The Reader is invalid
// once fn returns.
func (v *View) Snapshot(ctx context.Context, fn func(*Reader) error) error {
	v.store.refresh(ctx)
	return v.store.backend.Read(WithTrace(ctx, v.trace), func(s Snapshot) error {
		if err := v.stands(ctx, s); err != nil {
			return err
		}
		return fn(&Reader{view: v, snapshot: v.store.guard(s)})
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
	return v.store.backend.Write(WithTrace(ctx, v.trace), func(w Writer) error {
		tx, err := v.perform(ctx, w, fn)
		if err != nil {
			return err
		}
		return v.trace.Aside(func() error { return v.testify(ctx, tx) })
	})
}

// errRehearsed undoes a rehearsal.
var errRehearsed = errors.New("this was a rehearsal")

// Rehearse tells whether Transact would succeed: it does the same, returns the
// error that Transact would return, and undoes everything.
func (v *View) Rehearse(ctx context.Context, fn func(*Tx) error) error {
	err := v.store.backend.Write(WithTrace(ctx, v.trace), func(w Writer) error {
		if _, err := v.perform(ctx, w, fn); err != nil {
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
func (v *View) perform(ctx context.Context, w Writer, fn func(*Tx) error) (*Tx, error) {
	if err := v.standsToWrite(ctx, w); err != nil {
		return nil, err
	}
	tx := &Tx{Reader: &Reader{view: v, snapshot: v.store.guard(w)}, writer: w}
	if err := fn(tx); err != nil {
		return nil, tx.fail(ctx, err)
	}
	return tx, tx.finish(ctx)
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
