package user

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// WelcomePath is the page at which a one-time link is redeemed, with its token in the
// parameter `token`.
const WelcomePath = "/welcome"

// Invitation is what a one-time link is for.
type Invitation struct {
	// Account is the one that is to be made, or as it is. What is empty in one that
	// is to be made is for the redeemer to choose.
	Account Account `json:"account"`
	// Existing says that the account is there, and gets a password.
	Existing bool `json:"existing"`
	// First says that it is for the first administrator, and for nobody if there is one.
	First   bool      `json:"first"`
	Expires time.Time `json:"expires"`
}

// Invitations are one-time links: their tokens are kept as digests, expire, and are
// good for one use.
type Invitations struct {
	records  store.Records
	accounts *Accounts
}

// NewInvitations keeps invitations beside accounts.
func NewInvitations(accounts *Accounts) *Invitations {
	return &Invitations{accounts.records, accounts}
}

// In are the same invitations as a transaction sees and writes them.
func (i *Invitations) In(records store.Records) *Invitations {
	return &Invitations{records, i.accounts.In(records)}
}

const invitationKind = "invitation"

// Invite makes a token for an account. If there is an account of the name it is for a
// new password for it, and the other fields do not count; else for making it. A Name,
// DisplayName or, for those who practice, FHIRUser that is empty is chosen at the
// redemption. The error is *Invalid if no account can come of it.
func (i *Invitations) Invite(ctx context.Context, account Account, ttl time.Duration) (token string, err error) {
	invitation := Invitation{Account: account}
	if account.Name != "" {
		existing, err := i.accounts.Get(ctx, account.Name)
		switch {
		case err == nil && existing.Demo:
			return "", errDemoPassword
		case err == nil && existing.Disabled:
			return "", &Invalid{"name", "the account is disabled"}
		case err == nil:
			invitation = Invitation{Account: existing, Existing: true}
		case !errors.Is(err, store.ErrNotFound):
			return "", err
		}
	}
	if !invitation.Existing {
		if invitation.Account, err = account.invitable(); err != nil {
			return "", err
		}
	}
	return i.keep(ctx, invitation, ttl)
}

// FirstAdministrator makes a token for the first administrator, who chooses everything;
// "" if there is an administrator who may log in. It is of no use once there is one.
func (i *Invitations) FirstAdministrator(ctx context.Context, ttl time.Duration) (token string, err error) {
	if has, err := i.accounts.HasAdministrator(ctx); err != nil || has {
		return "", err
	}
	return i.keep(ctx, Invitation{Account: Account{Role: Administrator}, First: true}, ttl)
}

// invitable refuses what no choice of the redeemer can make an account.
func (a Account) invitable() (Account, error) {
	if a.Demo {
		return Account{}, errDemoPassword
	}
	chosen := a
	if a.Name == "" {
		chosen.Name = "x"
	}
	if a.FHIRUser == "" && a.Role.Practices() {
		chosen.FHIRUser = "Practitioner/x"
	}
	checked, err := chosen.Check()
	if err == nil && a.Name != "" {
		a.Name = checked.Name
	}
	return a, err
}

func (i *Invitations) keep(ctx context.Context, invitation Invitation, ttl time.Duration) (string, error) {
	token := handle.Invitation.New()
	key, _ := handle.Invitation.Digest(token)
	invitation.Expires = i.accounts.clock().UTC().Add(ttl)
	value, err := json.Marshal(invitation)
	if err != nil {
		return "", err
	}
	_, err = i.records.Put(ctx, invitationKind, key, value, invitation.Expires)
	return token, err
}

// Peek tells what a token is for, and leaves it as it is; store.ErrNotFound if it is for
// nothing, any more.
func (i *Invitations) Peek(ctx context.Context, token string) (Invitation, error) {
	return i.look(ctx, token, i.records.Get)
}

// look reads an invitation by Get or by Take, and asks whether it still counts.
func (i *Invitations) look(ctx context.Context, token string, by func(ctx context.Context, kind, key string) (store.Record, error)) (Invitation, error) {
	key, ok := handle.Invitation.Digest(token)
	if !ok {
		return Invitation{}, store.ErrNotFound
	}
	found, err := by(ctx, invitationKind, key)
	if err != nil {
		return Invitation{}, err
	}
	var invitation Invitation
	if err := json.Unmarshal(found.Value, &invitation); err != nil {
		return Invitation{}, fmt.Errorf("the record of an invitation: %w", err)
	}
	if err := i.counts(ctx, &invitation); err != nil {
		return Invitation{}, err
	}
	return invitation, nil
}

// counts asks whether an invitation still does, and brings the account that it is for
// up to date.
func (i *Invitations) counts(ctx context.Context, invitation *Invitation) (err error) {
	switch {
	case invitation.Existing:
		of := invitation.Account
		invitation.Account, err = i.accounts.Current(ctx, of.Name, of.Subject)
		if err == nil && invitation.Account.Version != of.Version {
			err = store.ErrNotFound // its password was changed since
		}
		return err
	case invitation.First:
		has, err := i.accounts.HasAdministrator(ctx)
		if err == nil && has {
			err = store.ErrNotFound
		}
		return err
	}
	return nil
}

// Chosen is what the redeemer of a link chooses, where the invitation leaves it open.
type Chosen struct {
	Name, DisplayName string
	Password          Password // hashed for the account that For returns
}

// For is the account that comes of an invitation and what the redeemer chooses: what its
// password is to be hashed for.
func (v Invitation) For(name, displayName string) Account {
	account := v.Account
	if account.Name == "" {
		account.Name = name
	}
	if account.DisplayName == "" {
		account.DisplayName = displayName
	}
	if normal, err := NormalizeName(account.Name); err == nil {
		account.Name = normal
	}
	return account
}

// Redeem uses a token up: it makes the account, with a new Practitioner if it is to
// have one, or sets its password. All of it happens in the transaction, or nothing. The
// view of the transaction has to allow creating a Practitioner. Errors are
// store.ErrNotFound, if the token is for nothing, any more; *Invalid; and ErrTaken.
func (i *Invitations) Redeem(ctx context.Context, tx *store.Tx, token string, chosen Chosen) (Account, error) {
	in := i.In(tx.Records())
	invitation, err := in.look(ctx, token, in.records.Take)
	if err != nil {
		return Account{}, err
	}
	account := invitation.For(chosen.Name, chosen.DisplayName)
	if invitation.Existing {
		if err := in.accounts.SetPassword(ctx, account.Name, chosen.Password); err != nil {
			return Account{}, err
		}
		return in.accounts.Get(ctx, account.Name)
	}
	if account.FHIRUser == "" {
		if account, err = account.WithPractitioner(ctx, tx); err != nil {
			return Account{}, err
		}
	}
	return in.accounts.Add(ctx, account, chosen.Password)
}
