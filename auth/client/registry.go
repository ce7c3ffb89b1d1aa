package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/auth/handle"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

const clientKind = "client"

// Overlap is how long a secret remains good after it was replaced.
const Overlap = 24 * time.Hour

// Registry keeps clients. What it does counts at once, for other processes too. It
// is safe for concurrent use.
type Registry struct {
	records store.Records
	clock   func() time.Time
	origins *origins
	// language has the scopes that may be registered.
	language scope.Language
}

// NewRegistry keeps clients in the records of a store.
func NewRegistry(records store.Records, clock func() time.Time) *Registry {
	return &Registry{records: records, clock: clock, origins: newOrigins()}
}

// Speaking is the same registry with a language of scopes.
func (r *Registry) Speaking(language scope.Language) *Registry {
	other := *r
	other.language = language
	return &other
}

// In is the registry as a transaction sees and writes it.
func (r *Registry) In(records store.Records) *Registry {
	bound := *r
	bound.records = records
	bound.origins = newOrigins() // what the transaction wrote may never become true
	return &bound
}

// record is a client as it is kept.
type record struct {
	Metadata      Client    `json:"metadata"`
	Secrets       []Secret  `json:"secrets,omitempty"`
	Introspection bool      `json:"introspection,omitempty"`
	Dynamic       bool      `json:"dynamic,omitempty"`
	Created       time.Time `json:"created"`
	Registration  string    `json:"registration,omitempty"`
}

// Get returns a client, or store.ErrNotFound.
func (r *Registry) Get(ctx context.Context, id string) (Client, error) {
	if !validID.MatchString(id) {
		return Client{}, store.ErrNotFound
	}
	found, err := r.records.Get(ctx, clientKind, id)
	if err != nil {
		return Client{}, err
	}
	var kept record
	if err := json.Unmarshal(found.Value, &kept); err != nil {
		return Client{}, fmt.Errorf("client %s: %w", id, err)
	}
	c := kept.Metadata
	c.ID, c.Secrets, c.Introspection, c.Dynamic, c.Created = id, kept.Secrets, kept.Introspection, kept.Dynamic, kept.Created
	c.Registration = kept.Registration
	c.revision = found.Revision
	return c, nil
}

// Add registers a client, with an id of its own unless it has one, and with a
// secret if its method wants one. The secret is returned here and never again. The
// error is an *oauth.Error if the metadata cannot be registered, or if the id is
// taken.
func (r *Registry) Add(ctx context.Context, c Client) (added Client, secret string, err error) {
	c = c.withDefaults()
	if c.ID == "" {
		c.ID = newID()
	}
	if err := c.Check(r.language); err != nil {
		return Client{}, "", err
	}
	c.Created, c.Secrets, c.revision = r.clock().UTC().Truncate(time.Second), nil, 0
	c.Registration = handle.Text(16)
	if c.hasSecret() {
		secret = c.renew(c.Created, c.Created)
	}
	c, err = r.save(ctx, c)
	if errors.Is(err, store.ErrRecordChanged) {
		return Client{}, "", oauth.Refuse(oauth.InvalidClientMetadata, "client_id: "+quote(c.ID)+" is taken")
	}
	return c, secret, err
}

// Update writes a client that was read here, if nobody has changed it since: else
// store.ErrRecordChanged. Its secrets are those that were read: a method that wants
// one is given one by Rotate. The error is an *oauth.Error if the metadata cannot
// be registered.
func (r *Registry) Update(ctx context.Context, c Client) error {
	if c.revision == 0 {
		return fmt.Errorf("client %s: %w", c.ID, store.ErrNotFound)
	}
	c = c.withDefaults()
	if err := c.Check(r.language); err != nil {
		return err
	}
	if !c.hasSecret() {
		c.Secrets = nil
	}
	_, err := r.save(ctx, c)
	return err
}

// save writes a client over what it was read from.
func (r *Registry) save(ctx context.Context, c Client) (Client, error) {
	value, err := json.Marshal(record{c, c.Secrets, c.Introspection, c.Dynamic, c.Created, c.Registration})
	if err != nil {
		return c, fmt.Errorf("client %s: %w", c.ID, err)
	}
	revision, err := r.records.Swap(ctx, clientKind, c.ID, c.revision, value, time.Time{})
	if err == nil {
		c.revision = revision
	}
	return c, err
}

// Rotate gives a client a new secret. The one before it remains good for Overlap, so
// that the client can be changed meanwhile; one that was in its overlap ends.
func (r *Registry) Rotate(ctx context.Context, id string) (secret string, err error) {
	return r.rotate(ctx, id, Overlap)
}

// RotateAtOnce gives a client a new secret and ends all others: for one that was
// disclosed.
func (r *Registry) RotateAtOnce(ctx context.Context, id string) (secret string, err error) {
	return r.rotate(ctx, id, 0)
}

func (r *Registry) rotate(ctx context.Context, id string, overlap time.Duration) (string, error) {
	for {
		c, err := r.Get(ctx, id)
		if err != nil {
			return "", err
		}
		if !c.hasSecret() {
			return "", oauth.Refuse(oauth.InvalidClientMetadata, "the client authenticates by "+string(c.Method)+" and has no secret")
		}
		now := r.clock().UTC()
		secret := c.renew(now, now.Add(overlap))
		if _, err = r.save(ctx, c); !errors.Is(err, store.ErrRecordChanged) {
			return secret, err
		}
	}
}

// Remove ends a client. That there is none is store.ErrNotFound.
func (r *Registry) Remove(ctx context.Context, id string) error {
	_, err := r.records.Take(ctx, clientKind, id)
	return err
}

// List returns all clients in the order of their ids.
func (r *Registry) List(ctx context.Context) ([]Client, error) {
	var clients []Client
	err := r.each(ctx, func(ids []string) error {
		for _, id := range ids {
			c, err := r.Get(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				continue // removed meanwhile
			}
			if err != nil {
				return err
			}
			clients = append(clients, c)
		}
		return nil
	})
	return clients, err
}

// pageSize is how many ids are read at a time.
const pageSize = 200

func (r *Registry) each(ctx context.Context, visit func(ids []string) error) error {
	for after := ""; ; {
		ids, err := r.records.List(ctx, clientKind, after, pageSize)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := visit(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}
