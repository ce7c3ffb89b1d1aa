package smart

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

var errNobody = oauth.Refuse(oauth.InvalidGrant, "the user who granted this cannot grant it any more")

// stillThere refuses a grant that could not be made now (auth-checklist.md, 34 and 35):
// the account that consented is there, and is what it was; the app is, and it and the
// user's role may have as much; and so is the session, where the grant is to end with it.
func (s *Server) stillThere(ctx context.Context, tx *store.Tx, g auth.Grant) (user.Account, client.Client, error) {
	account, err := s.Accounts.In(tx.Records()).Current(ctx, g.Account, g.Subject)
	if errors.Is(err, store.ErrNotFound) || err == nil && !sameParty(account, g) {
		err = errNobody
	}
	if err != nil {
		return account, client.Client{}, err
	}
	app, err := s.stillRegistered(ctx, tx, g.Client)
	if err != nil {
		return account, app, err
	}
	if scopes, _ := s.Language.ParseList(g.Scopes); !s.covers(app, account.Role, scopes) {
		return account, app, oauth.Refuse(oauth.InvalidGrant,
			"the app, or the user, may have less now than was granted; send the user through the authorization endpoint again")
	}
	if g.Online() { // it may have ended before there was a grant to end with it
		_, err = s.Sessions.In(tx.Records()).ByID(ctx, g.Session)
	}
	if errors.Is(err, store.ErrNotFound) {
		err = oauth.Refuse(oauth.InvalidGrant, "the session of the user is over, and online_access with it")
	}
	return account, app, err
}

// stillRegistered is an app as it is registered now. It has authenticated before, which
// may have taken as long as its keys take to be fetched.
func (s *Server) stillRegistered(ctx context.Context, tx *store.Tx, id string) (client.Client, error) {
	app, err := s.Clients.In(tx.Records()).Get(ctx, id)
	if isAbsent(err) {
		err = oauth.Refuse(oauth.InvalidClient, "the client is not registered any more")
	}
	return app, err
}

// covers tells whether all of what was granted may be granted to an app, and by users of
// a role. It is what prepare has left of what was asked for, and so within its bounds.
func (s *Server) covers(app client.Client, role user.Role, granted []scope.Scope) bool {
	bounds, _ := s.Language.ParseBounds(app.Scopes)
	ofRole, limited := s.Roles[role]
	for _, one := range granted {
		if !bounds.Covers(one) || limited && !ofRole.Covers(one) || beyondRegistration(one, app) != "" {
			return false
		}
	}
	return true
}
