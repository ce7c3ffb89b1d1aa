package user

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// invite invites where it must be possible.
func (w *world) invite(i *Invitations, account Account) string {
	w.Helper()
	token, err := i.Invite(w.ctx, account, time.Hour)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

// redeem does what the welcome page does.
func (w *world) redeem(i *Invitations, token, name, displayName, password string) (account Account, err error) {
	w.Helper()
	invitation, err := i.Peek(w.ctx, token)
	if err != nil {
		return Account{}, err
	}
	hashed, err := w.accounts.Hash(w.ctx, invitation.For(name, displayName), password)
	if err != nil {
		return Account{}, err
	}
	err = w.transact(func(tx *store.Tx) error {
		account, err = i.Redeem(w.ctx, tx, token, Chosen{name, displayName, hashed})
		return err
	})
	return account, err
}

func TestInvitationMakesAnAccount(t *testing.T) {
	w := newStoreWorld(t)
	i := NewInvitations(w.accounts)
	token := w.invite(i, anna)
	if !strings.HasPrefix(token, "gri_") || len(token) != 47 {
		t.Errorf("token %q", token)
	}
	for range 2 { // looking changes nothing
		if v, err := i.Peek(w.ctx, token); err != nil || v.Account.Name != "anna" || v.Existing || v.First {
			t.Errorf("%+v, %v", v, err)
		}
	}
	if _, err := w.accounts.Get(w.ctx, "anna"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the account is there before: %v", err)
	}
	_, err := w.redeem(i, token, "", "", "short")
	w.wrong(err, "password")
	got, err := w.redeem(i, token, "another", "Another", annas)
	if err != nil || got.Name != "anna" || got.DisplayName != "Anna Berg" || got.FHIRUser != "Practitioner/1" || got.Role != Practitioner {
		t.Errorf("%+v, %v", got, err)
	}
	w.expect("log in", w.try("anna", annas, home), in)
	if _, err := w.redeem(i, token, "", "", annas); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("again: %v", err)
	}
}

func TestInvitationLeavesAChoice(t *testing.T) {
	w := newStoreWorld(t)
	i := NewInvitations(w.accounts)
	token := w.invite(i, Account{Role: Administrator})
	_, err := w.redeem(i, token, "root", "", "11 chars...")
	w.wrong(err, "password") // as for administrators
	_, err = w.redeem(i, token, "ro ot", "", "12 chars....")
	w.wrong(err, "name")
	_, err = w.redeem(i, token, "root", "a\nb", "12 chars....")
	w.wrong(err, "displayName")
	got, err := w.redeem(i, token, " Root", "Ines Moreau", "12 chars....")
	if err != nil || got.Name != "root" || got.DisplayName != "Ines Moreau" {
		t.Fatalf("%+v, %v", got, err)
	}
	typ, id, _ := strings.Cut(got.FHIRUser, "/")
	made, err := w.store.View(store.Unrestricted("test")).Read(w.ctx, store.Key{Type: typ, ID: id})
	if err != nil || typ != "Practitioner" || !strings.Contains(string(made.Body), `"name":[{"text":"Ines Moreau"}]`) {
		t.Errorf("%s: %s, %v", got.FHIRUser, made.Body, err)
	}
}

// What fails leaves nothing behind: no Practitioner, and the link as it was.
func TestRedemptionIsAllOrNothing(t *testing.T) {
	w := newStoreWorld(t)
	i := NewInvitations(w.accounts)
	w.add(anna, annas)
	token := w.invite(i, Account{Role: Practitioner})
	if _, err := w.redeem(i, token, "anna", "", annas); !errors.Is(err, ErrTaken) {
		t.Errorf("%v", err)
	}
	undone := errors.New("the audit record could not be written")
	hashed := w.hash(Account{Name: "bob", Role: Practitioner}, annas)
	err := w.transact(func(tx *store.Tx) error {
		if _, err := i.Redeem(w.ctx, tx, token, Chosen{Name: "bob", Password: hashed}); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Errorf("%v", err)
	}
	if _, err := w.accounts.Get(w.ctx, "bob"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%v", err)
	}
	report, err := w.store.Check(w.ctx)
	if err != nil || report.Resources != 0 {
		t.Errorf("%d resources, %v", report.Resources, err)
	}
	if _, err := w.redeem(i, token, "bob", "", annas); err != nil {
		t.Error(err)
	}
}

func TestInvitationSetsAPassword(t *testing.T) {
	w := newStoreWorld(t)
	before := w.add(anna, annas)
	i := NewInvitations(w.accounts)
	token := w.invite(i, Account{Name: "ANNA"})
	if v, err := i.Peek(w.ctx, token); err != nil || !v.Existing || v.Account.Subject != before.Subject {
		t.Errorf("%+v, %v", v, err)
	}
	w.expect("until then", w.try("anna", annas, home), in)
	got, err := w.redeem(i, token, "", "", "annas new secret")
	if err != nil || got.Subject != before.Subject || got.Version != before.Version+1 || got.FHIRUser != before.FHIRUser {
		t.Errorf("%+v, %v", got, err)
	}
	w.expect("the old one", w.try("anna", annas, home), 0)
	w.expect("the new one", w.try("anna", "annas new secret", home), in)
}

// A link counts no longer than what it was made for.
func TestInvitationsEnd(t *testing.T) {
	w := newStoreWorld(t)
	i := NewInvitations(w.accounts)
	for what, c := range map[string]struct {
		do   func(of Account) error
		over bool
	}{
		"nothing":       {func(Account) error { return nil }, false},
		"until its end": {func(Account) error { w.clock.Advance(time.Hour - time.Nanosecond); return nil }, false},
		"its end":       {func(Account) error { w.clock.Advance(time.Hour); return nil }, true},
		"another password": {func(of Account) error {
			return w.accounts.SetPassword(w.ctx, of.Name, w.hash(of, annas))
		}, true},
		"disabled": {func(of Account) error { return w.accounts.SetDisabled(w.ctx, of.Name, true) }, true},
		"removed":  {func(of Account) error { return w.accounts.Remove(w.ctx, of.Name) }, true},
		"somebody of its name": {func(of Account) error {
			err := w.accounts.Remove(w.ctx, of.Name)
			w.add(of, annas)
			return err
		}, true},
	} {
		of := w.add(Account{Name: strings.ReplaceAll(what, " ", "-"), Role: Practitioner, FHIRUser: "Practitioner/1"}, annas)
		token := w.invite(i, of)
		hashed := w.hash(of, "annas new secret")
		if err := c.do(of); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Peek(w.ctx, token); errors.Is(err, store.ErrNotFound) != c.over {
			t.Errorf("%s: looking: %v", what, err)
		}
		err := w.transact(func(tx *store.Tx) error {
			_, err := i.Redeem(w.ctx, tx, token, Chosen{Password: hashed})
			return err
		})
		if errors.Is(err, store.ErrNotFound) != c.over || !c.over && err != nil {
			t.Errorf("%s: redeeming: %v", what, err)
		}
	}
}

func TestInviteRefuses(t *testing.T) {
	w := newWorld(t)
	i := NewInvitations(w.accounts)
	w.add(anna, annas)
	if err := w.accounts.SetDisabled(w.ctx, "anna", true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.accounts.Add(w.ctx, Account{Name: "demo", Role: Patient, FHIRUser: "Patient/1", Demo: true}, w.hash(Account{Demo: true}, DemoPassword)); err != nil {
		t.Fatal(err)
	}
	for field, account := range map[string]Account{
		"role":     {Name: "bob"},
		"fhirUser": {Name: "bob", Role: Patient}, // nobody can choose that for a patient
		"link":     {Role: Practitioner, Links: []string{"Patient/1"}},
	} {
		_, err := i.Invite(w.ctx, account, time.Hour)
		w.wrong(err, field)
	}
	for _, account := range []Account{
		{Name: "b b", Role: Practitioner}, {Name: "anna"}, {Name: "demo"}, {Name: "new", Role: Patient, FHIRUser: "Patient/1", Demo: true},
	} {
		_, err := i.Invite(w.ctx, account, time.Hour)
		w.wrong(err, "name")
	}
	for _, token := range []string{"", "gri_", handle.Session.New(), handle.Invitation.New()} {
		if _, err := i.Peek(w.ctx, token); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", token, err)
		}
	}
}

// Links for the first administrator are worth nothing once there is one.
func TestFirstAdministrator(t *testing.T) {
	w := newStoreWorld(t)
	i := NewInvitations(w.accounts)
	w.add(anna, annas)   // a practitioner is none
	var tokens [2]string // of two starts of the server
	for n := range tokens {
		var err error
		if tokens[n], err = i.FirstAdministrator(w.ctx, time.Hour); err != nil || tokens[n] == "" {
			t.Fatalf("%q, %v", tokens[n], err)
		}
	}
	if v, err := i.Peek(w.ctx, tokens[1]); err != nil || !v.First || v.Account.Role != Administrator {
		t.Errorf("%+v, %v", v, err)
	}
	if got, err := w.redeem(i, tokens[1], "root", "", "12 chars...."); err != nil || got.Role != Administrator {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := w.redeem(i, tokens[0], "mallory", "", "12 chars...."); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the other link: %v", err)
	}
	if token, err := i.FirstAdministrator(w.ctx, time.Hour); err != nil || token != "" {
		t.Errorf("%q, %v", token, err)
	}
	if err := w.accounts.SetDisabled(w.ctx, "root", true); err != nil {
		t.Fatal(err)
	}
	if token, err := i.FirstAdministrator(w.ctx, time.Hour); err != nil || token == "" {
		t.Errorf("without one who may log in: %q, %v", token, err)
	}
}

// Of 100 who redeem one link at the same time one gets the account.
func TestParallelRedemption(t *testing.T) {
	w := newStoreWorld(t)
	i := NewInvitations(w.accounts)
	token := w.invite(i, Account{Role: Practitioner})
	names := strings.Split("abcdefghij", "")
	passwords := map[string]Password{}
	for _, name := range names {
		passwords[name] = w.hash(Account{Name: name, Role: Practitioner}, annas)
	}
	var won, lost atomic.Int64
	var all sync.WaitGroup
	for n := range 100 {
		name := names[n%len(names)]
		all.Go(func() {
			err := w.transact(func(tx *store.Tx) error {
				_, err := i.Redeem(w.ctx, tx, token, Chosen{Name: name, Password: passwords[name]})
				return err
			})
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, store.ErrNotFound):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	accounts, err := w.accounts.List(w.ctx)
	if won.Load() != 1 || lost.Load() != 99 || err != nil || len(accounts) != 1 {
		t.Errorf("%d won, %d lost, %d accounts, %v", won.Load(), lost.Load(), len(accounts), err)
	}
}
