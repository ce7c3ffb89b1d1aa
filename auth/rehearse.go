package auth

import (
	"time"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// Rehearsal is what would be if a grant were made: what is issued, without the tokens,
// and what they would see and do.
type Rehearsal struct {
	Issued  Issued
	Policy  store.Policy
	Refused []scope.Refusal // scopes that are left out
}

// Rehearse tells what Start would issue or, for a grant that has no user, Backend. It
// makes the grant in the same way, and stores nothing. Errors are those of Start.
func (t *Tokens) Rehearse(g Grant, sessionExpires time.Time) (Rehearsal, error) {
	life := BackendLifetime
	if g.Account != "" {
		life = t.life(g, sessionExpires)
	}
	made, err := t.draft(g, life)
	if err != nil {
		return Rehearsal{}, err
	}
	g = made.grant
	issued := Issued{Grant: g, Scopes: g.Scopes, Expires: t.accessUntil(g, g.Issued).Sub(g.Issued)}
	return Rehearsal{issued, made.policy, made.refused}, nil
}
