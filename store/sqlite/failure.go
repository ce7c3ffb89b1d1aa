package sqlite

import (
	driver "zombiezen.com/go/sqlite"

	"github.com/granary-fhir/granary/store"
)

// failures are the driver's errors that mean something in the contract. All others
// are mistakes of this package.
var failures = map[driver.ResultCode]error{
	driver.ResultBusy:      store.ErrUnavailable,
	driver.ResultLocked:    store.ErrUnavailable,
	driver.ResultInterrupt: errInterrupted,
	driver.ResultFull:      store.ErrFull,
	driver.ResultReadOnly:  store.ErrReadOnly,
	driver.ResultCantOpen:  store.ErrInaccessible,
	driver.ResultIOErr:     store.ErrInaccessible,
	driver.ResultCorrupt:   store.ErrDamaged,
	driver.ResultNotADB:    store.ErrDamaged,
}

// failure is an error of the driver, and what it means. Only the meaning is to be
// found in it: the driver's words are for a log.
type failure struct{ meaning, cause error }

func (f *failure) Error() string { return f.meaning.Error() + ": " + f.cause.Error() }
func (f *failure) Unwrap() error { return f.meaning }

// translate turns the driver's errors into the contract's.
func translate(err error) error {
	if meaning := failures[driver.ErrCode(err).ToPrimary()]; meaning != nil {
		return &failure{meaning, err}
	}
	return err
}
