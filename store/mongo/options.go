package mongo

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongouri"
)

// Options are how a backend is opened. The zero value of a field is its default.
type Options struct {
	// Clock is the time by which versions are stamped, relationships are
	// current and records expire; nil for time.Now.
	Clock func() time.Time
	// Registry tells the main clinical date of each type.
	Registry *search.Registry
	// Standalone permits a server that is no member of a replica set, and so has
	// no transactions: a Write that changes a second resource is refused.
	Standalone bool

	// MaxPool is how many connections to one server are open at most, and MinPool
	// how many are kept open. A call in a transaction needs one only while a
	// command runs.
	MaxPool, MinPool uint64
	// ConnectTimeout is how long a connection may take to be made.
	ConnectTimeout time.Duration
	// SelectionTimeout is how long a call waits for a server that can take it: an
	// election takes some seconds.
	SelectionTimeout time.Duration
	// OperationTimeout is how long one command may take, and how long a Write
	// goes on after a conflict, where the caller has set no deadline.
	OperationTimeout time.Duration
	// Linger is how long a transaction may live on the server, and a little more: a
	// reindex that shuts out other writers waits for so long. The server's own
	// limit is transactionLifetimeLimitSeconds, 60 by default.
	Linger time.Duration

	// Observer is told what Writes do.
	Observer Observer
}

// The defaults of Options, and the database of a URI that names none.
const (
	DefaultDatabase         = mongouri.DefaultDatabase
	DefaultMaxPool          = 100
	DefaultConnectTimeout   = 5 * time.Second
	DefaultSelectionTimeout = 10 * time.Second
	DefaultOperationTimeout = 30 * time.Second
	DefaultLinger           = 65 * time.Second
)

// withDefaults is the same with every default in its place.
func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.MaxPool = cmp.Or(o.MaxPool, DefaultMaxPool)
	o.ConnectTimeout = cmp.Or(o.ConnectTimeout, DefaultConnectTimeout)
	o.SelectionTimeout = cmp.Or(o.SelectionTimeout, DefaultSelectionTimeout)
	o.OperationTimeout = cmp.Or(o.OperationTimeout, DefaultOperationTimeout)
	o.Linger = cmp.Or(o.Linger, DefaultLinger)
	return o
}

// client makes the driver's options, and tells the database that a URI names. What
// is acknowledged is on a majority of the members, no call reads what a new primary could
// take back, and a command whose answer is lost is sent once more, whatever the URI says.
// It may hold a password: no error repeats it.
func (o Options) client(uri string, counts *counts) (*options.ClientOptions, string, error) {
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, "", uriError(err)
	}
	c := options.Client().ApplyURI(uri).
		SetAppName("granary").
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary()).
		SetWriteConcern(writeconcern.Majority()).
		SetRetryWrites(true).
		SetRetryReads(true).
		SetMaxPoolSize(o.MaxPool).
		SetMinPoolSize(o.MinPool).
		SetConnectTimeout(o.ConnectTimeout).
		SetServerSelectionTimeout(o.SelectionTimeout).
		SetTimeout(o.OperationTimeout).
		SetPoolMonitor(counts.monitor())
	return c, cmp.Or(parsed.Database, DefaultDatabase), c.Validate()
}

// uriError says why a URI cannot be used: it is none, or the servers that a mongodb+srv name
// stands for cannot be looked up, which passes.
func uriError(err error) error {
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return &failure{store.ErrUnavailable, lookup}
	}
	return fmt.Errorf("the MongoDB URI is not one; it looks like mongodb://HOST:27017/%s?replicaSet=NAME: %w", DefaultDatabase, err)
}

// transactional are the options of every transaction.
func transactional() *options.TransactionOptionsBuilder {
	return options.Transaction().
		SetReadConcern(readconcern.Snapshot()).
		SetReadPreference(readpref.Primary()).
		SetWriteConcern(writeconcern.Majority())
}

// errStandalone refuses a server without transactions.
var errStandalone = errors.New("the MongoDB server is no member of a replica set and no mongos, so that it has no transactions: " +
	"start mongod with --replSet and run rs.initiate() once, which a single server can do; " +
	"or permit it with --mongo-standalone, and do without transaction Bundles")

// errTooOld refuses a server of which some queries would fail.
var errTooOld = errors.New("the MongoDB server is older than 6.0, and so it cannot do all that is asked of it: upgrade it")
