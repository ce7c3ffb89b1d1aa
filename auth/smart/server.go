package smart

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/keys"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/internal/cors"
	"github.com/granary-fhir/granary/store"
)

// Config is what the authorization server is made of. All but the last group is
// required.
type Config struct {
	Store         *store.Store
	Tokens        *auth.Tokens
	Clients       *client.Registry
	Authenticator *client.Authenticator
	Initial       *client.InitialTokens
	Accounts      *user.Accounts
	Sessions      *user.Sessions
	Invitations   *user.Invitations
	Keys          *keys.Keys
	Audit         *audit.Log
	URLs          URLs
	Clock         func() time.Time
	Logger        *slog.Logger

	// Language has the scopes that are declared beside SMART's.
	Language scope.Language
	// Roles are the most that users of a role may grant; of a role that is not there
	// whatever the user may see and do.
	Roles map[user.Role]scope.Bounds
	// Sandbox opens what is for trying things out: registration by anyone, and
	// launches by every user who is logged in.
	Sandbox bool
	// DemoPassword is the password of demonstration accounts, which the login page
	// shows; "" for none.
	DemoPassword string
	// Version is this software's.
	Version string
	// Address is where a request comes from.
	Address func(*http.Request) string
	// Demo serves the demonstration app at /demo; nil for none.
	Demo http.Handler
}

// Server is the authorization server. It is safe for concurrent use.
type Server struct {
	Config
	pages   *page.Pages
	origins *http.CrossOriginProtection
	cors    *cors.Policy
	// admin is the store for the server's own work: grants, and their records.
	admin *store.View
}

// New makes the handler of the authorization server. It serves every path outside the
// FHIR API, and SMART's discovery within it.
func New(config Config) (http.Handler, error) {
	if config.Store == nil || config.Tokens == nil || config.Clients == nil || config.Accounts == nil || config.Keys == nil {
		return nil, errors.New("smart: something is missing in the configuration")
	}
	pages, err := page.New(page.Options{Root: config.URLs.Path(), Log: config.Logger})
	if err != nil {
		return nil, err
	}
	s := &Server{
		Config: config,
		pages:  pages,
		cors:   newCORS(config.Origins(), config.Logger),
		admin:  config.Store.View(store.Unrestricted("the authorization server's own work")),
	}
	s.origins = http.NewCrossOriginProtection()
	if err := s.origins.AddTrustedOrigin(config.URLs.origin()); err != nil {
		return nil, fmt.Errorf("smart: %w", err)
	}
	return s.engine()
}

// Origins are those of the registered clients.
func (c Config) Origins() Origins {
	return Origins{
		Any: c.Clients.HasOrigin,
		Client: func(ctx context.Context, id string) ([]string, error) {
			app, err := c.Clients.Get(ctx, id)
			return app.AllowedOrigins(), err
		},
	}
}
