package store

import "context"

// Witness is told what a transaction leaves behind once the policy has admitted it,
// and writes down what there is to say of it, without restriction, in the same
// transaction: both happen or neither. It is told of a transaction that changes
// nothing too. Like the transaction it may run more than once.
type Witness func(ctx context.Context, tx *Tx, changes []Change) error

// Change is a version that a transaction wrote.
type Change struct {
	Key
	Version  int64
	Verb     Verb
	Created  bool     // there was no such resource
	Patients []string // logical ids of those whose charts it belongs to; of a deletion, to which it belonged
}

// Witnessed is the same view, of whose transactions a witness is told in place of
// the one that was told before. Rehearsals have none.
func (v *View) Witnessed(w Witness) *View {
	watched := *v
	watched.witness = w
	return &watched
}

// testify lets the witness write what it has to say of a transaction.
func (v *View) testify(ctx context.Context, tx *Tx) error {
	if v.witness == nil {
		return nil
	}
	all := &View{store: v.store, policy: Unrestricted("the witness of a transaction")}
	own := &Tx{Reader: &Reader{view: all, snapshot: tx.writer}, writer: tx.writer}
	if err := v.witness(ctx, own, tx.changes); err != nil {
		return err
	}
	return own.finish(ctx)
}

// changed keeps a version for the witness.
func (tx *Tx) changed(version NewVersion, outcome Outcome) {
	tx.changes = append(tx.changes, Change{version.Key, version.Version, version.Verb, outcome == Created, version.Charts})
}

// lost keeps a deletion for the witness. In whose charts the resource was its last
// live version tells.
func (tx *Tx) lost(before, deletion Resource) {
	if tx.view.witness == nil {
		return
	}
	change := Change{Key: deletion.Key, Version: deletion.Version, Verb: deletion.Verb}
	if indexed, _, err := tx.view.store.indexAnew(before); err == nil { // of a body that is none there is nothing to tell
		change.Patients = indexed.Charts
	}
	tx.changes = append(tx.changes, change)
}
