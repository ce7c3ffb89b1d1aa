package user

import (
	"errors"
	"time"
)

// ErrTaken says that there is an account of this name already.
var ErrTaken = errors.New("there is an account of this name already")

// Invalid says what is wrong with an account or a password, and what would be right.
// It never has the password in it.
type Invalid struct {
	Field  string // "name", "password", "displayName", "role", "fhirUser", "link"
	Reason string
}

func (e *Invalid) Error() string { return e.Field + ": " + e.Reason }

// Refused says that a login was refused. It is the same whether the account exists,
// may log in, or neither.
type Refused struct {
	// RetryAfter is how long to wait where there were too many attempts, so that
	// nothing was looked at; 0 where name and password do not go together.
	RetryAfter time.Duration
}

func (e *Refused) Error() string {
	if e.RetryAfter > 0 {
		return "too many attempts to log in; wait " + e.RetryAfter.Round(time.Second).String()
	}
	return "there is no account of this name and password"
}
