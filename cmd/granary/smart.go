package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/keys"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/smart"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/internal/proxy"
	"github.com/granary-fhir/granary/store"
)

// smartFlags say what the authorization server grants, and for how long.
type smartFlags struct {
	CustomScope     map[string]string `name:"custom-scope" placeholder:"NAME=DESCRIPTION" help:"A scope beside SMART's, for a service of your own; consent shows the description. May be given several times."`
	RoleScopes      map[string]string `name:"role-scopes" placeholder:"ROLE=SCOPES" help:"The most that users of a role (patient, related-person, practitioner, administrator) may grant; of a role that is not named, whatever they may see and do. May be given several times."`
	TokenLifetime   time.Duration     `default:"1h" placeholder:"DURATION" help:"How long an access token is good; an hour at most (default: ${default})."`
	OfflineLifetime time.Duration     `default:"8760h" placeholder:"DURATION" help:"How long a grant with offline_access is good (default: ${default}, a year)."`
	SessionLifetime time.Duration     `default:"12h" placeholder:"DURATION" help:"How long a user stays logged in (default: ${default})."`
}

func (f smartFlags) check() error {
	_, _, err := f.scopes()
	switch {
	case err != nil:
		return err
	case f.TokenLifetime <= 0 || f.TokenLifetime > time.Hour:
		return errors.New("--token-lifetime: wants a duration of an hour at most (SMART App Launch, app-launch.html#response-5)")
	case f.OfflineLifetime <= 0:
		return errors.New("--offline-lifetime: wants a duration above 0")
	case f.SessionLifetime <= 0:
		return errors.New("--session-lifetime: wants a duration above 0")
	}
	return nil
}

// scopes are the declared scopes, and what each role may grant.
func (f smartFlags) scopes() (scope.Language, map[user.Role]scope.Bounds, error) {
	language, err := languageOf(f.CustomScope)
	if err != nil {
		return scope.Language{}, nil, fmt.Errorf("--custom-scope: %w", err)
	}
	roles := map[user.Role]scope.Bounds{}
	for name, list := range f.RoleScopes {
		role := user.Role(name)
		if len(role.Types()) == 0 {
			return scope.Language{}, nil, fmt.Errorf("--role-scopes: %q is not patient, related-person, practitioner or administrator", name)
		}
		bounds, refused := language.ParseBounds(list)
		if len(refused) > 0 {
			return scope.Language{}, nil, fmt.Errorf("--role-scopes: %w", refused[0])
		}
		roles[role] = bounds
	}
	return language, roles, nil
}

func (f smartFlags) lifetimes() auth.Lifetimes {
	l := auth.UsualLifetimes()
	l.Access, l.Offline = f.TokenLifetime, f.OfflineLifetime
	return l
}

// authority is the authorization server, with what the FHIR API needs of it.
type authority struct {
	handler http.Handler
	tokens  *auth.Tokens
	config  smart.Config
}

// authority puts the authorization server together.
func (cmd *serveCmd) authority(ctx context.Context, s *store.Store, log *audit.Log, base string, logger *slog.Logger) (*authority, error) {
	language, roles, err := cmd.smartFlags.scopes()
	if err != nil {
		return nil, usageError{err}
	}
	records := s.Records()
	if err := declareScopes(ctx, records, cmd.CustomScope); err != nil {
		return nil, err
	}
	signing, err := keys.OpenLazily(ctx, records, time.Now)
	if err != nil {
		return nil, err
	}
	urls := smart.NewURLs(strings.TrimSuffix(base, api.BasePath))
	clients := client.NewRegistry(records, time.Now).Speaking(language)
	authenticator, err := client.NewAuthenticator(clients, client.Options{
		TokenURL: urls.Token, Records: records, Clock: time.Now, AllowLoopback: cmd.wantsSandbox(),
	})
	if err != nil {
		return nil, err
	}
	accounts := user.NewAccounts(records, user.Options{Clock: time.Now, AllowDemo: cmd.wantsSandbox()})
	config := smart.Config{
		Store:         s,
		Tokens:        auth.NewTokens(s, auth.Panel(cmd.Panel), time.Now).Speaking(language).Lasting(cmd.lifetimes()),
		Clients:       clients,
		Authenticator: authenticator,
		Initial:       client.NewInitialTokens(records, time.Now),
		Accounts:      accounts,
		Sessions:      user.NewSessions(accounts, cmd.SessionLifetime),
		Invitations:   user.NewInvitations(accounts),
		Keys:          signing,
		Audit:         log,
		URLs:          urls,
		Clock:         time.Now,
		Logger:        logger,
		Language:      language,
		Roles:         roles,
		Sandbox:       cmd.wantsSandbox(),
		Version:       version,
		Address:       proxy.ClientAddress,
	}
	if config.Sandbox {
		config.DemoPassword = user.DemoPassword
		if config.Demo, err = newDemo(urls); err != nil {
			return nil, err
		}
	}
	handler, err := smart.New(config)
	return &authority{handler, config.Tokens, config}, err
}

// oauth are the endpoints, for the CapabilityStatement.
func (a *authority) oauth() *api.OAuthURIs {
	u := a.config.URLs
	return &api.OAuthURIs{
		Authorize: u.Authorize, Token: u.Token, Introspect: u.Introspect, Revoke: u.Revoke, Register: u.Register, Manage: u.Management,
	}
}

// welcomeTime is how long the link for the first administrator is good.
const welcomeTime = 24 * time.Hour

// welcome is the one-time link by which the first administrator makes an account; "" if
// there is one.
func (a *authority) welcome(ctx context.Context) (string, error) {
	token, err := a.config.Invitations.FirstAdministrator(ctx, welcomeTime)
	if token == "" || err != nil {
		return "", err
	}
	return welcomeLink(a.config.URLs.FHIR, token), nil
}

// around serves the FHIR API at its path, and the authorization server elsewhere.
func (a *authority) around(fhir http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		below, ours := strings.CutPrefix(r.URL.Path, api.BasePath)
		if ours && (below == "" || below[0] == '/') && !strings.HasPrefix(below, "/.well-known/") {
			fhir.ServeHTTP(w, r)
			return
		}
		a.handler.ServeHTTP(w, r)
	})
}
