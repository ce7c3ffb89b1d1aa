package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// Tokens issues and checks access tokens. A token is an opaque handle: as short
// for a grant of 500 scopes as for one, and of no use to whoever reads the
// records. It is safe for concurrent use.
type Tokens struct {
	records  store.Records
	compiler *scope.Compiler
	language scope.Language
	panel    Panel
	clock    func() time.Time
	cache    *cache

	lifetimes Lifetimes
}

// In is the same on the records of a transaction.
func (t *Tokens) In(records store.Records) *Tokens {
	inside := *t
	inside.records = records
	return &inside
}

// Speaking is the same with a language of scopes.
func (t *Tokens) Speaking(language scope.Language) *Tokens {
	other := *t
	other.language = language
	return &other
}

// Lasting is the same with other lifetimes.
func (t *Tokens) Lasting(lifetimes Lifetimes) *Tokens {
	other := *t
	other.lifetimes = lifetimes
	return &other
}

// Panel is which patients practitioners reach.
func (t *Tokens) Panel() Panel { return t.panel }

// Principal is who calls, and what they may see and do.
type Principal struct {
	// Token tells tokens apart: the digest of the one that was shown.
	Token  string
	Grant  Grant
	Policy store.Policy
	// Standing is ErrInvalidToken from when token or grant are not what they
	// were when this was made of them.
	Standing store.Standing
}

// NewTokens keeps tokens in the records of a store. Panel is which patients
// practitioners reach. Clock is what expiry is measured by: time.Now.
func NewTokens(s *store.Store, panel Panel, clock func() time.Time) *Tokens {
	compiler := scope.NewCompiler(s.Registry(), s.Compartments(), s.Base())
	return newTokens(s.Records(), compiler, panel, clock)
}

func newTokens(records store.Records, compiler *scope.Compiler, panel Panel, clock func() time.Time) *Tokens {
	return &Tokens{records: records, compiler: compiler, panel: panel, clock: clock, cache: newCache(cacheSize), lifetimes: UsualLifetimes()}
}

// Review tells what of a grant's scopes would be granted in its context, as they
// are written there, and what is refused and why.
func (t *Tokens) Review(g Grant) (granted string, refused []scope.Refusal) {
	kept, _, refused := t.compile(g)
	return written(kept), refused
}

// written are scopes as a grant has them.
func written(scopes []scope.Scope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = s.Written()
	}
	return strings.Join(texts, " ")
}

// compile compiles a grant's scopes; kept are those that are not refused.
func (t *Tokens) compile(g Grant) (kept []scope.Scope, policy store.Policy, refused []scope.Refusal) {
	parsed, refused := t.language.ParseList(g.Scopes)
	policy, uncompiled := t.compiler.Compile(parsed, g.context(t.panel))
	not := map[string]bool{}
	for _, r := range uncompiled {
		not[r.Scope] = true
	}
	for _, s := range parsed {
		if !not[s.Written()] {
			kept = append(kept, s)
		}
	}
	return kept, policy, append(refused, uncompiled...)
}

// Issue stores a grant and returns a token for it, good for ttl. The grant's ID,
// if empty, Issued and Expires are set here. Scopes that are refused are left
// out of it, see Review; *InvalidScope if none remains, *InvalidGrant if the
// context is none.
func (t *Tokens) Issue(ctx context.Context, g Grant, ttl time.Duration) (string, error) {
	g, err := t.open(ctx, g, ttl)
	if err != nil {
		return "", err
	}
	return t.newToken(ctx, g, handle.AccessToken.New(), "", g.Expires)
}

// open stores a grant that lasts for a time.
func (t *Tokens) open(ctx context.Context, g Grant, life time.Duration) (Grant, error) {
	made, err := t.draft(g, life)
	if err != nil {
		return Grant{}, err
	}
	if g = made.grant; g.ID == "" {
		g.ID = handle.Text(16)
	}
	return g, t.saveGrant(ctx, g)
}

// draft is a grant that could be stored, with what it means.
type draft struct {
	grant   Grant
	policy  store.Policy
	refused []scope.Refusal
}

// draft makes a grant that lasts for a time, and stores nothing.
func (t *Tokens) draft(g Grant, life time.Duration) (draft, error) {
	if err := g.check(); err != nil {
		return draft{}, err
	}
	if life <= 0 {
		return draft{}, &InvalidGrant{"ttl", life.String(), "it should be above zero"}
	}
	g.Issued = t.clock().UTC()
	g.Expires = g.Issued.Add(life)
	kept, policy, refused := t.compile(g)
	if len(kept) == 0 {
		return draft{}, &InvalidScope{refused}
	}
	g.Scopes = written(kept)
	return draft{g, policy, refused}, nil
}

const tokenKind = "access-token"

// tokenRecord is what the digest of an access token leads to.
type tokenRecord struct {
	Grant string `json:"grant"`
	// Scopes are those of the token, where it was refreshed to fewer than the
	// grant's.
	Scopes string    `json:"scopes,omitempty"`
	Issued time.Time `json:"issued,omitzero"`
}

// newToken makes a handle the access token of a grant.
func (t *Tokens) newToken(ctx context.Context, g Grant, given, scopes string, expires time.Time) (string, error) {
	value, err := json.Marshal(tokenRecord{Grant: g.ID, Scopes: scopes, Issued: t.clock().UTC()})
	if err != nil {
		return "", err
	}
	key, _ := handle.AccessToken.Digest(given)
	_, err = t.records.Put(ctx, tokenKind, key, value, expires)
	return given, err
}

// Authenticate returns whom a token stands for. Whether token and grant are still
// what they were is read from the store each time, so that a revocation counts
// from the next request on. ErrInvalidToken if the token or its grant is unknown,
// expired or revoked; any other error is the store's.
func (t *Tokens) Authenticate(ctx context.Context, token string) (Principal, error) {
	key, ok := handle.AccessToken.Digest(token)
	if !ok {
		return Principal{}, ErrInvalidToken
	}
	if known, ok := t.cache.get(key); ok {
		err := known.Standing(ctx, t.records.Revisions)
		if err == nil {
			t.cache.hits.Add(1)
		}
		if !errors.Is(err, ErrInvalidToken) {
			return orNone(known, err)
		}
	}
	t.cache.misses.Add(1)
	made, err := t.principal(ctx, key)
	if err != nil {
		return Principal{}, err
	}
	t.cache.put(key, made)
	return made, nil
}

// CacheStats are how many requests found it remembered what their token stands for,
// and how many had it read and compiled.
func (t *Tokens) CacheStats() (hits, misses uint64) {
	return t.cache.hits.Load(), t.cache.misses.Load()
}

// orNone is the principal, unless there is an error.
func orNone(p Principal, err error) (Principal, error) {
	if err != nil {
		return Principal{}, err
	}
	return p, nil
}

// Recall returns what a token stood for when it was used last, if that is still
// known. Whether it stands for it now is not asked: that is the Principal's
// Standing, for whoever reads it on the state of the data that they read.
func (t *Tokens) Recall(token string) (Principal, bool) {
	key, ok := handle.AccessToken.Digest(token)
	if !ok {
		return Principal{}, false
	}
	known, ok := t.cache.get(key)
	if ok {
		t.cache.hits.Add(1)
	}
	return known, ok
}

// standing is that of what was made of a token and its grant.
func (t *Tokens) standing(token, grant revision, until time.Time) store.Standing {
	return func(ctx context.Context, revisions store.Revisions) error {
		now, err := revisions(ctx, token.of, grant.of)
		if err != nil {
			return err
		}
		if now[0] != token.is || now[1] != grant.is || !t.clock().Before(until) {
			return ErrInvalidToken
		}
		return nil
	}
}

// revision is one that a record had.
type revision struct {
	of store.RecordName
	is int64
}

// principal reads a token and its grant, and compiles it.
func (t *Tokens) principal(ctx context.Context, key string) (Principal, error) {
	found, err := t.loadToken(ctx, key)
	if err != nil {
		return Principal{}, err
	}
	_, policy, _ := t.compile(found.grant)
	standing := t.standing(
		revision{store.RecordName{Kind: tokenKind, Key: key}, found.revision},
		revision{store.RecordName{Kind: grantKind, Key: found.grant.ID}, found.grantRevision}, found.expires)
	return Principal{key, found.grant, policy, standing}, nil
}

// accessToken is an access token and its grant, which has the token's scopes.
type accessToken struct {
	grant                   Grant
	revision, grantRevision int64
	issued, expires         time.Time
}

func (t *Tokens) loadToken(ctx context.Context, key string) (accessToken, error) {
	found, err := t.records.Get(ctx, tokenKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return accessToken{}, ErrInvalidToken
	}
	if err != nil {
		return accessToken{}, err
	}
	if !found.Expires.IsZero() && !t.clock().Before(found.Expires) {
		return accessToken{}, ErrInvalidToken
	}
	var record tokenRecord
	if err := json.Unmarshal(found.Value, &record); err != nil {
		return accessToken{}, fmt.Errorf("access token record: %w", err)
	}
	g, granted, err := t.loadGrant(ctx, record.Grant)
	if err != nil {
		return accessToken{}, err
	}
	until := g.Expires
	if !found.Expires.IsZero() && found.Expires.Before(until) {
		until = found.Expires
	}
	if record.Scopes != "" {
		g.Scopes = record.Scopes
	}
	return accessToken{g, found.Revision, granted, record.Issued, until}, nil
}

// Policy is what a grant's scopes mean in its context. Refused scopes mean nothing.
func (t *Tokens) Policy(g Grant) store.Policy {
	_, policy, _ := t.compile(g)
	return policy
}

// Backend stores a grant of a backend service and returns its one token. Errors are
// those of Issue.
func (t *Tokens) Backend(ctx context.Context, g Grant) (string, Grant, error) {
	g, err := t.open(ctx, g, BackendLifetime)
	if err != nil {
		return "", Grant{}, err
	}
	token, err := t.newToken(ctx, g, handle.AccessToken.New(), "", g.Expires)
	return token, g, err
}
