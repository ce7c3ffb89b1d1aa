package auth

import (
	"errors"
	"strings"

	"github.com/granary-fhir/granary/auth/scope"
)

// ErrInvalidToken says that the access token is unknown, expired or revoked. It is not
// said which.
var ErrInvalidToken = errors.New("the access token is unknown, expired or revoked")

// InvalidScope says that every scope that was asked for is refused (RFC 6749, 5.2
// `invalid_scope`).
type InvalidScope struct {
	Refused []scope.Refusal // none if no scope was asked for
}

func (e *InvalidScope) Error() string {
	if len(e.Refused) == 0 {
		return "no scope was asked for"
	}
	reasons := make([]string, len(e.Refused))
	for i, r := range e.Refused {
		reasons[i] = r.Error()
	}
	return strings.Join(reasons, "; ")
}

// InvalidGrant says that a grant names something that cannot be in a context.
type InvalidGrant struct {
	Field, Value string
	Reason       string
}

func (e *InvalidGrant) Error() string { return e.Field + " " + e.Value + ": " + e.Reason }
