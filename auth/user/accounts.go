package user

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// Options are what accounts are kept by.
type Options struct {
	Clock     func() time.Time // time.Now
	Argon2    Argon2           // what new hashes cost; zero for DefaultArgon2
	Hashes    int              // made at the same time, each in the memory that it costs; 0 for one on each core
	AllowDemo bool             // demonstration accounts may log in
}

// Accounts are the accounts of a store. They are safe for concurrent use, also by
// several processes.
type Accounts struct {
	records   store.Records
	clock     func() time.Time
	hasher    *hasher
	allowDemo bool
}

// NewAccounts keeps accounts in records.
func NewAccounts(records store.Records, o Options) *Accounts {
	if o.Argon2 == (Argon2{}) {
		o.Argon2 = DefaultArgon2
	}
	if o.Hashes <= 0 {
		o.Hashes = runtime.GOMAXPROCS(0)
	}
	return &Accounts{records, o.Clock, newHasher(o.Argon2, o.Hashes), o.AllowDemo}
}

// In are the same accounts as a transaction sees and writes them.
func (a *Accounts) In(records store.Records) *Accounts {
	bound := *a
	bound.records = records
	return &bound
}

const accountKind = "account"

// noExpiry is the expiry of what is kept until it is removed.
var noExpiry time.Time

// load reads an account by any form of its name; store.ErrNotFound if there is none.
func (a *Accounts) load(ctx context.Context, name string) (stored, int64, error) {
	normal, err := NormalizeName(name)
	if err != nil {
		return stored{}, 0, store.ErrNotFound
	}
	found, err := a.records.Get(ctx, accountKind, normal)
	if err != nil {
		return stored{}, 0, err
	}
	s, err := decode(found.Value)
	return s, found.Revision, err
}

// Get returns an account, or store.ErrNotFound.
func (a *Accounts) Get(ctx context.Context, name string) (Account, error) {
	s, _, err := a.load(ctx, name)
	return s.Account, err
}

// Current returns the account of a name if it is still the one of this subject and may
// be used; else store.ErrNotFound. It is what a session, a consent and a refresh of a
// token ask.
func (a *Accounts) Current(ctx context.Context, name, subject string) (Account, error) {
	account, err := a.Get(ctx, name)
	if err == nil && (account.Subject != subject || !a.usable(account)) {
		err = store.ErrNotFound
	}
	if err != nil {
		return Account{}, err
	}
	return account, nil
}

// usable tells whether an account may log in.
func (a *Accounts) usable(account Account) bool {
	return !account.Disabled && (a.allowDemo || !account.Demo)
}

// Add makes an account with a password that was hashed for it. Its Subject, Created and
// Version are set here. The error is *Invalid or ErrTaken.
func (a *Accounts) Add(ctx context.Context, account Account, password Password) (Account, error) {
	account, err := account.Check()
	if err != nil {
		return Account{}, err
	}
	if !password.fits(account) {
		return Account{}, errOtherPassword
	}
	account.Subject = subjectPrefix + handle.Text(16)
	account.Created = a.clock().UTC()
	account.Version = 1
	value, err := stored{account, password.hash}.encode()
	if err != nil {
		return Account{}, err
	}
	_, err = a.records.Swap(ctx, accountKind, account.Name, 0, value, noExpiry)
	if errors.Is(err, store.ErrRecordChanged) {
		err = ErrTaken
	}
	if err != nil {
		return Account{}, err
	}
	return account, nil
}

// errOtherPassword is a mistake of the caller's code.
var errOtherPassword = errors.New("the password was hashed for another account")

// change changes an account as it is at that instant, and returns it as it then is.
func (a *Accounts) change(ctx context.Context, name string, change func(*stored) error) (Account, error) {
	for {
		s, revision, err := a.load(ctx, name)
		if err != nil {
			return Account{}, err
		}
		if err := change(&s); err != nil {
			return Account{}, err
		}
		value, err := s.encode()
		if err != nil {
			return Account{}, err
		}
		_, err = a.records.Swap(ctx, accountKind, s.Name, revision, value, noExpiry)
		if errors.Is(err, store.ErrRecordChanged) {
			continue // somebody else changed it meanwhile
		}
		return s.Account, err
	}
}

// SetPassword gives an account another password, which ends its sessions. That of a
// demonstration account is everybody's, and stays.
func (a *Accounts) SetPassword(ctx context.Context, name string, password Password) error {
	_, err := a.change(ctx, name, func(s *stored) error {
		if s.Demo {
			return errDemoPassword
		}
		if !password.fits(s.Account) {
			return errOtherPassword
		}
		s.Password = password.hash
		s.Version++
		return nil
	})
	return err
}

var errDemoPassword = &Invalid{"name", "this is a demonstration account, whose password stays as it is; add an account of your own"}

// Link lets an account act as a further Patient or RelatedPerson. The error is *Invalid
// or store.ErrNotFound.
func (a *Accounts) Link(ctx context.Context, name, reference string) error {
	_, err := a.change(ctx, name, func(s *stored) error {
		s.Links = append(slices.Clone(s.Links), reference)
		return s.checkLinks()
	})
	return err
}

// Unlink ends that an account acts as a Patient or RelatedPerson. The error is *Invalid
// if it does not by a link, or store.ErrNotFound.
func (a *Accounts) Unlink(ctx context.Context, name, reference string) error {
	_, err := a.change(ctx, name, func(s *stored) error {
		i := slices.Index(s.Links, reference)
		if i < 0 {
			return &Invalid{"link", "the account has none to " + reference}
		}
		s.Links = slices.Delete(slices.Clone(s.Links), i, i+1)
		return nil
	})
	return err
}

// SetDisabled says that an account may not log in, or may again. Disabling ends its
// sessions.
func (a *Accounts) SetDisabled(ctx context.Context, name string, disabled bool) error {
	_, err := a.change(ctx, name, func(s *stored) error {
		if disabled && !s.Disabled {
			s.Version++
		}
		s.Disabled = disabled
		return nil
	})
	return err
}

// Remove removes an account, which ends its sessions; store.ErrNotFound if there is
// none. Somebody who gets the name later is somebody else.
func (a *Accounts) Remove(ctx context.Context, name string) error {
	normal, err := NormalizeName(name)
	if err != nil {
		return store.ErrNotFound
	}
	_, err = a.records.Take(ctx, accountKind, normal)
	return err
}

// List returns all accounts in the order of their names.
func (a *Accounts) List(ctx context.Context) ([]Account, error) {
	return a.filter(ctx, func(Account) bool { return true })
}

// Demonstration are the demonstration accounts that may log in.
func (a *Accounts) Demonstration(ctx context.Context) ([]Account, error) {
	if !a.allowDemo {
		return nil, nil
	}
	return a.filter(ctx, func(account Account) bool { return account.Demo && !account.Disabled })
}

// HasAdministrator tells whether there is an administrator who may log in.
func (a *Accounts) HasAdministrator(ctx context.Context) (bool, error) {
	found, err := a.filter(ctx, func(account Account) bool { return account.Role == Administrator && a.usable(account) })
	return len(found) > 0, err
}

func (a *Accounts) filter(ctx context.Context, wanted func(Account) bool) ([]Account, error) {
	const portion = 500
	var all []Account
	for after := ""; ; {
		names, err := a.records.List(ctx, accountKind, after, portion)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			account, err := a.Get(ctx, name)
			switch {
			case errors.Is(err, store.ErrNotFound): // removed meanwhile
			case err != nil:
				return nil, err
			case wanted(account):
				all = append(all, account)
			}
		}
		if len(names) < portion {
			return all, nil
		}
		after = names[len(names)-1]
	}
}
