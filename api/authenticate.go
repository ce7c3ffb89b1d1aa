package api

import (
	"context"
	"net/http"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// gate is the only holder of the store: it lends each request the store under
// the policy of its token.
type gate struct {
	store  *store.Store
	tokens *auth.Tokens
	off    bool
	open   store.Policy // of everyone, where it is off
}

func newGate(config Config) *gate {
	open := store.Unrestricted("--auth=off").Without(scope.NeverGranted(config.Store.Compartments())...)
	return &gate{store: config.Store, tokens: config.Tokens, off: config.AuthOff, open: open}
}

// admit returns what the caller of a request may see. Without a good token the
// error is a 401.
func (g *gate) admit(r *request) (*store.View, error) {
	if g.off {
		return g.store.View(g.open), nil
	}
	token, err := bearer(r.header)
	if err != nil {
		return nil, err
	}
	caller, err := g.tokens.Authenticate(r.context, token)
	if err != nil {
		return nil, err
	}
	r.caller = caller
	return g.store.ViewWhile(caller.Policy, caller.Standing), nil
}

// recalled is what the token of a request stood for when it was used last. Its View
// asks on the state that it reads whether the token stands for it now, which spares
// a reading a look-up of its own; until then nothing that comes of it counts.
type recalled struct {
	caller auth.Principal
	view   *store.View
	stands bool // it has been asked, and the token does
}

// recall is nil where nothing is known of the token, and for requests that do more
// than read.
func (g *gate) recall(r *request) *recalled {
	reads := r.method == http.MethodGet || r.method == http.MethodHead
	if !reads || r.route == nil || r.route.handle == nil || g.off {
		return nil
	}
	token, err := bearer(r.header)
	if err != nil {
		return nil
	}
	caller, ok := g.tokens.Recall(token)
	if !ok {
		return nil
	}
	k := &recalled{caller: caller}
	k.view = g.store.ViewWhile(caller.Policy, func(ctx context.Context, revisions store.Revisions) error {
		err := caller.Standing(ctx, revisions)
		k.stands = err == nil
		return err
	})
	return k
}

// admit is gate.admit for what is recalled.
func (k *recalled) admit(r *request) (*store.View, error) {
	r.caller = k.caller
	return k.view, nil
}

// bearer takes the token from the Authorization header (RFC 6750, section 2.1).
func bearer(header http.Header) (string, error) {
	values := header.Values("Authorization")
	if len(values) > 1 {
		return "", unauthorized("", "there is more than one Authorization header")
	}
	if len(values) == 0 {
		return "", unauthorized("", "this server wants an access token: Authorization: Bearer <token>")
	}
	kind, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(kind, "Bearer") || token == "" {
		return "", unauthorized("", "the Authorization header must be: Bearer <token>")
	}
	return token, nil
}

func unauthorized(code, text string) error {
	refused := refuse(http.StatusUnauthorized, fhir.IssueTypeLogin, "%s", text)
	refused.header = challenge(code, "")
	return refused
}

// challenge is the WWW-Authenticate header (RFC 6750, section 3). Where no token
// was sent there is no error code.
func challenge(code, scope string) http.Header {
	value := `Bearer realm="granary"`
	if code != "" {
		value += `, error="` + code + `"`
	}
	if scope != "" {
		value += `, scope="` + scope + `"`
	}
	return http.Header{"Www-Authenticate": {value}}
}

// missingScope is the scope that would have sufficed, in the context that the
// caller has.
func missingScope(caller auth.Principal, letter store.Letter, typ string) string {
	return string(levelOf(caller)) + "/" + typ + "." + string(rune(letter))
}

// levelOf is the narrowest level of scopes that has a meaning in the caller's context.
func levelOf(caller auth.Principal) scope.Level {
	switch {
	case caller.Grant.Patient != "":
		return scope.Patient
	case caller.Grant.User != "":
		return scope.User
	}
	return scope.System
}
