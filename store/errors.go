package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/validation"
)

// The errors of a View. A backend returns ErrNotFound, ErrUnavailable,
// ErrTooComplex, ErrNoTransactions, those of the storage (ErrFull, ErrReadOnly,
// ErrInaccessible, ErrDamaged, ErrTooLarge), or an error of its own that is nobody's fault but the server's.
var (
	// ErrNotFound: there is no such resource or version, or the caller may not
	// see it.
	ErrNotFound = errors.New("not found")
	// ErrGone: the resource is deleted, and its last version was visible to
	// the caller.
	ErrGone = errors.New("deleted")
	// ErrPrecondition: the resource is not as the write's Precondition expects.
	// It is wrapped with the header that says so.
	ErrPrecondition = errors.New("the resource is not as expected")
	// ErrExists: criteria match nothing, and the id under which a resource
	// shall be created for them is that of another one.
	ErrExists = errors.New("there is a resource of this id already")
	// ErrNotCreatable: an update names an id that is absent, or not visible,
	// and the caller may update only some resources of the type, so that the
	// server neither creates it nor says which of the two it is.
	ErrNotCreatable = errors.New("an update cannot create this resource")
	// ErrUnavailable: the store is shutting down or too busy; trying again
	// later may succeed.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrFull: the disk has no room for what was to be written. Nothing of it was;
	// reading goes on, and so does writing once there is room.
	ErrFull = errors.New("the disk is full")
	// ErrReadOnly: the data may be read and not written.
	ErrReadOnly = errors.New("the data folder is read-only")
	// ErrInaccessible: the operating system refuses to open, read or write the
	// data.
	ErrInaccessible = errors.New("the data cannot be read or written")
	// ErrDamaged: the data are not as they were written.
	ErrDamaged = errors.New("the database is damaged, or none of Granary's")
	// ErrTooLarge: a resource, with all by which it is found, is larger than the
	// database takes.
	ErrTooLarge = errors.New("the resource is larger than the database takes")
	// ErrNoTransactions: the database cannot change several resources together.
	ErrNoTransactions = errors.New("the database has no transactions")
	// ErrCursor: a page link was altered, belongs to another query or to
	// another set of permissions.
	ErrCursor = errors.New("the page link is not valid for this request")
	// ErrTooComplex: a predicate is nested, or long, beyond what the backend
	// answers. It is wrapped with the limit.
	ErrTooComplex = errors.New("the search is too complex")
	// ErrTooManyIncludes: one page would bring along more than MaxIncludes.
	ErrTooManyIncludes = fmt.Errorf("the page would include more than %d resources; ask for a smaller page or fewer includes", MaxIncludes)
	// ErrRecordChanged: a record was changed or removed since it was read.
	ErrRecordChanged = errors.New("the record has changed")
)

// MaxIncludes is how many resources one page may bring along beside its matches.
const MaxIncludes = 10_000

// Forbidden says that nothing that the caller was granted carries the letter for the
// type. It is decided from the policy alone, before any look-up.
type Forbidden struct {
	Letter Letter
	Type   string
}

func (e *Forbidden) Error() string {
	return fmt.Sprintf("no granted scope allows %s on %s", e.Letter.Interaction(), e.Type)
}

// NotAdmitted says that a write would leave behind a resource that the caller's grant
// does not cover. Nothing was written.
type NotAdmitted struct {
	Letter Letter
	Key    Key
}

func (e *NotAdmitted) Error() string {
	return fmt.Sprintf("the granted scopes do not allow to %s this content of %s", e.Letter.Interaction(), e.Key.Type)
}

// Invalid says that what was to be written is not a resource that can be stored:
// everything that is wrong with it.
type Invalid struct{ Issues []validation.Issue }

func (e *Invalid) Error() string {
	texts := make([]string, len(e.Issues))
	for i, issue := range e.Issues {
		texts[i] = issue.Error()
	}
	return strings.Join(texts, "; ")
}

// invalid is the error of one issue.
func invalid(code, expression, text string) *Invalid {
	return &Invalid{[]validation.Issue{{Severity: validation.Error, Code: code, Expression: expression, Text: text}}}
}
