package user

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// DefaultLifetime is how long a session lasts, whatever is done in it.
const DefaultLifetime = 12 * time.Hour

// Session is what a login started.
type Session struct {
	ID       string    `json:"-"`       // digest of the cookie; no secret
	User     string    `json:"user"`    // name of the account
	Subject  string    `json:"subject"` // of the account
	Version  int64     `json:"version"` // of the account
	AuthTime time.Time `json:"authTime"`
	Expires  time.Time `json:"expires"`
	CSRF     string    `json:"csrf"`
	// Account is as it was when the session was looked at.
	Account Account `json:"-"`
}

// Authentic tells whether a form was made for this session (RFC 9700, 4.7).
func (s Session) Authentic(csrf string) bool {
	return s.CSRF != "" && subtle.ConstantTimeCompare([]byte(s.CSRF), []byte(csrf)) == 1
}

// Sessions are the sessions of accounts.
type Sessions struct {
	records  store.Records
	accounts *Accounts
	lifetime time.Duration
}

// NewSessions keeps sessions beside accounts. Lifetime is DefaultLifetime if it is 0.
func NewSessions(accounts *Accounts, lifetime time.Duration) *Sessions {
	if lifetime <= 0 {
		lifetime = DefaultLifetime
	}
	return &Sessions{accounts.records, accounts, lifetime}
}

// In are the same sessions as a transaction sees and writes them.
func (s *Sessions) In(records store.Records) *Sessions {
	return &Sessions{records, s.accounts.In(records), s.lifetime}
}

const (
	sessionKind   = "session"
	sessionOfKind = "session-of" // by account, to find them all
)

func sessionOf(name, id string) string { return name + "/" + id }

// Start starts a session for an account that LogIn has returned, always a new one: a
// cookie that the browser had before says nothing (RFC 9700, 4.7; session fixation).
func (s *Sessions) Start(ctx context.Context, account Account) (cookie string, session Session, err error) {
	cookie = handle.Session.New()
	id, _ := handle.Session.Digest(cookie)
	now := s.accounts.clock().UTC()
	session = Session{
		ID: id, User: account.Name, Subject: account.Subject, Version: account.Version,
		AuthTime: now, Expires: now.Add(s.lifetime), CSRF: handle.Text(32), Account: account,
	}
	value, err := json.Marshal(session)
	if err != nil {
		return "", Session{}, err
	}
	if _, err = s.records.Put(ctx, sessionOfKind, sessionOf(account.Name, id), nil, session.Expires); err == nil {
		_, err = s.records.Put(ctx, sessionKind, id, value, session.Expires)
	}
	if err != nil {
		return "", Session{}, err
	}
	return cookie, session, nil
}

// Get returns the session of a cookie; store.ErrNotFound if it is over: expired, ended,
// or the account's password was changed, it was disabled or removed since.
func (s *Sessions) Get(ctx context.Context, cookie string) (Session, error) {
	id, ok := handle.Session.Digest(cookie)
	if !ok {
		return Session{}, store.ErrNotFound
	}
	return s.ByID(ctx, id)
}

// ByID is Get for what was tied to a session, such as a grant of `online_access`.
func (s *Sessions) ByID(ctx context.Context, id string) (Session, error) {
	found, err := s.records.Get(ctx, sessionKind, id)
	if err != nil {
		return Session{}, err
	}
	session := Session{ID: id}
	if err := json.Unmarshal(found.Value, &session); err != nil {
		return Session{}, fmt.Errorf("the record of a session: %w", err)
	}
	session.Account, err = s.accounts.Current(ctx, session.User, session.Subject)
	if err == nil && session.Account.Version != session.Version {
		err = store.ErrNotFound
	}
	if err != nil {
		return Session{}, err
	}
	return session, nil
}

// End ends the session of a cookie; that there is none is no error.
func (s *Sessions) End(ctx context.Context, cookie string) error {
	id, ok := handle.Session.Digest(cookie)
	if !ok {
		return nil
	}
	found, err := s.records.Take(ctx, sessionKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var session Session
	if err := json.Unmarshal(found.Value, &session); err != nil {
		return fmt.Errorf("the record of a session: %w", err)
	}
	return s.records.Delete(ctx, sessionOfKind, sessionOf(session.User, id))
}

// EndAll ends all sessions of an account, and returns their IDs, for what was tied to
// them.
func (s *Sessions) EndAll(ctx context.Context, name string) (ended []string, err error) {
	name, err = NormalizeName(name)
	if err != nil {
		return nil, store.ErrNotFound
	}
	prefix := sessionOf(name, "")
	for id, err := range store.KeysBelow(ctx, s.records, sessionOfKind, prefix) {
		if err != nil {
			return ended, err
		}
		if err := errors.Join(s.records.Delete(ctx, sessionKind, id), s.records.Delete(ctx, sessionOfKind, prefix+id)); err != nil {
			return ended, err
		}
		ended = append(ended, id)
	}
	return ended, nil
}
