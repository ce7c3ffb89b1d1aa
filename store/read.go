package store

import (
	"context"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// Reader asks questions of one state of the data, under its View's policy.
type Reader struct {
	view     *View
	snapshot Snapshot
}

// Allows tells whether the caller may do it to some resource of the type.
func (r *Reader) Allows(letter Letter, typ string) bool { return r.view.Allows(letter, typ) }

// Within is the same state as the caller sees it inside an operation, see [View.Within].
func (r *Reader) Within(operation Operation) *Reader {
	view, _ := r.view.Within(operation)
	return &Reader{view: view, snapshot: r.snapshot}
}

// Entitled tells whether the caller has a scope on the operation.
func (r *Reader) Entitled(operation Operation) bool {
	_, entitled := r.view.policy.operations[operation]
	return entitled
}

// Draft checks what is to be written.
func (r *Reader) Draft(typ string, resource *fhirjson.Node) (Draft, error) {
	return r.view.Draft(typ, resource)
}

// Read returns the current version of a resource (http.html#read). ErrGone if it
// is deleted and its last version was visible, ErrNotFound if it is absent or
// hidden.
func (r *Reader) Read(ctx context.Context, key Key) (Resource, error) {
	where, err := r.require(ctx, Read, key.Type)
	if err != nil {
		return Resource{}, err
	}
	return orGone(r.snapshot.Current(ctx, key, where))
}

// VersionRead returns one version of a resource (http.html#vread): it and the
// current version must be visible. ErrGone if the version is a deletion.
func (r *Reader) VersionRead(ctx context.Context, key Key, version int64) (Resource, error) {
	where, err := r.require(ctx, Read, key.Type)
	if err != nil {
		return Resource{}, err
	}
	return orGone(r.snapshot.Version(ctx, key, version, where))
}

func orGone(found Resource, err error) (Resource, error) {
	if err == nil && found.Deleted {
		return Resource{}, ErrGone
	}
	return found, err
}

// require is the policy's predicate for a letter and type, ready for the
// backend; *Forbidden where the policy has none.
func (r *Reader) require(ctx context.Context, letter Letter, typ string) (search.Expr, error) {
	if err := r.view.on(letter, typ).authorize(letter, typ); err != nil {
		return nil, err
	}
	return r.predicate(ctx, letter, typ)
}

// predicate is the policy's predicate for a letter and type, simplified. It is
// sealed: its own hops go over all data.
func (r *Reader) predicate(ctx context.Context, letter Letter, typ string) (search.Expr, error) {
	return r.expandSealed(ctx, r.view.on(letter, typ).Expr(letter, typ))
}
