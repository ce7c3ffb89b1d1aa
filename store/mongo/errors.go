package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/granary-fhir/granary/store"
)

// The codes of errors that are asked for one by one
// (github.com/mongodb/mongo, src/mongo/base/error_codes.yml).
const (
	codeDuplicateKey    = 11000
	codeMaxTimeExpired  = 50
	codeWriteConflict   = 112
	codeNamespaceExists = 48
)

// The labels by which a server or the driver says what may be done about an error.
var (
	labelTransient = driver.TransientTransactionError
	labelUnknown   = driver.UnknownTransactionCommitResult
	labelNetwork   = driver.NetworkError
	labelRetryable = driver.RetryableWriteError
)

// meanings are the codes that mean something in the contract. All others are
// mistakes of this package.
var meanings = map[int]error{
	6:     store.ErrUnavailable,  // HostUnreachable
	7:     store.ErrUnavailable,  // HostNotFound
	13:    store.ErrInaccessible, // Unauthorized
	18:    store.ErrInaccessible, // AuthenticationFailed
	24:    store.ErrUnavailable,  // LockTimeout
	43:    store.ErrUnavailable,  // CursorNotFound: it has ended with its transaction
	46:    store.ErrUnavailable,  // LockBusy
	64:    store.ErrUnavailable,  // WriteConcernFailed
	70:    store.ErrUnavailable,  // ShardNotFound
	79:    store.ErrUnavailable,  // UnknownReplWriteConcern
	89:    store.ErrUnavailable,  // NetworkTimeout
	91:    store.ErrUnavailable,  // ShutdownInProgress
	100:   store.ErrUnavailable,  // UnsatisfiableWriteConcern
	133:   store.ErrUnavailable,  // FailedToSatisfyReadPreference
	134:   store.ErrUnavailable,  // ReadConcernMajorityNotAvailableYet
	175:   store.ErrUnavailable,  // QueryPlanKilled: an index was dropped, say
	189:   store.ErrUnavailable,  // PrimarySteppedDown
	202:   store.ErrUnavailable,  // NetworkInterfaceExceededTimeLimit
	237:   store.ErrUnavailable,  // CursorKilled
	246:   store.ErrUnavailable,  // SnapshotUnavailable
	251:   store.ErrUnavailable,  // NoSuchTransaction
	262:   store.ErrUnavailable,  // ExceededTimeLimit
	290:   store.ErrUnavailable,  // TransactionExceededLifetimeLimitSeconds
	384:   store.ErrUnavailable,  // ConnectionError
	462:   store.ErrUnavailable,  // IngressRequestRateLimitExceeded
	9001:  store.ErrUnavailable,  // SocketException
	10107: store.ErrUnavailable,  // NotWritablePrimary
	10334: store.ErrTooLarge,     // BSONObjectTooLarge
	11600: store.ErrUnavailable,  // InterruptedAtShutdown
	11601: store.ErrUnavailable,  // Interrupted: somebody has ended the operation
	11602: store.ErrUnavailable,  // InterruptedDueToReplStateChange
	13388: store.ErrUnavailable,  // StaleConfig
	13435: store.ErrUnavailable,  // NotPrimaryNoSecondaryOk
	13436: store.ErrUnavailable,  // NotPrimaryOrSecondary
	14031: store.ErrFull,         // OutOfDiskSpace
	17419: store.ErrTooLarge,     // a document after an update, before MongoDB 8.0
	17420: store.ErrTooLarge,     // a document after an upsert, before MongoDB 8.0

	codeMaxTimeExpired: store.ErrUnavailable,
	codeWriteConflict:  store.ErrUnavailable,
}

// failure is an error of the driver, and what it means. Only the meaning is to be
// found in it: the driver's words are for a log.
type failure struct{ meaning, cause error }

func (f *failure) Error() string { return f.meaning.Error() + ": " + f.cause.Error() }
func (f *failure) Unwrap() error { return f.meaning }

// translate turns the driver's errors into the contract's. Those of a call whose
// context is done, or whose deadline the server or the driver saw coming, are the
// context's.
func translate(ctx context.Context, err error) error {
	var known *failure
	if err == nil || errors.As(err, &known) {
		return err
	}
	if done := ctx.Err(); done != nil {
		return &failure{done, err}
	}
	if meaning := meaningOf(ctx, err); meaning != nil {
		return &failure{meaning, err}
	}
	return err
}

func meaningOf(ctx context.Context, err error) error {
	if isUnselected(err) || errors.Is(err, mongo.ErrClientDisconnected) {
		return store.ErrUnavailable
	}
	if errors.Is(err, driver.ErrDocumentTooLarge) {
		return store.ErrTooLarge
	}
	if _, limited := ctx.Deadline(); limited && mongo.IsTimeout(err) {
		return context.DeadlineExceeded
	}
	for _, code := range mongo.ErrorCodes(err) {
		if meaning := meanings[code]; meaning != nil {
			return meaning
		}
	}
	if mongo.IsTimeout(err) || hasLabel(err, labelNetwork) || hasLabel(err, labelTransient) || hasLabel(err, labelRetryable) || isConnection(err) {
		return store.ErrUnavailable
	}
	return nil
}

// passes tells whether a transaction that an error has ended may be run again, and get
// further. Who has waited for a server in vain has waited long enough.
func passes(err error) bool {
	return (hasLabel(err, labelTransient) || isCleared(err)) && !isUnselected(err)
}

// isUnknown tells whether a commit that failed may have been one. That a connection was
// not to be had says nothing about an attempt before.
func isUnknown(err error) bool {
	return hasLabel(err, labelUnknown) || hasLabel(err, labelNetwork) || isConnection(err) || isUnselected(err)
}

// isUnselected tells whether an error is that there was no server.
func isUnselected(err error) bool {
	var unselected topology.ServerSelectionError
	return errors.As(err, &unselected)
}

// isConnection tells whether an error is of a connection that could not be had.
func isConnection(err error) bool {
	var connection topology.ConnectionError
	var waited topology.WaitQueueTimeoutError
	return errors.As(err, &connection) || errors.As(err, &waited) || isCleared(err)
}

// isCleared tells whether an error is that all connections were closed since one has
// failed. Nothing was sent. Not each such error of the driver has a label.
func isCleared(err error) bool {
	var cleared driver.RetryablePoolError
	return errors.As(err, &cleared)
}

// hasLabel tells whether an error, or what it is the meaning of, has a label.
func hasLabel(err error, label string) bool {
	var labeled mongo.LabeledError
	return errors.As(err, &labeled) && labeled.HasErrorLabel(label)
}

// hasCode tells whether an error is of a code.
func hasCode(err error, code int) bool {
	for _, c := range mongo.ErrorCodes(err) {
		if c == code {
			return true
		}
	}
	return false
}
