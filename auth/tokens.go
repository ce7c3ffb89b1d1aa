package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// Tokens issues and checks access tokens. A token is an opaque handle: as short
// for a grant of 500 scopes as for one, and of no use to whoever reads the
// records. It is safe for concurrent use.
type Tokens struct {
	records  store.Records
	compiler *scope.Compiler
	panel    Panel
	clock    func() time.Time
	cache    *cache
}

// Principal is who calls, and what they may see and do.
type Principal struct {
	Grant  Grant
	Policy store.Policy
}

// NewTokens keeps tokens in the records of a store. Panel is which patients
// practitioners reach. Clock is what expiry is measured by: time.Now.
func NewTokens(s *store.Store, panel Panel, clock func() time.Time) *Tokens {
	compiler := scope.NewCompiler(s.Registry(), s.Compartments(), s.Base())
	return newTokens(s.Records(), compiler, panel, clock)
}

func newTokens(records store.Records, compiler *scope.Compiler, panel Panel, clock func() time.Time) *Tokens {
	return &Tokens{records, compiler, panel, clock, newCache(cacheSize)}
}

// Review tells what of a grant's scopes would be granted in its context, as they
// are written there, and what is refused and why.
func (t *Tokens) Review(g Grant) (granted string, refused []scope.Refusal) {
	kept, _, refused := t.compile(g)
	written := make([]string, len(kept))
	for i, s := range kept {
		written[i] = s.Written()
	}
	return strings.Join(written, " "), refused
}

// compile compiles a grant's scopes; kept are those that are not refused.
func (t *Tokens) compile(g Grant) (kept []scope.Scope, policy store.Policy, refused []scope.Refusal) {
	parsed, refused := scope.ParseList(g.Scopes)
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
	if err := g.check(); err != nil {
		return "", err
	}
	if ttl <= 0 {
		return "", &InvalidGrant{"ttl", ttl.String(), "it should be above zero"}
	}
	g.Issued = t.clock().UTC()
	g.Expires = g.Issued.Add(ttl)
	granted, refused := t.Review(g)
	if granted == "" {
		return "", &InvalidScope{refused}
	}
	g.Scopes = granted
	if g.ID == "" {
		g.ID = randomText(16)
	}
	if err := t.saveGrant(ctx, g); err != nil {
		return "", err
	}
	return t.newToken(ctx, g)
}

const tokenKind = "access-token"

// tokenRecord is what a handle's digest leads to.
type tokenRecord struct {
	Grant string `json:"grant"`
}

func (t *Tokens) newToken(ctx context.Context, g Grant) (string, error) {
	value, err := json.Marshal(tokenRecord{Grant: g.ID})
	if err != nil {
		return "", err
	}
	handle := newHandle()
	key, _ := digest(handle)
	_, err = t.records.Put(ctx, tokenKind, key, value, g.Expires)
	return handle, err
}

// Authenticate returns whom a token stands for. Whether token and grant are still
// what they were is read from the store each time, so that a revocation counts
// from the next request on. ErrInvalidToken if the token or its grant is unknown,
// expired or revoked; any other error is the store's.
func (t *Tokens) Authenticate(ctx context.Context, token string) (Principal, error) {
	key, ok := digest(token)
	if !ok {
		return Principal{}, ErrInvalidToken
	}
	if known, ok := t.cache.get(key); ok {
		good, err := t.isGood(ctx, key, known)
		if err != nil {
			return Principal{}, err
		}
		if good {
			return known.principal, nil
		}
	}
	made, err := t.admission(ctx, key)
	if err != nil {
		return Principal{}, err
	}
	t.cache.put(key, made)
	return made.principal, nil
}

// isGood tells whether what was made of a token can be used again.
func (t *Tokens) isGood(ctx context.Context, key string, a admission) (bool, error) {
	now, err := t.records.Revisions(ctx,
		store.RecordName{Kind: tokenKind, Key: key}, store.RecordName{Kind: grantKind, Key: a.principal.Grant.ID})
	if err != nil {
		return false, err
	}
	return now[0] == a.token && now[1] == a.grant && t.clock().Before(a.until), nil
}

// admission reads a token and its grant, and compiles it.
func (t *Tokens) admission(ctx context.Context, key string) (admission, error) {
	found, err := t.records.Get(ctx, tokenKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return admission{}, ErrInvalidToken
	}
	if err != nil {
		return admission{}, err
	}
	if !found.Expires.IsZero() && !t.clock().Before(found.Expires) {
		return admission{}, ErrInvalidToken
	}
	var record tokenRecord
	if err := json.Unmarshal(found.Value, &record); err != nil {
		return admission{}, fmt.Errorf("access token record: %w", err)
	}
	g, revision, err := t.loadGrant(ctx, record.Grant)
	if err != nil {
		return admission{}, err
	}
	until := g.Expires
	if !found.Expires.IsZero() && found.Expires.Before(until) {
		until = found.Expires
	}
	_, policy, _ := t.compile(g)
	return admission{found.Revision, revision, until, Principal{g, policy}}, nil
}
