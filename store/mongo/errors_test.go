package mongo

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/granary-fhir/granary/store"
)

func TestErrorsMeanWhatTheContractSays(t *testing.T) {
	background := context.Background()
	limited, cancel := context.WithTimeout(background, time.Hour)
	defer cancel()
	gone, leave := context.WithCancel(background)
	leave()
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want error
	}{
		"a network that fails":        {background, mongo.CommandError{Labels: []string{"NetworkError"}, Wrapped: &net.OpError{}}, store.ErrUnavailable},
		"a connection that fails":     {background, topology.ConnectionError{}, store.ErrUnavailable},
		"a server that is none":       {background, topology.ServerSelectionError{Wrapped: context.DeadlineExceeded}, store.ErrUnavailable},
		"none within the deadline":    {limited, topology.ServerSelectionError{Wrapped: context.DeadlineExceeded}, store.ErrUnavailable},
		"a pool that is in use":       {background, topology.WaitQueueTimeoutError{Wrapped: context.DeadlineExceeded}, store.ErrUnavailable},
		"connections that are closed": {background, cleared{}, store.ErrUnavailable},
		"no primary":                  {background, mongo.CommandError{Code: 10107}, store.ErrUnavailable},
		"a primary that steps down":   {background, mongo.WriteException{WriteConcernError: &mongo.WriteConcernError{Code: 189}}, store.ErrUnavailable},
		"a conflict":                  {background, mongo.CommandError{Code: 112, Labels: []string{"TransientTransactionError"}}, store.ErrUnavailable},
		"too slow":                    {background, mongo.CommandError{Code: 50}, store.ErrUnavailable},
		"too slow for the caller":     {limited, mongo.CommandError{Code: 50}, context.DeadlineExceeded},
		"a deadline in sight":         {limited, driver.ErrDeadlineWouldBeExceeded, context.DeadlineExceeded},
		"a caller who is gone":        {gone, mongo.CommandError{Labels: []string{"NetworkError"}}, context.Canceled},
		"a user without rights":       {background, mongo.CommandError{Code: 13}, store.ErrInaccessible},
		"a full disk":                 {background, mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: 14031}}}, store.ErrFull},
		"a cursor that is gone":       {background, mongo.CommandError{Code: 43}, store.ErrUnavailable},
		"a command that was killed":   {background, mongo.CommandError{Code: 11601}, store.ErrUnavailable},
		"more than 16 MB":             {background, mongo.CommandError{Code: 10334}, store.ErrTooLarge},
		"more than 16 MB by then":     {background, mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: 17419}}}, store.ErrTooLarge},
		"more than 16 MB in advance":  {background, driver.ErrDocumentTooLarge, store.ErrTooLarge},
	} {
		got := translate(c.ctx, c.err)
		if !errors.Is(got, c.want) {
			t.Errorf("%s is %v, not %v", name, got, c.want)
		}
		if again := translate(background, got); again != got {
			t.Errorf("%s is translated twice: %v", name, again)
		}
	}
	for _, err := range []error{nil, errors.New("E11000 duplicate key"), mongo.CommandError{Code: 2, Message: "NotWritablePrimary"}} {
		var known *failure
		if got := translate(background, err); errors.As(got, &known) {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// cleared is the error of a call that waited for a connection when all were closed.
type cleared struct{}

func (cleared) Error() string   { return "connection pool was cleared" }
func (cleared) Retryable() bool { return true }

// What may be run again from the beginning, and what may be a commit all the same.
func TestErrorsThatPassAndResultsThatAreUnknown(t *testing.T) {
	transient, unknown := []string{"TransientTransactionError"}, []string{"UnknownTransactionCommitResult"}
	for name, c := range map[string]struct {
		err             error
		passes, unknown bool
	}{
		"none":                          {nil, false, false},
		"a conflict":                    {mongo.CommandError{Code: 112, Labels: transient}, true, false},
		"no such transaction":           {mongo.CommandError{Code: 251, Labels: transient}, true, false},
		"an answer that is lost":        {mongo.CommandError{Labels: []string{"NetworkError", unknown[0]}}, false, true},
		"a primary that steps down":     {mongo.CommandError{Code: 189, Labels: unknown}, false, true},
		"closed connections":            {cleared{}, true, true},
		"closed connections, labeled":   {mongo.CommandError{Labels: transient, Wrapped: cleared{}}, true, true},
		"no server within the patience": {mongo.CommandError{Labels: transient, Wrapped: topology.ServerSelectionError{}}, false, true},
		"a mistake":                     {mongo.CommandError{Code: 2}, false, false},
	} {
		if passes(c.err) != c.passes || isUnknown(c.err) != c.unknown {
			t.Errorf("%s passes: %v, is unknown: %v", name, passes(c.err), isUnknown(c.err))
		}
	}
}
