// Package oauth has the words of OAuth 2.0 that the parts of the authorization
// server share.
package oauth

import (
	"net/http"
	"strings"
)

// Code is an error code of OAuth 2.0 or OpenID Connect.
type Code string

// The codes, and where they are defined.
const (
	InvalidRequest          Code = "invalid_request"           // RFC 6749, 4.1.2.1 and 5.2
	InvalidClient           Code = "invalid_client"            // RFC 6749, 5.2
	InvalidGrant            Code = "invalid_grant"             // RFC 6749, 5.2
	InvalidScope            Code = "invalid_scope"             // RFC 6749, 4.1.2.1 and 5.2
	UnauthorizedClient      Code = "unauthorized_client"       // RFC 6749, 4.1.2.1 and 5.2
	UnsupportedGrantType    Code = "unsupported_grant_type"    // RFC 6749, 5.2
	UnsupportedResponseType Code = "unsupported_response_type" // RFC 6749, 4.1.2.1
	AccessDenied            Code = "access_denied"             // RFC 6749, 4.1.2.1
	ServerError             Code = "server_error"              // RFC 6749, 4.1.2.1
	TemporarilyUnavailable  Code = "temporarily_unavailable"   // RFC 6749, 4.1.2.1
	InvalidToken            Code = "invalid_token"             // RFC 6750, 3.1
	InsufficientScope       Code = "insufficient_scope"        // RFC 6750, 3.1
	UnsupportedTokenType    Code = "unsupported_token_type"    // RFC 7009, 2.2.1
	InvalidRedirectURI      Code = "invalid_redirect_uri"      // RFC 7591, 3.2.2
	InvalidClientMetadata   Code = "invalid_client_metadata"   // RFC 7591, 3.2.2
	LoginRequired           Code = "login_required"            // OpenID Connect Core, 3.1.2.6
	InteractionRequired     Code = "interaction_required"      // OpenID Connect Core, 3.1.2.6
	ConsentRequired         Code = "consent_required"          // OpenID Connect Core, 3.1.2.6
	AccountSelection        Code = "account_selection_required"
	RequestNotSupported     Code = "request_not_supported"     // OpenID Connect Core, 3.1.2.6
	RequestURINotSupported  Code = "request_uri_not_supported" // OpenID Connect Core, 3.1.2.6
)

// Error is a refusal as a client is told it: what was wrong, where, and what would
// be right, and nothing about data.
type Error struct {
	Code        Code   `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Description }

// maxDescription is how long a description may be: it may become a part of a URL.
const maxDescription = 1500

// Refuse makes an Error. Of what the description quotes, characters that may not stand
// in one are replaced (RFC 6749, 4.1.2.1 and 5.2).
func Refuse(code Code, description string) *Error {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r == '\\' || r < ' ' || r > '~':
			return '?'
		}
		return r
	}, description)
	if len(clean) > maxDescription {
		clean = clean[:maxDescription] + "..."
	}
	return &Error{code, clean}
}

// Status is the HTTP status by which an endpoint answers with the error directly
// (RFC 6749, 5.2; RFC 6750, 3.1).
func (e *Error) Status() int {
	switch e.Code {
	case InvalidClient, InvalidToken:
		return http.StatusUnauthorized
	case InsufficientScope:
		return http.StatusForbidden
	case ServerError:
		return http.StatusInternalServerError
	case TemporarilyUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
