package auth

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/granary-fhir/granary/store"
)

// Owner is somebody, or something, with whom grants end.
type Owner struct{ kind, name string }

// AccountOwner owns the grants of a user, by login name.
func AccountOwner(name string) Owner { return Owner{"account", name} }

// ClientOwner owns the grants to a client, by client_id.
func ClientOwner(id string) Owner { return Owner{"client", id} }

// SessionOwner owns the online grants of a session, by its ID.
func SessionOwner(id string) Owner { return Owner{"session", id} }

// ownedKind are the records that say which grants an Owner has; they are empty.
const ownedKind = "grant-of"

// prefix is of keys: hexadecimal, so that no name is the prefix of another's.
func (o Owner) prefix() string { return o.kind + "/" + hex.EncodeToString([]byte(o.name)) + "/" }

func (o Owner) key(grant string) string { return o.prefix() + grant }

// owners are those of a grant. What [Tokens.Issue] makes for a client that is not
// registered, and the short grants of backend services, have none but the client.
func (g Grant) owners() []Owner {
	var owners []Owner
	for _, o := range []Owner{AccountOwner(g.Account), ClientOwner(g.Client)} {
		if o.name != "" {
			owners = append(owners, o)
		}
	}
	if g.Session != "" && g.Online() {
		owners = append(owners, SessionOwner(g.Session))
	}
	return owners
}

// Grants are the grants of an owner that are not over.
func (t *Tokens) Grants(ctx context.Context, of Owner) ([]Grant, error) {
	var grants []Grant
	for id, err := range store.KeysBelow(ctx, t.records, ownedKind, of.prefix()) {
		if err != nil {
			return nil, err
		}
		switch g, err := t.Grant(ctx, id); {
		case err == nil:
			grants = append(grants, g)
		case !errors.Is(err, ErrInvalidToken):
			return nil, err
		}
	}
	return grants, nil
}

// RevokeAll ends all grants of an owner, and says which.
func (t *Tokens) RevokeAll(ctx context.Context, of Owner) ([]Grant, error) {
	grants, err := t.Grants(ctx, of)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if err := t.Revoke(ctx, g.ID); err != nil {
			return nil, err
		}
	}
	return grants, nil
}
