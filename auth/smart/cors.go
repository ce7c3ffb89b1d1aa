package smart

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/granary-fhir/granary/internal/cors"
	"github.com/granary-fhir/granary/store"
)

// corsMode is whose pages may read the answers of a route.
type corsMode = cors.Mode

const (
	never      = cors.Never      // the authorization endpoint and the pages, to which browsers go by themselves
	anyone     = cors.Anyone     // discovery
	registered = cors.Registered // what clients call
)

// newCORS is the policy of the endpoints. Their requests are forms and JSON, with the
// client's or the token's credentials in a header.
func newCORS(origins cors.Origins, log *slog.Logger) *cors.Policy {
	return &cors.Policy{
		Origins: origins,
		Log:     log,
		Headers: "Authorization, Content-Type, Accept, Cache-Control, Pragma, X-Requested-With, X-Request-Id",
		Exposed: "WWW-Authenticate, Retry-After, Location, ETag",
	}
}

// Origins are the origins of registered clients, for the FHIR API too. A page that this
// machine serves may use a token that no client got, such as that of `granary token`:
// whoever has it can write data as they like, and a page elsewhere need not.
type Origins struct {
	// Any tells whether some client has the origin.
	Any func(ctx context.Context, origin string) (bool, error)
	// Client are the origins of a client; store.ErrNotFound if there is none of this id.
	Client func(ctx context.Context, id string) ([]string, error)
}

// Registered implements cors.Origins.
func (o Origins) Registered(ctx context.Context, origin string) (bool, error) {
	if cors.IsLoopback(origin) {
		return true, nil
	}
	return o.Any(ctx, origin)
}

// Of implements cors.Origins.
func (o Origins) Of(ctx context.Context, client, origin string) (bool, error) {
	allowed, err := o.Client(ctx, client)
	if errors.Is(err, store.ErrNotFound) {
		return cors.IsLoopback(origin), nil
	}
	return slices.Contains(allowed, origin), err
}
