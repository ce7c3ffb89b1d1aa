package api

import (
	"context"

	"github.com/granary-fhir/granary/store"
)

// action is what an interaction does on data once its request has been read:
// exactly one of these. Because a reading or a writing is given the state that it
// works on, a transaction runs the very same ones on a state of its own.
type action struct {
	read  func(context.Context, *store.Reader) (*response, error)
	write func(context.Context, *store.Tx) (*response, error)
	// batch needs snapshots and transactions of its own: for the entries of a
	// Bundle, and for a write that $validate rehearses.
	batch func(context.Context, *store.View) (*response, error)
	// known is an answer that needs no data.
	known *response
}

// run does the action under a policy: a reading on a snapshot of its own, a
// writing in a transaction of its own.
func (a action) run(ctx context.Context, view *store.View) (answer *response, err error) {
	switch {
	case a.known != nil:
		return a.known, nil
	case a.read != nil:
		err = view.Snapshot(ctx, func(r *store.Reader) error {
			answer, err = a.read(ctx, r)
			return err
		})
		if err == nil && answer.more != nil {
			answer.view = view
		}
	case a.write != nil:
		err = view.Transact(ctx, func(tx *store.Tx) error {
			answer, err = a.write(ctx, tx)
			return err
		})
	default:
		return a.batch(ctx, view)
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// on does an action that only reads on a given state.
func (a action) on(ctx context.Context, reader *store.Reader) (*response, error) {
	if a.known != nil {
		return a.known, nil
	}
	return a.read(ctx, reader)
}

// reading is an action that reads.
func reading(read func(context.Context, *store.Reader) (*response, error)) (action, error) {
	return action{read: read}, nil
}

// writing is an action that writes.
func writing(write func(context.Context, *store.Tx) (*response, error)) (action, error) {
	return action{write: write}, nil
}

// within does an action that reads inside an operation, on whatever state it is given.
func (a action) within(operation store.Operation) action {
	if a.read == nil {
		return a
	}
	read := a.read
	a.read = func(ctx context.Context, reader *store.Reader) (*response, error) {
		answer, err := read(ctx, reader.Within(operation))
		if err != nil || answer.more == nil {
			return answer, err
		}
		rest := answer.more
		answer.more = func(ctx context.Context, reader *store.Reader) (pieces, bool, error) {
			return rest(ctx, reader.Within(operation))
		}
		return answer, nil
	}
	return a
}
