package user

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/store"
)

// LogIn returns the account of a name and password, as they were typed at an address.
// The error is *Refused if they do not go together, if the account may not log in, or
// if there were too many attempts; any other is the store's. It takes long and makes
// transactions of its own: it is not to be called in one.
//
// An attempt counts as failed before anything is looked at. How long an answer takes
// does not tell whether there is such an account, but for accounts whose password was
// hashed at other costs and that have not logged in since.
func (a *Accounts) LogIn(ctx context.Context, name, password, address string) (Account, error) {
	key := name
	if normal, err := NormalizeName(name); err == nil {
		key = normal
	}
	attempt, err := limiter{a.records, a.clock}.begin(ctx, key, network(address))
	if err != nil {
		return Account{}, err
	}
	found, revision, ok, err := a.verify(ctx, name, password)
	switch {
	case err != nil:
		return Account{}, errors.Join(err, attempt.cancel(ctx))
	case !ok:
		return Account{}, &Refused{}
	}
	if err := errors.Join(attempt.succeed(ctx), a.strengthen(ctx, found, revision, password)); err != nil {
		return Account{}, err
	}
	return found.Account, nil
}

// verify hashes the password, whether there is such an account or not, and whether it
// may log in or not.
func (a *Accounts) verify(ctx context.Context, name, password string) (found stored, revision int64, ok bool, err error) {
	found, revision, err = a.load(ctx, name)
	exists := !errors.Is(err, store.ErrNotFound)
	if exists && err != nil {
		return stored{}, 0, false, err
	}
	with := a.hasher.nobody()
	if exists {
		if with, err = parsePHC(found.Password); err != nil {
			return stored{}, 0, false, err
		}
	}
	prepared, err := prepare(password)
	possible := err == nil
	matches, err := a.hasher.matches(ctx, prepared, with)
	return found, revision, matches && exists && possible && a.usable(found.Account), err
}

// strengthen hashes a password anew whose hash costs less than is wanted now.
func (a *Accounts) strengthen(ctx context.Context, found stored, revision int64, password string) error {
	with, err := parsePHC(found.Password)
	if err != nil || !with.costs.weaker(a.hasher.costs) {
		return err
	}
	prepared, err := prepare(password)
	if err != nil {
		return err
	}
	made, err := a.hasher.hash(ctx, prepared)
	if err != nil {
		return err
	}
	found.Password = made.String()
	value, err := found.encode()
	if err != nil {
		return err
	}
	return a.replace(ctx, found.Name, revision, value)
}

// replace writes an account if nobody has changed it meanwhile. Else the next login
// comes to it.
func (a *Accounts) replace(ctx context.Context, name string, revision int64, value []byte) error {
	_, err := a.records.Swap(ctx, accountKind, name, revision, value, noExpiry)
	if errors.Is(err, store.ErrRecordChanged) {
		return nil
	}
	return err
}
