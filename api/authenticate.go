package api

import (
	"errors"
	"net/http"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/store"
)

// gate is the only holder of the store: it lends each request the store under
// the policy of its token.
type gate struct {
	store  *store.Store
	tokens *auth.Tokens
	off    bool
}

// admit returns what the caller of a request may see. Without a good token the
// error is a 401.
func (g *gate) admit(r *request) (*store.View, error) {
	if g.off {
		return g.store.View(store.Unrestricted("--auth=off")), nil
	}
	token, err := bearer(r.header)
	if err != nil {
		return nil, err
	}
	caller, err := g.tokens.Authenticate(r.context, token)
	if errors.Is(err, auth.ErrInvalidToken) {
		return nil, unauthorized("invalid_token", "the access token is unknown, expired or revoked")
	}
	if err != nil {
		return nil, err
	}
	r.caller = caller
	return g.store.View(caller.Policy), nil
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
	context := "system"
	switch {
	case caller.Grant.Patient != "":
		context = "patient"
	case caller.Grant.User != "":
		context = "user"
	}
	return context + "/" + typ + "." + string(rune(letter))
}
