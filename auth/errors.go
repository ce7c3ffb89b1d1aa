package auth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/auth/scope"
)

// ErrInvalidToken says that the access token is unknown, expired or revoked. It is not
// said which.
var ErrInvalidToken = errors.New("the access token is unknown, expired or revoked")

// ErrLaunch says that a launch handle is unknown, expired, used, or another client's.
// It is not said which.
var ErrLaunch = errors.New("the launch is unknown, expired, used before, or another app's")

// InvalidScope says that every scope that was asked for is refused (RFC 6749, 5.2
// `invalid_scope`).
type InvalidScope struct {
	Refused []scope.Refusal // none if no scope was asked for
}

// mostReasons is how many refused scopes are told of: an error may travel in a URL.
const mostReasons = 10

func (e *InvalidScope) Error() string {
	if len(e.Refused) == 0 {
		return "no scope was asked for"
	}
	var reasons []string
	for _, r := range e.Refused[:min(mostReasons, len(e.Refused))] {
		reasons = append(reasons, r.Error())
	}
	if more := len(e.Refused) - mostReasons; more > 0 {
		reasons = append(reasons, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(reasons, "; ")
}

// InvalidGrant says that a grant names something that cannot be in a context.
type InvalidGrant struct {
	Field, Value string
	Reason       string
}

func (e *InvalidGrant) Error() string { return e.Field + " " + e.Value + ": " + e.Reason }
